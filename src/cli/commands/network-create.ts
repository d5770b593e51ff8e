import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { asAccountId } from '../../domain/ids.ts'
import {
  networkDocument,
  networkIdOf,
  parseNetwork,
  TX_LIFETIME_MS,
  U64_MAX,
  type GenesisAccount,
} from '../../domain/params.ts'
import { toHex } from '../../lib/bytes.ts'
import { checkKeyName, keysDirectory, publicKeyOf } from '../accounts.ts'
import { defineCommand, list, required, value, valueOr } from '../command.ts'
import { systemCode, usageFailure } from '../failure.ts'
import { keystoreFailure } from '../keystore-failure.ts'
import { networkFileText } from '../network-file-text.ts'
import { readCount, readDuration, readText } from '../parse.ts'
import { choosePassphrase } from '../passphrase.ts'

const VALIDATORS_MAX = 1_024

export const command = defineCommand({
  details:
    'Makes a key for each validator in your keystore, all with one passphrase, and writes the document that every node of the network is started with: ' +
    '`hearsay node run --network FILE`. Secrets are never printed and never in the file. A name that begins with dev- makes a network for development, on which alice, bob and the others exist.',
  args: [{ name: 'name', summary: 'name of the network, such as harbour or dev-mine' }],
  options: {
    validators: valueOr('--validators <count>', 'who make its blocks, in turn', readCount(1, VALIDATORS_MAX), '1'),
    slot: valueOr('--slot <duration>', 'time between two blocks', readDuration, '2s'),
    fund: list('--fund <key=amount>', 'an account that has this at the start: a name, an address or a key', readText),
    out: required('--out <file>', 'where the document goes; nothing is overwritten', readText),
    passphraseFile: value('--passphrase-file <file>', 'file with the passphrase of the new keys', readText),
  },
  examples: [
    ['network create harbour --fund savings=1000000 --out harbour.json', 'one who makes blocks, one who has money'],
  ],
  without: ['api', 'token-file', 'home'],
  async run(context, { args: [name = ''], options }) {
    const { cwd, shared, terminal } = context
    const names = Array.from({ length: options.validators }, (_, index) => `${name}-validator-${index}`)
    const accounts = await funded(context, name, options.fund)
    // All that can be wrong is looked at before a key is made.
    const draft = { name, genesisTimeMs: Date.now(), slotMs: options.slot, accounts }
    const document = (validators: readonly string[]) =>
      networkDocument({
        ...draft,
        validators: validators.map(asAccountId),
        txLifetimeMs: TX_LIFETIME_MS,
        feeFloor: 1n,
      })
    const tried = parseNetwork(document(names.map((_, index) => index.toString(16).padStart(64, '0'))))
    if (!tried.ok) throw usageFailure(tried.message, 'see `hearsay network create --help`')
    for (const each of names) await checkKeyName(each)
    const directory = keysDirectory(context.env)
    const { createKey, showKey } = await import('../../wallet/keystore.ts')
    const { keyPairFromRandom } = await import('../../wallet/keys.ts')
    for (const each of names) {
      const existing = await showKey(directory, each)
      if (existing.ok) throw keystoreFailure({ kind: 'exists', path: existing.entry.path })
      if (existing.failure.kind !== 'not-found') throw keystoreFailure(existing.failure)
    }
    const path = resolve(cwd, options.out)
    const passphrase = await choosePassphrase(context, `the keys of ${name}`, options.passphraseFile)
    const keys: { readonly secret: Uint8Array; readonly publicKey: Uint8Array }[] = names.map(() => {
      const random = randomBytes(32)
      const pair = keyPairFromRandom(random)
      random.fill(0)
      return pair
    })
    const parsed = parseNetwork(document(keys.map(({ publicKey }) => toHex(publicKey))))
    if (!parsed.ok) throw usageFailure(parsed.message)
    await writeNew(path, `${JSON.stringify(networkDocument(parsed.params), null, 2)}\n`)
    for (const [index, { secret }] of keys.entries()) {
      const created = await createKey({ directory, name: names[index] ?? '', secret, passphrase })
      secret.fill(0)
      if (!created.ok) throw keystoreFailure(created.failure)
    }
    if (shared.json)
      terminal.document({ v: 1, file: path, networkId: networkIdOf(parsed.params), validators: names, keys: directory })
    else {
      terminal.out(networkFileText(parsed.params, []))
      terminal.note(
        `written to ${path}; the keys ${names[0] ?? ''}${names.length > 1 ? ` to ${names.at(-1) ?? ''}` : ''} are in ${directory}`,
      )
      const secrecy = options.passphraseFile === undefined ? '' : ` --passphrase-file ${options.passphraseFile}`
      terminal.note(`hearsay node run --network ${options.out} --validator ${names[0] ?? ''}${secrecy}`)
    }
    return 'done'
  },
})

/** `--fund KEY=AMOUNT`, each account once. */
async function funded(
  context: Parameters<typeof publicKeyOf>[0],
  network: string,
  texts: readonly string[],
): Promise<readonly GenesisAccount[]> {
  const accounts = new Map<string, bigint>()
  for (const text of texts) {
    const [, who, units] = /^(.+)=(\d{1,20})$/.exec(text) ?? []
    const balance = BigInt(units ?? '0')
    if (who === undefined || balance === 0n || balance > U64_MAX)
      throw usageFailure(`--fund: "${text}" is not KEY=AMOUNT`, 'such as --fund savings=1000000')
    const key = toHex(await publicKeyOf(context, who, network, '--fund'))
    if (accounts.has(key)) throw usageFailure(`--fund: ${who} is funded twice`, 'give each account once')
    accounts.set(key, balance)
  }
  const total = [...accounts.values()].reduce((sum, balance) => sum + balance, 0n)
  if (total > U64_MAX) throw usageFailure(`--fund: all together is more than ${U64_MAX}`, 'give smaller amounts')
  return [...accounts].map(([key, balance]) => ({ key: asAccountId(key), balance }))
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' })
  } catch (error) {
    const code = systemCode(error)
    if (code === 'EEXIST')
      throw usageFailure(`--out: ${path} is there already`, 'give another name: nothing is overwritten')
    throw usageFailure(
      `--out: ${path} can't be written (${code ?? 'unknown reason'})`,
      'give a file in a directory that exists',
    )
  }
}
