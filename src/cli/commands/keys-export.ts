import { resolve } from 'node:path'
import { keyFailure, keysDirectory } from '../accounts.ts'
import { defineCommand, required, value } from '../command.ts'
import { usageFailure } from '../failure.ts'
import { keystoreFailure } from '../keystore-failure.ts'
import { readText } from '../parse.ts'
import { readPassphrase } from '../passphrase.ts'

export const command = defineCommand({
  details:
    'Whoever has the secret has the money. It goes to a new file that only you can read, or to a pipe; to a terminal never.',
  args: [{ name: 'name', summary: 'name of the key', completes: 'keys' }],
  options: {
    out: required('--out <file>', 'new file for the secret, mode 0600; - is stdout', readText),
    passphraseFile: value(
      '--passphrase-file <file>',
      'file with the passphrase on its first line, instead of asking',
      readText,
    ),
  },
  examples: [['keys export savings --out savings.hex', 'the secret as 64 hex digits']],
  without: ['api', 'token-file'],
  async run(context, { args, options }) {
    const { terminal, shared, cwd, env } = context
    const toStdout = options.out === '-'
    if (toStdout && process.stdout.isTTY)
      throw usageFailure('--out: a secret is not printed to a terminal', 'name a file, or pipe it on')
    if (toStdout && shared.json)
      throw usageFailure('--out -: the secret and a JSON document do not fit into one stdout', 'name a file')
    const name = args[0] ?? ''
    const { exportSecretToFile, formatSecretText, openKey, showKey } = await import('../../wallet/keystore.ts')
    const directory = keysDirectory(env)
    const shown = await showKey(directory, name)
    if (!shown.ok) throw await keyFailure(name, shown.failure)
    const opened = await openKey({
      directory,
      name,
      passphrase: await readPassphrase(context, name, options.passphraseFile),
    })
    if (!opened.ok) throw keystoreFailure(opened.failure)
    if (toStdout) {
      await terminal.outBytes(Buffer.from(formatSecretText(opened.keys.secret)))
      return 'done'
    }
    const path = resolve(cwd, options.out)
    const written = await exportSecretToFile(path, opened.keys.secret)
    if (!written.ok) throw keystoreFailure(written.failure)
    if (shared.json) terminal.document({ v: 1, name, path })
    else terminal.out(path)
    return 'done'
  },
})
