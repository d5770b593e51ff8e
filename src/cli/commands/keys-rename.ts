import { checkKeyName, keyFailure, keysDirectory } from '../accounts.ts'
import { defineCommand } from '../command.ts'
import { keyDocument, keyText } from '../key-text.ts'
import { usageFailure } from '../failure.ts'

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
    const { renameKey, showKey } = await import('../../wallet/keystore.ts')
    await checkKeyName(to)
    if (name === to) {
      const shown = await showKey(keysDirectory(env), name)
      if (!shown.ok) throw await keyFailure(name, shown.failure)
      throw usageFailure(`${name} has this name already`, 'give it another one')
    }
    const renamed = await renameKey(keysDirectory(env), name, to)
    if (!renamed.ok) throw await keyFailure(name, renamed.failure)
    if (shared.json) terminal.document({ v: 1, ...keyDocument(renamed.entry) })
    else terminal.out(keyText(renamed.entry))
    return 'done'
  },
})
