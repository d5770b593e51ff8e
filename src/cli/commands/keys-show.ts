import { keyFailure, keysDirectory } from '../accounts.ts'
import { defineCommand } from '../command.ts'
import { keyDocument, keyText } from '../key-text.ts'

export const command = defineCommand({
  details: 'Needs no passphrase: the file says whose it is.',
  args: [{ name: 'name', summary: 'name of the key', completes: 'keys' }],
  options: {},
  examples: [['keys show savings', 'its addresses']],
  without: ['api', 'token-file'],
  async run({ env, shared, terminal }, { args }) {
    const { showKey } = await import('../../wallet/keystore.ts')
    const shown = await showKey(keysDirectory(env), args[0] ?? '')
    if (!shown.ok) throw await keyFailure(args[0] ?? '', shown.failure)
    if (shared.json) terminal.document({ v: 1, ...keyDocument(shown.entry) })
    else terminal.out(keyText(shown.entry))
    return 'done'
  },
})
