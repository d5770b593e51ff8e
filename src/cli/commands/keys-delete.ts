import { keysDirectory } from '../accounts.ts'
import { defineCommand, flag } from '../command.ts'
import { usageFailure } from '../failure.ts'
import { keyDocument } from '../key-text.ts'
import { keystoreFailure } from '../keystore-failure.ts'

export const command = defineCommand({
  details: 'There is no way back. Without --yes it says which key that would be, and deletes nothing.',
  args: [{ name: 'name', summary: 'name of the key', completes: 'keys' }],
  options: { yes: flag('--yes', 'delete it') },
  examples: [['keys delete old-savings --yes', 'after `keys export old-savings --out FILE` has made a copy']],
  without: ['api', 'token-file'],
  async run({ env, shared, terminal }, { args, options }) {
    const name = args[0] ?? ''
    const directory = keysDirectory(env)
    const { deleteKey, showKey } = await import('../../wallet/keystore.ts')
    const shown = await showKey(directory, name)
    if (!shown.ok) throw keystoreFailure(shown.failure)
    const { address } = keyDocument(shown.entry)
    if (!options.yes)
      throw usageFailure(
        `"${name}" is the key of ${address}: without it nobody can ever pay from there`,
        `make a copy with \`hearsay keys export ${name} --out FILE\`; --yes deletes it`,
      )
    const deleted = await deleteKey(directory, name)
    if (!deleted.ok) throw keystoreFailure(deleted.failure)
    if (shared.json) terminal.document({ v: 1, ...keyDocument(deleted.entry) })
    else terminal.out(`deleted ${name}, ${address}`)
    return 'done'
  },
})
