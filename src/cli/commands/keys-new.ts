import { randomBytes } from 'node:crypto'
import { toHex } from '../../lib/bytes.ts'
import { checkKeyName, keysDirectory } from '../accounts.ts'
import { defineCommand, value } from '../command.ts'
import { keystoreFailure } from '../keystore-failure.ts'
import { readText } from '../parse.ts'
import { choosePassphrase } from '../passphrase.ts'
import { keyDocument, keyText } from '../key-text.ts'

export const command = defineCommand({
  details:
    'The key is encrypted with a passphrase (scrypt, AES-256-GCM) and only you can read the file. There is no way back without it.',
  args: [{ name: 'name', summary: 'name of the key: lower-case letters, digits, - and _' }],
  options: {
    passphraseFile: value(
      '--passphrase-file <file>',
      'file with the passphrase on its first line, instead of asking',
      readText,
    ),
  },
  examples: [['keys new savings', 'asks for a passphrase and prints the addresses']],
  without: ['api', 'token-file'],
  async run(context, { args, options }) {
    const name = args[0] ?? ''
    await checkKeyName(name)
    const directory = keysDirectory(context.env)
    const { createKey, showKey } = await import('../../wallet/keystore.ts')
    const { keyPairFromRandom } = await import('../../wallet/keys.ts')
    // Before the user types a passphrase twice for nothing.
    const existing = await showKey(directory, name)
    if (existing.ok) throw keystoreFailure({ kind: 'exists', path: existing.entry.path })
    if (existing.failure.kind !== 'not-found') throw keystoreFailure(existing.failure)
    const passphrase = await choosePassphrase(context, name, options.passphraseFile)
    const random = randomBytes(32)
    const { secret } = keyPairFromRandom(random)
    random.fill(0)
    const created = await createKey({ directory, name, secret, passphrase })
    secret.fill(0)
    if (!created.ok) throw keystoreFailure(created.failure)
    if (context.shared.json) context.terminal.document({ v: 1, ...keyDocument(created.entry) })
    else context.terminal.out(keyText(created.entry))
    context.terminal.note(
      `made key ${toHex(created.entry.publicKey).slice(0, 8)} in ${created.entry.path}: keep a copy of it, and the passphrase apart`,
    )
    return 'done'
  },
})
