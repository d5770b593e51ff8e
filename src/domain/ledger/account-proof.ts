/**
 * That an account has this balance and nonce in a ledger with this root, for who has only the root: from a header that
 * enough validators have built on. Needs nothing but SHA-256.
 */
import { equalBytes, fromHex } from '../../lib/bytes.ts'
import { sha256Of } from '../../lib/hash.ts'
import { asAccountId, type AccountId } from '../ids.ts'
import { parseU64, U64_MAX } from '../params.ts'

export interface AccountProof {
  readonly key: AccountId
  readonly balance: bigint
  readonly nonce: bigint
  /** Place of the account in the list. */
  readonly index: number
  /** Length of the list. */
  readonly size: number
  /** 32 sibling hashes, 64 hex digits each, from the account up. */
  readonly branch: readonly string[]
  /** `ledgerRoot` of the header, 64 hex digits. */
  readonly ledgerRoot: string
}

const DEPTH = 32
const CHUNK_BYTES = 32

/**
 * Whether `proof` shows its account under its `ledgerRoot`. Compare that root with the one of a header that you trust:
 * a proof shows nothing about a ledger of its own making. Anything ill-formed is false, never thrown.
 */
export function verifyAccountProof(proof: AccountProof): boolean {
  const { balance, nonce, index, size, branch } = proof
  if (balance < 0n || balance > U64_MAX || nonce < 0n || nonce > U64_MAX) return false
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false
  if (size > 2 ** DEPTH || branch.length !== DEPTH) return false
  const key = chunkFromHex(proof.key)
  const root = chunkFromHex(proof.ledgerRoot)
  if (key === null || root === null) return false

  let node = pair(pair(key, u64Chunk(balance)), pair(u64Chunk(nonce), new Uint8Array(CHUNK_BYTES)))
  let position = index
  for (const text of branch) {
    const sibling = chunkFromHex(text)
    if (sibling === null) return false
    node = position % 2 === 1 ? pair(sibling, node) : pair(node, sibling)
    position = Math.floor(position / 2)
  }
  return equalBytes(pair(node, u64Chunk(BigInt(size))), root)
}

/** The proof as a JSON document: 64-bit numbers as decimal strings. */
export function proofDocument(proof: AccountProof): Record<string, unknown> {
  return { ...proof, balance: proof.balance.toString(), nonce: proof.nonce.toString() }
}

/**
 * The proof in a JSON document of `proofDocument`; null where it has not that form. Whether it proves anything is
 * `verifyAccountProof`'s to say.
 */
export function parseProof(document: unknown): AccountProof | null {
  if (typeof document !== 'object' || document === null) return null
  const { key, balance, nonce, index, size, branch, ledgerRoot } = document as Record<string, unknown>
  const [balanceUnits, nonceNumber] = [parseU64(balance), parseU64(nonce)]
  if (typeof key !== 'string' || balanceUnits === null || nonceNumber === null) return null
  if (typeof index !== 'number' || typeof size !== 'number' || typeof ledgerRoot !== 'string') return null
  if (!Array.isArray(branch) || !branch.every((hash): hash is string => typeof hash === 'string')) return null
  return { key: asAccountId(key), balance: balanceUnits, nonce: nonceNumber, index, size, branch, ledgerRoot }
}

function pair(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256Of([left, right])
}

function u64Chunk(value: bigint): Uint8Array {
  const chunk = new Uint8Array(CHUNK_BYTES)
  new DataView(chunk.buffer).setBigUint64(0, value, true)
  return chunk
}

function chunkFromHex(text: unknown): Uint8Array | null {
  if (typeof text !== 'string' || text.length !== 2 * CHUNK_BYTES) return null
  return fromHex(text)
}
