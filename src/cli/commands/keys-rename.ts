import { checkKeyName, keysDirectory } from '../accounts.ts'
import { defineCommand } from '../command.ts'
import { keyDocument, keyText } from '../key-text.ts'
import { keystoreFailure } from '../keystore-failure.ts'

export const command = defineCommand({
  details: 'Needs no passphrase: the key stays as it is, and so does its address.',
  args: [
    { name: 'name', summary: 'name of the key', completes: 'keys' },
    { name: 'to', summary: 'its new name: lower-case letters, digits, - and _' },
  ],
  options: {},
  examples: [['keys rename savings old-savings', 'frees the name for another key']],
  without: ['api', 'token-file'],
  async run({ env, shared, terminal }, { args }) {
    const [name = '', to = ''] = args
    await checkKeyName(to)
    const { renameKey } = await import('../../wallet/keystore.ts')
    const renamed = await renameKey(keysDirectory(env), name, to)
    if (!renamed.ok) throw keystoreFailure(renamed.failure)
    if (shared.json) terminal.document({ v: 1, ...keyDocument(renamed.entry) })
    else terminal.out(keyText(renamed.entry))
    return 'done'
  },
})
