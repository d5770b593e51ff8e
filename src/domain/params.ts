/**
 * The parameters of a network: everything on which two nodes must agree byte for byte, and nothing else. `networkId`
 * commits to them (PROTOCOL.md, Network); it stands in every signed message, so that nothing signed for one network is
 * valid in another.
 */
import { fromHex, toHex, utf8, concatAll, concatBytes } from '../lib/bytes.ts'
import { sha256Hex } from '../lib/hash.ts'
import type { AccountId, NetworkId } from './ids.ts'
import { asAccountId, asNetworkId } from './ids.ts'

/** The largest value of an unsigned 64-bit integer. */
export const U64_MAX = 0xffff_ffff_ffff_ffffn

export interface GenesisAccount {
  readonly key: AccountId
  readonly balance: bigint
}

export interface NetworkParams {
  /** 1 to 64 printable ASCII characters; names that begin with `dev-` mark development networks. */
  readonly name: string
  /** Start of slot 0, ms since the Unix epoch. */
  readonly genesisTimeMs: number
  /** Length of a slot, ms. */
  readonly slotMs: number
  /** Slot s belongs to validator s mod n. */
  readonly validators: readonly AccountId[]
  /** Funded accounts, in the order of the ledger's first leaves. */
  readonly accounts: readonly GenesisAccount[]
  /** How long after its creation a transaction may enter a block, ms. */
  readonly txLifetimeMs: number
  /** The smallest fee that nodes relay. */
  readonly feeFloor: bigint
}

/** Longest payload of a transaction, bytes (SECURITY.md: MAX_TX = 16 KiB). */
export const PAYLOAD_BYTES_MAX = 16_384
/** Most transactions of a batch: 256 × 250 B fill one 64 KiB frame; more would delay the first for the last. */
export const BATCH_COUNT_MAX = 256
/** Largest batch, bytes: a quarter of the largest message, so that a batch is never what fills a peer's budget. */
export const BATCH_BYTES_MAX = 262_144
/** How far in the future a transaction may claim to be created, ms: clocks of honest machines differ by less. */
export const CREATED_AHEAD_MS = 30_000
/** Default life of a transaction, ms. */
export const TX_LIFETIME_MS = 30 * 60_000

/** Whether a network is for development: named accounts exist and loopback is not penalised there. */
export function isDevNetwork(name: string): boolean {
  return name.startsWith('dev-')
}

/** Eight hex digits of the network id, as they stand in topics and protocol names. */
export function shortNetworkId(id: NetworkId): string {
  return id.slice(0, 8)
}

/**
 * `networkId` = SHA-256 over the SSZ of
 * `Container{name: List[byte, 64], genesisTime: u64, slotMs: u64, validators: List[B32, 1024],
 * accounts: List[Container{key: B32, balance: u64}, 2^20], txLifetimeMs: u64, feeFloor: u64}`.
 * Written out by hand: it is one container, and clients that only sign need no SSZ library for it.
 */
export function networkIdOf(params: NetworkParams): NetworkId {
  return asNetworkId(sha256Hex(networkBytes(params)))
}

/** The SSZ that networkId is the hash of: all that must be equal everywhere. */
export function networkBytes(params: NetworkParams): Uint8Array {
  const name = utf8(params.name)
  const validators = concatAll(params.validators.map(keyBytes))
  const accounts = concatAll(params.accounts.flatMap((account) => [keyBytes(account.key), u64(account.balance)]))
  const fixed = 4 + 8 + 8 + 4 + 4 + 8 + 8
  return concatBytes(
    u32(fixed),
    u64(BigInt(params.genesisTimeMs)),
    u64(BigInt(params.slotMs)),
    u32(fixed + name.byteLength),
    u32(fixed + name.byteLength + validators.byteLength),
    u64(BigInt(params.txLifetimeMs)),
    u64(params.feeFloor),
    name,
    validators,
    accounts,
  )
}

export type ParsedNetwork =
  | { readonly ok: true; readonly params: NetworkParams; readonly bootstrap: readonly string[] }
  | { readonly ok: false; readonly message: string }

const NETWORK_KEYS = [
  'name',
  'genesisTime',
  'slotMs',
  'validators',
  'accounts',
  'txLifetimeMs',
  'feeFloor',
  'bootstrap',
]

/**
 * Reads the JSON document `network.json`: `{name, genesisTime (ms), slotMs, validators: [hex], accounts: [{key: hex,
 * balance: decimal}], txLifetimeMs?, feeFloor?: decimal, bootstrap?: [multiaddr]}`. An unknown or ill-formed field is
 * an error that names it.
 */
export function parseNetwork(document: unknown): ParsedNetwork {
  if (!isRecord(document)) return bad('it is not a JSON object')
  for (const key of Object.keys(document)) if (!NETWORK_KEYS.includes(key)) return bad(`unknown field "${key}"`)
  const { name, genesisTime, slotMs, validators, accounts } = document
  if (typeof name !== 'string' || !/^[\x21-\x7e]{1,64}$/.test(name))
    return bad('"name" must be 1 to 64 printable characters')
  if (!isCount(genesisTime)) return bad('"genesisTime" must be milliseconds since 1970')
  if (!isCount(slotMs) || slotMs < 100) return bad('"slotMs" must be at least 100')
  if (!Array.isArray(validators) || validators.length > 1_024)
    return bad('"validators" must be a list of at most 1024 public keys')
  const validatorKeys: AccountId[] = []
  for (const key of validators as unknown[]) {
    if (!isKeyText(key)) return bad('"validators" holds something that is not 64 hex digits')
    validatorKeys.push(asAccountId(key))
  }
  if (new Set(validatorKeys).size !== validatorKeys.length) return bad('"validators" names a key twice')
  if (!Array.isArray(accounts) || accounts.length > 1_048_576) return bad('"accounts" must be a list of {key, balance}')
  const funded: GenesisAccount[] = []
  let supply = 0n
  for (const account of accounts as unknown[]) {
    if (!isRecord(account) || !isKeyText(account.key))
      return bad('"accounts" holds something without a key of 64 hex digits')
    const balance = parseU64(account.balance)
    if (balance === null) return bad(`the balance of ${account.key} is not a decimal number of 64 bits`)
    supply += balance
    funded.push({ key: asAccountId(account.key), balance })
  }
  if (supply > U64_MAX) return bad('the balances together exceed 64 bits')
  if (new Set(funded.map((account) => account.key)).size !== funded.length) return bad('"accounts" names a key twice')
  const txLifetimeMs = document.txLifetimeMs ?? TX_LIFETIME_MS
  if (!isCount(txLifetimeMs) || txLifetimeMs < 1_000) return bad('"txLifetimeMs" must be at least 1000')
  const feeFloor = document.feeFloor === undefined ? 1n : parseU64(document.feeFloor)
  if (feeFloor === null) return bad('"feeFloor" must be a decimal number of 64 bits')
  const bootstrap = document.bootstrap ?? []
  if (!Array.isArray(bootstrap) || !bootstrap.every((entry): entry is string => typeof entry === 'string'))
    return bad('"bootstrap" must be a list of multiaddrs')
  return {
    ok: true,
    params: {
      name,
      genesisTimeMs: genesisTime,
      slotMs,
      validators: validatorKeys,
      accounts: funded,
      txLifetimeMs,
      feeFloor,
    },
    bootstrap,
  }
}

/** The JSON document of a network, as `parseNetwork` reads it. */
export function networkDocument(params: NetworkParams, bootstrap: readonly string[] = []): Record<string, unknown> {
  return {
    name: params.name,
    genesisTime: params.genesisTimeMs,
    slotMs: params.slotMs,
    validators: params.validators,
    accounts: params.accounts.map(({ key, balance }) => ({ key, balance: balance.toString() })),
    txLifetimeMs: params.txLifetimeMs,
    feeFloor: params.feeFloor.toString(),
    bootstrap,
  }
}

/**
 * A decimal string of an unsigned 64-bit integer, without sign, exponent or leading zeros; null where it is anything
 * else.
 */
export function parseU64(value: unknown): bigint | null {
  if (typeof value !== 'string' || !/^(?:0|[1-9][0-9]{0,19})$/.test(value)) return null
  const number = BigInt(value)
  return number <= U64_MAX ? number : null
}

function keyBytes(key: AccountId): Uint8Array {
  const bytes = fromHex(key)
  if (bytes === null) throw new Error(`not a key: ${toHex(utf8(key))}`)
  return bytes
}

function u64(value: bigint): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, value, true)
  return out
}

function u32(value: number): Uint8Array {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, value, true)
  return out
}

function bad(message: string): ParsedNetwork {
  return { ok: false, message }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isKeyText(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}
