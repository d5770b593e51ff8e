/**
 * What validators can show who keep bodies back (SECURITY.md A34 to A36): chains of headers in their own slots that
 * nobody used, any number of siblings of one slot; and, where the bodies are to come later, empty blocks. All hold each
 * other's keys and act as one.
 */
import { createSigner } from '../adapters/crypto/signer.ts'
import { headerOf, shortIdsHashOf, type SignedHeader } from '../domain/block.ts'
import {
  decodeSignedHeader,
  encodeBlock,
  encodeCompactBlock,
  encodeHeader,
  encodeSignedHeader,
} from '../domain/codec/block-codec.ts'
import { asAccountId, asBlockHash, type BlockHash } from '../domain/ids.ts'
import { Ledger } from '../domain/ledger/ledger.ts'
import { networkIdOf, type NetworkParams } from '../domain/params.ts'
import { signingPrefix } from '../domain/signing.ts'
import { proposerOf } from '../domain/slots.ts'
import { assert } from '../lib/assert.ts'
import { concatBytes, toHex } from '../lib/bytes.ts'
import type { Prng } from '../lib/prng.ts'
import type { Signer } from '../ports/signer.ts'

/** Chains and sets of siblings that are remembered: questions for older ones are answered as if there were none. */
const KEPT_MAX = 64
/** Of no transaction. */
const UNKNOWN_ID = 'ff'.repeat(8)

/** A block to build on. */
export interface Ground {
  readonly hash: BlockHash
  readonly height: number
  readonly slot: number
  readonly ledgerRoot: string
}

export class Forger {
  readonly genesis: Ground
  readonly #params: NetworkParams
  readonly #hasBodies: boolean
  readonly #random: Prng
  readonly #prefix: Uint8Array
  readonly #signers: ReadonlyMap<string, Signer>
  /** By what they build on, in their newest form; the latest used last. */
  readonly #chains = new Map<string, readonly SignedHeader[]>()
  /** By what they build on and their slot. */
  readonly #siblings = new Map<string, SignedHeader[]>()
  readonly #bodies = new Map<BlockHash, Uint8Array>()

  /**
   * @param options.secrets of validators
   * @param options.hasBodies whether chains are empty blocks, of which there are bodies; siblings never are
   */
  constructor(options: { params: NetworkParams; secrets: readonly Uint8Array[]; hasBodies: boolean; random: Prng }) {
    const { params, secrets } = options
    this.#params = params
    this.#hasBodies = options.hasBodies
    this.#random = options.random
    const network = networkIdOf(params)
    this.#prefix = signingPrefix('hearsay/block/1', network)
    this.#signers = new Map(
      secrets.map((secret) => {
        const signer = createSigner(secret)
        return [asAccountId(toHex(signer.publicKey)), signer] as const
      }),
    )
    const ledgerRoot = toHex(Ledger.genesis(params.accounts).root())
    this.genesis = { hash: asBlockHash(network), height: 0, slot: 0, ledgerRoot }
  }

  /** Whether the slot is theirs. */
  owns(slot: number): boolean {
    return this.#signerOf(slot) !== undefined
  }

  /** The chain in all of their slots after `from` and up to `slot`, the lowest first. */
  chainOn(from: Ground, slot: number): readonly SignedHeader[] {
    const chain = [...(this.#chains.get(from.hash) ?? [])]
    let last: Ground = chain.at(-1) ?? from
    for (let at = last.slot + 1; at <= slot; at++) {
      if (!this.owns(at)) continue
      const header = this.#make(last, at, !this.#hasBodies)
      chain.push(header)
      last = header
    }
    remember(this.#chains, from.hash, chain)
    return chain
  }

  /**
   * Headers of their last slot up to `slot`, all on one block; none where they have no slot above its own. The same for
   * all who ask.
   */
  siblingsOn(parent: Ground, slot: number, count: number): readonly SignedHeader[] {
    let at = slot
    while (at > parent.slot && !this.owns(at)) at--
    if (at <= parent.slot) return []
    const key = `${parent.hash}/${at}`
    const siblings = this.#siblings.get(key) ?? []
    while (siblings.length < count) siblings.push(this.#make(parent, at, true))
    remember(this.#siblings, key, siblings)
    return siblings.slice(0, count)
  }

  /** What one of their chains has above the first block of a locator that it knows. */
  after(locator: readonly BlockHash[]): readonly SignedHeader[] {
    for (const hash of locator) {
      for (const chain of [...this.#chains.values()].reverse()) {
        const at = chain.findIndex((header) => header.hash === hash)
        if (at >= 0 && at + 1 < chain.length) return chain.slice(at + 1)
        if (chain[0]?.parent === hash) return chain
      }
    }
    return []
  }

  /** A block of theirs, where it has a body. */
  bodyOf(hash: BlockHash): Uint8Array | undefined {
    return this.#bodies.get(hash)
  }

  /** The message of the blocks topic that shows a header whose body nobody has. */
  shown(header: SignedHeader): Uint8Array {
    return encodeCompactBlock(header, [UNKNOWN_ID], [])
  }

  #signerOf(slot: number): Signer | undefined {
    const proposer = proposerOf(this.#params, slot)
    return proposer === null ? undefined : this.#signers.get(proposer)
  }

  /** An empty block, or a header that claims a transaction that nobody has. */
  #make(parent: Ground, slot: number, isForged: boolean): SignedHeader {
    const signer = this.#signerOf(slot)
    assert(signer !== undefined, 'a slot of theirs')
    const { hash, height, ledgerRoot } = parent
    const proposer = asAccountId(toHex(signer.publicKey))
    const fields = headerOf({ parent: hash, height: height + 1, slot, proposer, ledgerRoot }, [])
    const claims = { txCount: 1, txRoot: toHex(this.#random.bytes(32)), shortIdsHash: shortIdsHashOf([UNKNOWN_ID]) }
    const bytes = encodeHeader(isForged ? { ...fields, ...claims } : fields)
    const signed = encodeSignedHeader(bytes, signer.sign(concatBytes(this.#prefix, bytes)))
    const decoded = decodeSignedHeader(signed, this.#prefix)
    assert(decoded.ok, 'what was made here can be read')
    const header = decoded.value
    if (!isForged) this.#bodies.set(header.hash, encodeBlock(header, []))
    return header
  }
}

function remember<T>(things: Map<string, T>, key: string, thing: T): void {
  things.delete(key)
  things.set(key, thing)
  for (const oldest of things.keys()) {
    if (things.size <= KEPT_MAX) break
    things.delete(oldest)
  }
}
