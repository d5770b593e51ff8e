import { keysDirectory } from '../accounts.ts'
import { defineCommand } from '../command.ts'
import { keyDocument } from '../key-text.ts'
import { keystoreFailure } from '../keystore-failure.ts'
import { tableText } from '../table-text.ts'

export const command = defineCommand({
  details: 'Keys lie in HEARSAY_KEYS, by default hearsay/keys in your configuration folder.',
  args: [],
  options: {},
  examples: [['keys list', 'names and addresses']],
  without: ['api', 'token-file'],
  async run({ env, shared, terminal }) {
    const directory = keysDirectory(env)
    const { listKeys } = await import('../../wallet/keystore.ts')
    const listed = await listKeys(directory)
    if (!listed.ok) throw keystoreFailure(listed.failure)
    const keys = listed.entries.map(keyDocument)
    for (const { failure } of listed.unreadable) terminal.note(`left out: ${keystoreFailure(failure).message}`)
    if (listed.leftOut > 0) terminal.note(`left out: ${listed.leftOut} more files`)
    if (shared.json) terminal.document({ v: 1, directory, keys })
    else if (keys.length === 0) terminal.note(`no keys in ${directory}: \`hearsay keys new NAME\` makes one`)
    else {
      terminal.out(
        tableText(
          [{ title: 'NAME' }, { title: 'ADDRESS' }, { title: 'ADDRESS ON dev-*' }],
          keys.map((key) => [key.name, key.address, key.devAddress]),
        ),
      )
    }
    return 'done'
  },
})
