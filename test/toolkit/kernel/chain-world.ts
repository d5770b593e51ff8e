/**
 * One kernel of a network with four validators, and the means to make any block for it, good or bad. The disk is a
 * simulated one that can fail or wait; signatures are real.
 */
import { createSigner } from '../../../src/adapters/crypto/signer.ts'
import { createNodeCryptoVerifier } from '../../../src/adapters/crypto/node-crypto-verifier.ts'
import { headerOf, shortIdOf, type Block, type BlockHeader, type SignedHeader } from '../../../src/domain/block.ts'
import {
  decodeSignedHeader,
  encodeBlock,
  encodeCompactBlock,
  encodeHeader,
  encodeSignedHeader,
} from '../../../src/domain/codec/block-codec.ts'
import { encodeBatch, decodeTransaction } from '../../../src/domain/codec/transaction-codec.ts'
import { encodeHello } from '../../../src/domain/codec/hello-codec.ts'
import {
  asAccountId,
  asBlockHash,
  asMessageId,
  asNetAddress,
  asPeerId,
  type BlockHash,
  type PeerId,
} from '../../../src/domain/ids.ts'
import { Ledger } from '../../../src/domain/ledger/ledger.ts'
import { networkIdOf, type NetworkParams } from '../../../src/domain/params.ts'
import { PROTOCOL_VERSION } from '../../../src/domain/protocols.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import type { Transaction } from '../../../src/domain/transaction.ts'
import { slotTimeMs } from '../../../src/domain/slots.ts'
import type { Effect } from '../../../src/kernel/shared/effect.ts'
import type { Event } from '../../../src/kernel/shared/event.ts'
import type { Fact } from '../../../src/kernel/shared/fact.ts'
import { Kernel } from '../../../src/kernel/kernel.ts'
import { concatBytes, toHex } from '../../../src/lib/bytes.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { loadChain, type LoadedChain } from '../../../src/node/load-chain.ts'
import type { StoreWrite } from '../../../src/ports/store.ts'
import { SimDisk } from '../../../src/sim/sim-store.ts'
import { keysOf, signedTransaction, T0, TEST_NETWORK } from '../objects/transactions.ts'

const VALIDATORS = [0, 1, 2, 3].map((number) => keysOf(1_000 + number))

export const CHAIN_NETWORK: NetworkParams = {
  ...TEST_NETWORK,
  validators: VALIDATORS.map(({ publicKey }) => asAccountId(toHex(publicKey))),
}
const NETWORK_ID = networkIdOf(CHAIN_NETWORK)
export const BLOCK_PREFIX = signingPrefix('hearsay/block/1', NETWORK_ID)
export const TRANSACTION_PREFIX = signingPrefix('hearsay/tx/1', NETWORK_ID)

/** The end of a branch: what a block can be built on. */
export interface Tip {
  readonly hash: BlockHash
  readonly height: number
  readonly slot: number
  readonly ledger: Ledger
}

/** A block, its compact form without anything prefilled, and the branch that it ends. */
export interface MadeBlock extends Tip {
  readonly block: Block
  readonly compact: Uint8Array
}

export const GENESIS: Tip = {
  hash: asBlockHash(NETWORK_ID),
  height: 0,
  slot: 0,
  ledger: Ledger.genesis(CHAIN_NETWORK.accounts),
}

export function transaction(sender: number, nonce: number, overrides: Parameters<typeof signedTransaction>[2] = {}) {
  const bytes = signedTransaction(sender, nonce, { network: CHAIN_NETWORK, ...overrides })
  const decoded = decodeTransaction(bytes, TRANSACTION_PREFIX)
  if (!decoded.ok) throw new Error(decoded.code)
  return decoded.value
}

/** A block by the validator of its slot, with everything in it as it should be but for what `spoilt` says. */
export function makeBlock(
  parent: Tip,
  slot: number,
  transactions: readonly Transaction[] = [],
  spoilt: Partial<BlockHeader> & { readonly signer?: number } = {},
): MadeBlock {
  const { signer = slot % VALIDATORS.length, ...fields } = spoilt
  const applied = parent.ledger.apply(transactions, proposerOf(slot))
  const ledger = applied.ok ? applied.ledger : parent.ledger
  const place = { parent: parent.hash, height: parent.height + 1, slot, proposer: proposerOf(slot) }
  const header = sign({ ...headerOf({ ...place, ledgerRoot: toHex(ledger.root()) }, transactions), ...fields }, signer)
  const block = { header, transactions, bytes: encodeBlock(header, transactions) }
  const compact = encodeCompactBlock(
    header,
    transactions.map(({ hash }) => shortIdOf(hash)),
    [],
  )
  return { hash: header.hash, height: header.height, slot, ledger, block, compact }
}

function proposerOf(slot: number) {
  const { publicKey } = VALIDATORS[slot % VALIDATORS.length]!
  return asAccountId(toHex(publicKey))
}

function sign(header: BlockHeader, signer: number): SignedHeader {
  const bytes = encodeHeader(header)
  const signature = createSigner(VALIDATORS[signer]!.secret).sign(concatBytes(BLOCK_PREFIX, bytes))
  const decoded = decodeSignedHeader(encodeSignedHeader(bytes, signature), BLOCK_PREFIX)
  if (!decoded.ok) throw new Error(decoded.code)
  return decoded.value
}

const verifier = createNodeCryptoVerifier()

export class ChainWorld {
  readonly kernel: Kernel
  readonly disk: SimDisk
  readonly effects: Effect[] = []
  readonly facts: Fact[] = []
  readonly signatures: Uint8Array[] = []
  wallMs = T0
  monoMs = 0
  /** How durable writes end, or that they do not yet. */
  writes: 'work' | 'fail' | 'wait' = 'work'
  /** Whether the power will be cut before what nobody waited for reaches the disk. */
  losesLazyWrites = false
  readonly #waiting: (() => void)[] = []
  readonly #secret: Uint8Array | null
  #messages = 0

  /** @param options.validator number of the validator whose blocks it makes */
  constructor(options: { validator?: number; disk?: SimDisk; blocksOnDemand?: boolean } = {}) {
    const prng = createPrng(1)
    const keys = options.validator === undefined ? null : VALIDATORS[options.validator]!
    this.#secret = keys?.secret ?? null
    this.disk = options.disk ?? new SimDisk()
    this.kernel = new Kernel({
      network: CHAIN_NETWORK,
      profile: 'node',
      name: 'world',
      agentVersion: 'test',
      discovers: false,
      observes: true,
      self: asPeerId('self'),
      bootstrap: [],
      validator: keys === null ? null : asAccountId(toHex(keys.publicKey)),
      blocksOnDemand: options.blocksOnDemand ?? false,
      chance: () => prng.next(),
    })
  }

  /** A node that starts on this disk, as the runtime starts it. */
  static async restart(disk: SimDisk, validator?: number): Promise<ChainWorld> {
    const world = new ChainWorld({ disk, ...(validator !== undefined && { validator }) })
    const loaded = await world.load()
    if (loaded.kind === 'damaged') throw new Error(loaded.message)
    const start = loaded.kind === 'loaded' ? loaded.start : null
    world.post({ kind: 'chain-restored', start, lastSignedSlot: loaded.lastSignedSlot })
    const pool = await world.#store().entries('pool')
    world.post({ kind: 'pool-restored', records: pool })
    return world
  }

  /** What start-up makes of the disk. */
  load(): Promise<LoadedChain> {
    return loadChain(this.#store(), CHAIN_NETWORK)
  }

  get head(): { hash: BlockHash; height: number; settledHeight: number } {
    const { hash, height, settledHeight } = this.kernel.machines.shared.announced
    return { hash, height, settledHeight }
  }

  poolIds(): string[] {
    return [...this.kernel.machines.transactions.pool.idsByPrefix('', 10_000)].sort()
  }

  /** Moves the clock to where the slot begins, or past it, and wakes the kernel. */
  at(slot: number, pastMs = 0): void {
    const target = slotTimeMs(CHAIN_NETWORK, slot) + pastMs
    this.monoMs += Math.max(0, target - this.wallMs)
    this.wallMs = target
    this.post({ kind: 'woke' })
  }

  advance(ms: number): void {
    this.wallMs += ms
    this.monoMs += ms
    this.post({ kind: 'woke' })
  }

  /** A peer that has said hello, with this head. */
  connect(name: string, head: { readonly hash: BlockHash; readonly height: number } = GENESIS): PeerId {
    const peer = asPeerId(name)
    this.post({ kind: 'peer-connected', peer, address: asNetAddress('/ip4/10.0.0.1/tcp/1'), direction: 'inbound' })
    const bytes = encodeHello({
      version: PROTOCOL_VERSION,
      networkId: NETWORK_ID,
      headHeight: BigInt(head.height),
      headHash: head.hash,
      settledHeight: 0n,
      mempoolCount: 0n,
      mempoolFingerprint: '00'.repeat(32),
      name,
    })
    this.post({ kind: 'request-received', request: 1, protocol: 'hello', from: peer, bytes })
    return peer
  }

  /** A message of the blocks topic; returns the verdict, or null while there is none. */
  block(bytes: Uint8Array, from = asPeerId('neighbour')): string | null {
    return this.#gossip('blocks', bytes, from)
  }

  /** Transactions by gossip. */
  hear(...transactions: readonly Transaction[]): string | null {
    const batch = encodeBatch(transactions.map(({ bytes }) => bytes))
    return this.#gossip('transactions', batch, asPeerId('neighbour'))
  }

  /** Transactions of this node's user. */
  submit(...transactions: readonly Transaction[]): void {
    this.post({ kind: 'transactions-submitted', submission: 1, items: transactions.map(({ bytes }) => bytes) })
  }

  /** Facts of a kind. */
  told<K extends Fact['kind']>(kind: K): Extract<Fact, { kind: K }>[] {
    return this.facts.filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind)
  }

  /** Effects of a kind. */
  did<K extends Effect['kind']>(kind: K): Extract<Effect, { kind: K }>[] {
    return this.effects.filter((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind)
  }

  /** Questions put to peers in this protocol. */
  asked(protocol: string): Extract<Effect, { kind: 'ask' }>[] {
    return this.did('ask').filter((ask) => ask.protocol === protocol)
  }

  answer(ask: { readonly request: number }, ...frames: readonly Uint8Array[]): void {
    this.post({ kind: 'answer-received', request: ask.request, frames, elapsedMs: 1 })
  }

  /** Lets the durable writes that wait end. */
  finishWrites(): void {
    this.writes = 'work'
    for (const finish of this.#waiting.splice(0)) finish()
  }

  /** Lets the first of the durable writes that wait end. */
  finishOne(): void {
    this.#waiting.shift()?.()
  }

  post(event: Event): void {
    for (const effect of this.kernel.step(event, { wallMs: this.wallMs, monoMs: this.monoMs })) this.#perform(effect)
    this.kernel.invariants()
  }

  #gossip(topic: 'blocks' | 'transactions', bytes: Uint8Array, from: PeerId): string | null {
    const messageId = asMessageId((++this.#messages).toString(16).padStart(64, '0'))
    this.post({ kind: 'gossip-received', topic, bytes, from, messageId, waitedMs: 0 })
    return this.did('report-verdict').find((verdict) => verdict.messageId === messageId)?.verdict ?? null
  }

  #perform(effect: Effect): void {
    this.effects.push(effect)
    if (effect.kind === 'note') this.facts.push(effect.fact)
    if (effect.kind === 'verify-signatures') {
      const firstInvalid = verifier.firstInvalid(effect.checks)
      this.post({ kind: 'signatures-verified', job: effect.job, firstInvalid, keyInvalid: false })
    }
    if (effect.kind === 'publish')
      this.post({ kind: 'published', topic: effect.topic, outcome: { kind: 'published', recipients: 1 } })
    if (effect.kind === 'read') {
      const values = effect.keys.map(({ space, key }) => this.disk.written.get(`${space}/${key}`))
      this.post({ kind: 'read-finished', job: effect.job, values })
    }
    if (effect.kind === 'sign') {
      const signature = createSigner(this.#secret!).sign(effect.message)
      this.signatures.push(effect.message)
      this.post({ kind: 'signed', job: effect.job, signature })
    }
    if (effect.kind === 'write') this.#write(effect)
  }

  #write({ job, writes, durable }: Extract<Effect, { kind: 'write' }>): void {
    if (!durable) {
      if (!this.losesLazyWrites) this.#keep(writes)
      return
    }
    if (this.writes === 'fail') {
      this.post({ kind: 'write-finished', job, ok: false })
      return
    }
    const finish = (): void => {
      this.#keep(writes)
      this.post({ kind: 'write-finished', job, ok: true })
    }
    if (this.writes === 'wait') this.#waiting.push(finish)
    else finish()
  }

  #keep(writes: readonly StoreWrite[]): void {
    for (const write of writes) {
      const place = `${write.space}/${write.key}`
      if (write.kind === 'put') this.disk.written.set(place, write.value)
      else this.disk.written.delete(place)
    }
  }

  #store() {
    return this.disk.open((_, callback) => callback())
  }
}
