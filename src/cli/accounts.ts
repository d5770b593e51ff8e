/**
 * Names of people and accounts to keys. A name is an address, a public key in hex, on a development network one of the
 * published accounts (alice, bob, …), or a key of the user's keystore; in this order, so that `alice` means the same to
 * everybody on such a network.
 */
import { dirname, join } from 'node:path'
import { homedir } from 'node:os'
import { decodeAddress, networkKindOf } from '../domain/address.ts'
import type { KeystoreFailure } from '../wallet/keystore.ts'
import { isDevNetwork } from '../domain/params.ts'
import { fromHex } from '../lib/bytes.ts'
import type { Context, Environment } from './context.ts'
import { Failure, usageFailure } from './failure.ts'
import { keystoreFailure } from './keystore-failure.ts'
import { readPassphrase } from './passphrase.ts'
import { didYouMean } from '../lib/suggest.ts'

/** Names that `node run --validator` takes for the published ones. */
const DEV_VALIDATOR = /^validator-(0|[1-9]\d{0,3})$/

/** HEARSAY_KEYS > `$XDG_CONFIG_HOME/hearsay/keys` > `~/.config/hearsay/keys`. */
export function keysDirectory(env: Environment): string {
  if (env.HEARSAY_KEYS !== undefined && env.HEARSAY_KEYS !== '') return env.HEARSAY_KEYS
  const config = env.XDG_CONFIG_HOME
  return join(config === undefined || config === '' ? join(homedir(), '.config') : config, 'hearsay', 'keys')
}

/**
 * A name that means something else already can't be the name of a key: whoever says `--from alice` on a development
 * network would pay from the published account, and whoever says it elsewhere from his own.
 */
export async function checkKeyName(name: string): Promise<void> {
  const meaning = (await publishedMeaning(name)) ?? (isAddressLike(name) ? `"${name}" looks like an address` : null)
  if (meaning !== null) throw usageFailure(`${meaning}, and can't be the name of a key of yours`, 'choose another name')
}

/** What went wrong with the key of this name: where there is none, the name may be one that needs no key. */
export async function keyFailure(name: string, failure: KeystoreFailure): Promise<Failure> {
  if (failure.kind !== 'not-found') return keystoreFailure(failure)
  const meaning = await publishedMeaning(name)
  return meaning === null
    ? new Failure(
        'not-found',
        'no-key',
        `there is no key "${name}" in ${dirname(failure.path)}`,
        '`hearsay keys list` shows your keys',
      )
    : new Failure(
        'not-found',
        'no-key',
        `${meaning}, and no key of yours`,
        `it is used without a key: \`hearsay tx send --from ${name} …\` on a dev-* network`,
      )
}

async function publishedMeaning(name: string): Promise<string | null> {
  const { isDevAccountName } = await import('../wallet/dev-accounts.ts')
  if (isDevAccountName(name)) return `"${name}" is one of the published accounts of development networks`
  return DEV_VALIDATOR.test(name) ? `"${name}" is one of the published validators of development networks` : null
}

/**
 * The published account of this name, where no key of the user has the same name: then nobody can tell which is meant.
 */
async function publishedKeys(
  context: Context,
  who: string,
  network: string,
  flag: string,
): Promise<Awaited<ReturnType<typeof devKeysOf>>> {
  const dev = await devKeysOf(who, network)
  if (dev === null) return null
  const { showKey } = await import('../wallet/keystore.ts')
  const shown = await showKey(keysDirectory(context.env), who)
  if (!shown.ok && (shown.failure.kind === 'not-found' || shown.failure.kind === 'bad-name')) return dev
  throw usageFailure(
    `${flag}: "${who}" has two meanings: the published account of ${network}, and a key in ${keysDirectory(context.env)}`,
    `give the address that is meant (\`hearsay keys show ${who}\` has yours), or rename the key's file`,
  )
}

/** The public key, 32 bytes, that `who` stands for on the network `network`. `flag` names the argument in the error. */
export async function publicKeyOf(context: Context, who: string, network: string, flag: string): Promise<Uint8Array> {
  const fromAddress = keyOfAddress(who, network, flag)
  if (fromAddress !== null) return fromAddress
  const dev = await publishedKeys(context, who, network, flag)
  if (dev !== null) return dev.publicKey
  const { showKey } = await import('../wallet/keystore.ts')
  const shown = await showKey(keysDirectory(context.env), who)
  if (shown.ok) return shown.entry.publicKey
  if (shown.failure.kind === 'not-found' || shown.failure.kind === 'bad-name')
    throw await unknownAccount(context, who, network, flag)
  throw keystoreFailure(shown.failure)
}

/** The secret, 32 bytes, of `who`; asks for the passphrase of a keystore's key. */
export async function secretOf(
  context: Context,
  who: string,
  network: string,
  flag: string,
  passphraseFile: string | undefined,
): Promise<{ readonly secret: Uint8Array; readonly publicKey: Uint8Array }> {
  const dev = await publishedKeys(context, who, network, flag)
  if (dev !== null) return dev
  if (isAddressLike(who))
    throw usageFailure(
      `${flag}: "${who}" is an address, and only a key can sign`,
      'give the name of a key: `hearsay keys list` shows yours',
    )
  const { openKey, showKey } = await import('../wallet/keystore.ts')
  const directory = keysDirectory(context.env)
  const shown = await showKey(directory, who)
  if (!shown.ok) {
    if (shown.failure.kind === 'not-found' || shown.failure.kind === 'bad-name')
      throw await unknownAccount(context, who, network, flag)
    throw keystoreFailure(shown.failure)
  }
  const passphrase = await readPassphrase(context, who, passphraseFile)
  const opened = await openKey({ directory, name: who, passphrase })
  if (!opened.ok) throw keystoreFailure(opened.failure)
  return opened.keys
}

function keyOfAddress(who: string, network: string, flag: string): Uint8Array | null {
  if (/^[0-9a-f]{64}$/.test(who)) return fromHex(who)
  if (!isAddressLike(who)) return null
  const decoded = decodeAddress(who, networkKindOf(network))
  if (decoded.ok) return decoded.publicKey
  if (decoded.reason === 'wrong-network') {
    throw usageFailure(
      `${flag}: ${who} is an address of another kind of network than ${network}`,
      'addresses begin with ths1 on dev-* networks and with hs1 on all others',
    )
  }
  throw usageFailure(
    `${flag}: ${who} is not an address (${decoded.reason.replaceAll('-', ' ')})`,
    'copy it again: its checksum covers every character',
  )
}

async function devKeysOf(
  who: string,
  network: string,
): Promise<{ readonly secret: Uint8Array; readonly publicKey: Uint8Array } | null> {
  // A look at the form first: dev-accounts loads the signature library.
  if (!/^[a-z0-9-]{1,16}$/.test(who)) return null
  const { devAccount } = await import('../wallet/dev-accounts.ts')
  const account = devAccount(who, network)
  return account.ok ? account.keys : null
}

async function unknownAccount(context: Context, who: string, network: string, flag: string): Promise<Failure> {
  const { DEV_ACCOUNT_NAMES, isDevAccountName } = await import('../wallet/dev-accounts.ts')
  if (isDevAccountName(who)) {
    return usageFailure(
      `${flag}: the account "${who}" exists on development networks only, and this is ${network}`,
      'its secret is public; use a key of your own: `hearsay keys new NAME`',
    )
  }
  const { listKeys } = await import('../wallet/keystore.ts')
  const directory = keysDirectory(context.env)
  const listed = await listKeys(directory)
  const names = [
    ...(listed.ok ? listed.entries.map((entry) => entry.name) : []),
    ...(isDevNetwork(network) ? DEV_ACCOUNT_NAMES : []),
  ]
  return usageFailure(
    `${flag}: "${who}" is no address and no key in ${directory}`,
    didYouMean(who, names) || '`hearsay keys list` shows your keys, `hearsay keys new NAME` makes one',
  )
}

function isAddressLike(who: string): boolean {
  return /^t?hs1/i.test(who) || /^[0-9a-f]{64}$/.test(who)
}
