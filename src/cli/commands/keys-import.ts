import { resolve } from 'node:path'
import { checkKeyName, keysDirectory } from '../accounts.ts'
import { defineCommand, value } from '../command.ts'
import { Failure, usageFailure } from '../failure.ts'
import { readStdin } from '../input.ts'
import { keyDocument, keyText } from '../key-text.ts'
import { keystoreFailure } from '../keystore-failure.ts'
import { readText } from '../parse.ts'
import { choosePassphrase } from '../passphrase.ts'

/** A JSON array of 64 numbers has 320 characters, laid out over lines three times as many. */
const SECRET_TEXT_MAX = 1_024

export const command = defineCommand({
  details:
    'Reads 64 hex digits, as `keys export` writes them, and what other tools write: 0x before them, 128 digits or a JSON array with the public key, PEM of PKCS #8. The secret is never an argument: arguments are visible to everybody.',
  args: [
    { name: 'name', summary: 'name of the new key' },
    { name: 'file', summary: 'file with the secret, which only you can read; - is stdin', optional: true },
  ],
  options: {
    passphraseFile: value(
      '--passphrase-file <file>',
      'file with the passphrase on its first line, instead of asking',
      readText,
    ),
  },
  examples: [['keys import savings savings.hex', 'from a file of mode 0600']],
  without: ['api', 'token-file'],
  async run(context, { args, options }) {
    const [name = '', file = '-'] = args
    await checkKeyName(name)
    const { createKey, importSecretFromFile, parseSecretText, SECRET_FORMS } = await import('../../wallet/keystore.ts')
    let secret: Uint8Array
    if (file === '-') {
      if (context.stdin.isTTY)
        throw usageFailure('a secret is not typed where others can read it', 'name a file, or pipe the secret in')
      const parsed = parseSecretText(Buffer.from(await readStdin(context, SECRET_TEXT_MAX)).toString('latin1'))
      if (!parsed.ok)
        throw usageFailure(`stdin does not hold a secret (${SECRET_FORMS})`, 'give what `hearsay keys export` wrote')
      secret = parsed.secret
    } else {
      const read = await importSecretFromFile(resolve(context.cwd, file))
      if (!read.ok && read.failure.kind === 'not-found')
        throw new Failure('usage', 'no-file', `${file} does not exist`, 'name a file with the secret, or - for stdin')
      if (!read.ok) throw keystoreFailure(read.failure)
      secret = read.secret
    }
    const passphrase = await choosePassphrase(context, name, options.passphraseFile)
    const created = await createKey({ directory: keysDirectory(context.env), name, secret, passphrase })
    secret.fill(0)
    if (!created.ok) throw keystoreFailure(created.failure)
    if (context.shared.json) context.terminal.document({ v: 1, ...keyDocument(created.entry) })
    else context.terminal.out(keyText(created.entry))
    return 'done'
  },
})
