/**
 * Named accounts of development networks. Their secrets are published by this file, so that examples and tests can send
 * money without a keystore, and for the same reason they are refused on any network that isn't for development.
 */
import { isDevNetwork } from '../domain/params.ts'
import { concatBytes, utf8 } from '../lib/bytes.ts'
import { sha256 } from '../lib/hash.ts'
import { keyPairOf, type KeyPair } from './keys.ts'

/** The accounts with people's names, in the order in which presets fund them. */
export const DEV_ACCOUNT_NAMES: readonly string[] = [
  'alice',
  'bob',
  'carol',
  'dave',
  'erin',
  'frank',
  'grace',
  'heidi',
  'ivan',
  'judy',
]

/**
 * Load generators use one account a stream of nonces: `load-0`, `load-1`, … A network funds at most 2^20 accounts, so
 * six digits do.
 */
const LOAD_ACCOUNT = /^load-(?:0|[1-9][0-9]{0,5})$/

const TAG = 'hearsay/dev-account/1'

export type DevAccount =
  | { readonly ok: true; readonly name: string; readonly keys: KeyPair }
  | { readonly ok: false; readonly reason: 'not-a-dev-account' | 'not-a-dev-network' }

/**
 * Whether a name is that of a development account, on whatever network: so that a command can say why it is refused.
 */
export function isDevAccountName(name: string): boolean {
  return DEV_ACCOUNT_NAMES.includes(name) || LOAD_ACCOUNT.test(name)
}

/**
 * The development account `name` on the network `networkName`: its secret is SHA-256("hearsay/dev-account/1" ‖ 0x00 ‖
 * name), the same on every development network.
 */
export function devAccount(name: string, networkName: string): DevAccount {
  if (!isDevAccountName(name)) return { ok: false, reason: 'not-a-dev-account' }
  if (!isDevNetwork(networkName)) return { ok: false, reason: 'not-a-dev-network' }
  return { ok: true, name, keys: keyPairOf(sha256(concatBytes(utf8(TAG), Uint8Array.of(0), utf8(name)))) }
}
