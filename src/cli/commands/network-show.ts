import { resolve } from 'node:path'
import { networkDocument, networkIdOf } from '../../domain/params.ts'
import { defineCommand } from '../command.ts'
import { readNetworkFile } from '../network-file.ts'
import { networkFileText } from '../network-file-text.ts'

export const command = defineCommand({
  details:
    'Whoever has a file with the same id is on the same network: the id commits to all that two nodes must agree on.',
  args: [{ name: 'file', summary: 'a document that `hearsay network create` or a testnet wrote' }],
  options: {},
  examples: [['network show network.json', 'id, start, slots, validators and accounts']],
  without: ['api', 'token-file', 'home'],
  async run({ cwd, shared, terminal }, { args: [file = ''] }) {
    const { params, bootstrap } = await readNetworkFile(resolve(cwd, file), 'file')
    if (shared.json) terminal.document({ v: 1, networkId: networkIdOf(params), ...networkDocument(params, bootstrap) })
    else terminal.out(networkFileText(params, bootstrap))
    return 'done'
  },
})
