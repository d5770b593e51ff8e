import { keyFailure, keysDirectory } from '../accounts.ts'
import { toHex } from '../../lib/bytes.ts'
import { openApi } from '../api.ts'
import { defineCommand, flag } from '../command.ts'
import type { Context } from '../context.ts'
import { findTarget } from '../discovery.ts'
import { Failure, usageFailure } from '../failure.ts'
import { keyDocument } from '../key-text.ts'
import { keystoreFailure } from '../keystore-failure.ts'

export const command = defineCommand({
  details: 'There is no way back. Without --yes it says which key that would be, and deletes nothing.',
  args: [{ name: 'name', summary: 'name of the key', completes: 'keys' }],
  options: { yes: flag('--yes', 'delete it') },
  examples: [['keys delete old-savings --yes', 'after `keys export old-savings --out FILE` has made a copy']],
  without: ['api', 'token-file'],
  async run(context, { args, options }) {
    const { env, shared, terminal } = context
    const name = args[0] ?? ''
    const directory = keysDirectory(env)
    const { deleteKey, showKey } = await import('../../wallet/keystore.ts')
    const shown = await showKey(directory, name)
    if (!shown.ok) throw await keyFailure(name, shown.failure)
    const { address } = keyDocument(shown.entry)
    const user = await nodeThatUses(context, toHex(shown.entry.publicKey))
    if (user !== null)
      throw usageFailure(
        `"${name}" signs the blocks of the node that runs at ${user}`,
        'stop that node first, or start it with another --validator',
      )
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

/** Address of the node of this home whose blocks the key signs; null where there is none, or none says so. */
async function nodeThatUses(context: Context, publicKey: string): Promise<string | null> {
  try {
    const target = findTarget(context)
    const { validator } = await openApi(context, target).status()
    return validator?.key === publicKey ? target.apiUrl : null
  } catch (error) {
    if (error instanceof Failure) return null
    throw error
  }
}
