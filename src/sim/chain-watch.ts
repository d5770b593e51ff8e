/** Watches the chain of every node of a simulation, and holds it against what users were told. */
import { decodeBlock, decodeSignedHeader } from '../domain/codec/block-codec.ts'
import { asTxId, type BlockHash } from '../domain/ids.ts'
import { networkIdOf, type NetworkParams } from '../domain/params.ts'
import { signingPrefix } from '../domain/signing.ts'
import type { ApiEvent } from '../domain/views.ts'
import { bestKey, HEAD_KEY, readHead } from '../kernel/blocks/chain-record.ts'
import { assert } from '../lib/assert.ts'
import type { Fact } from '../kernel/shared/fact.ts'
import type { SubmitResult } from '../ports/control.ts'
import type { ChainReport } from './chain-report.ts'
import type { RelayMember } from './relay-member.ts'
import type { Fault, Scenario } from './scenario.ts'
import type { Scheduler } from './scheduler.ts'
import type { SimDisk } from './sim-store.ts'
import { Standstill } from './standstill.ts'
import type { Trace } from './trace.ts'

type Move = Omit<Extract<Fact, { kind: 'head-moved' }>, 'kind'>

/** The best chain that a disk holds, as its node would serve it. */
interface StoredChain {
  readonly height: number
  readonly hashes: readonly BlockHash[]
  /** How often each transaction is in it. */
  readonly transactions: ReadonlyMap<string, number>
}

export class ChainWatch {
  readonly #scenario: Scenario
  readonly #scheduler: Scheduler
  readonly #trace: Trace
  readonly #blockPrefix: Uint8Array
  readonly #transactionPrefix: Uint8Array
  readonly #relays: () => readonly RelayMember[]
  readonly #calmMs: number
  readonly #isHonest: (peer: string) => boolean
  readonly #standstill: Standstill
  readonly #bodiesAskedInVain: () => number
  readonly #accepted = new Set<string>()
  readonly #expired = new Set<string>()
  readonly #replaced = new Set<string>()
  readonly #refused = new Map<string, number>()
  readonly #offences = new Map<string, number>()
  readonly #evidence = new Set<string>()
  readonly #announced = new Map<number, number>()
  #agreedMs: number | null = null
  /** When all had one head for the last time. */
  #oneHeadMs: number | null = null
  #lastReorgMs: number | null = null
  #reorgs = 0
  #deepest = 0
  #settledReorgs = 0
  #cutOff = 0
  #steppedBack = 0
  #restarts = 0

  /** @param options.relays the nodes that run now; @param options.isHonest of a peer id */
  constructor(options: {
    scenario: Scenario
    scheduler: Scheduler
    trace: Trace
    params: NetworkParams
    relays: () => readonly RelayMember[]
    isHonest: (peer: string) => boolean
    reaches: (a: number, b: number) => boolean
    bodiesAskedInVain: () => number
  }) {
    this.#scenario = options.scenario
    this.#scheduler = options.scheduler
    this.#trace = options.trace
    this.#relays = options.relays
    this.#isHonest = options.isHonest
    this.#standstill = new Standstill(options)
    this.#bodiesAskedInVain = options.bodiesAskedInVain
    const id = networkIdOf(options.params)
    this.#blockPrefix = signingPrefix('hearsay/block/1', id)
    this.#transactionPrefix = signingPrefix('hearsay/tx/1', id)
    this.#calmMs = options.scenario.warmUpMs + Math.max(0, ...options.scenario.faults.map(({ atMs }) => atMs))
    // All may have one head by then, and no reason to move it again.
    if (options.scenario.chain !== null) this.#scheduler.schedule(this.#calmMs, () => this.#lookForOneHead(), null)
  }

  answered(node: number, result: SubmitResult): void {
    this.#trace.note(`answer ${node} ${result.kind} ${result.id}`)
    if (result.kind === 'accepted') this.#accepted.add(result.id)
    else count(this.#refused, result.kind === 'known' ? 'known' : result.code)
  }

  event(node: number, { topic, event, data }: ApiEvent): void {
    if (topic === 'transactions' && event === 'removed') {
      const { id, why } = data as { id: string; why: string }
      if (why === 'expired') this.#expired.add(id)
      if (why === 'replaced') this.#replaced.add(id)
    } else if (topic === 'peers' && (event === 'offence' || event === 'disconnecting')) {
      const { peerId, code } = data as { peerId: string; code?: string }
      if (!this.#isHonest(peerId)) return
      if (event === 'offence') count(this.#offences, code ?? '')
      else this.#cutOff++
    } else if (topic === 'blocks') {
      if (event === 'evidence') this.#evidence.add(JSON.stringify((data as { slot: number }).slot))
      if (event === 'head' || event === 'reorg') this.#moved(node, data as Move)
    }
  }

  inflicted(fault: Fault): void {
    this.#standstill.inflicted(fault)
  }

  /** A node was started again on its disk; it has not read it yet. */
  restarted(node: number): void {
    this.#restarts++
    const relay = this.#relays().find(({ host }) => host.index === node)
    if (relay === undefined) return
    // By its own process, after it has read its disk: the first thing that it does.
    this.#scheduler.schedule(
      1,
      () => {
        const before = this.#announced.get(node) ?? 0
        if (relay.runtime.kernel.machines.shared.announced.height < before) this.#steppedBack++
      },
      relay.host.process,
    )
  }

  /** Ids of the transactions in the best chain that a disk holds. */
  transactionsOn(disk: SimDisk): ReadonlySet<string> {
    return new Set(this.#read(disk).transactions.keys())
  }

  /** Null where nobody makes blocks. */
  report(diskOf: (node: number) => SimDisk): ChainReport | null {
    if (this.#scenario.chain === null) return null
    const relays = this.#relays()
    const chains = new Map(relays.map(({ host }) => [host.index, this.#read(diskOf(host.index))]))
    const best = [...chains.values()].reduce((a, b) => (b.height > a.height ? b : a))
    const settled = relays.map(({ runtime }) => runtime.kernel.machines.shared.announced.settledHeight)
    const isStuck = ({ host, runtime }: RelayMember): boolean => {
      const {
        shared: { announced },
        blocks: { chain },
      } = runtime.kernel.machines
      const own = chains.get(host.index)?.hashes ?? []
      const differs = own.slice(0, announced.settledHeight).some((hash, at) => hash !== best.hashes[at])
      return differs || chain.nextStep() !== null || announced.hash !== chain.head.hash
    }
    const since = (atMs: number | null): number | null =>
      atMs === null || atMs < this.#calmMs ? null : Math.round(atMs - this.#calmMs)
    return {
      heads: this.#heads(),
      apartMs: this.#heads() === 1 ? 0 : Math.round(this.#scheduler.nowMs - (this.#oneHeadMs ?? 0)),
      height: best.height,
      settledHeight: Math.min(...settled),
      agreedAfterMs: since(this.#agreedMs),
      lastReorgAfterMs: since(this.#lastReorgMs),
      reorgs: this.#reorgs,
      deepestReorg: this.#deepest,
      settledReorgs: this.#settledReorgs,
      stuck: relays.filter(isStuck).map(({ host }) => host.index),
      ...this.#fates(relays, [...chains.values()]),
      refused: Object.fromEntries(this.#refused),
      evidence: this.#evidence.size,
      offences: Object.fromEntries(this.#offences),
      cutOff: this.#cutOff,
      steppedBack: this.#steppedBack,
      restarts: this.#restarts,
      withheld: this.#withheld(),
    }
  }

  #withheld(): ChainReport['withheld'] {
    const { validators = [], withholding } = this.#scenario.chain ?? {}
    if (withholding === undefined) return null
    const areFew = 3 * withholding.nodes.length < validators.length
    return { ...this.#standstill.figures(), askedInVain: this.#bodiesAskedInVain(), areFew }
  }

  #fates(
    relays: readonly RelayMember[],
    chains: readonly StoredChain[],
  ): Pick<ChainReport, 'accepted' | 'included' | 'expired' | 'replaced' | 'waiting' | 'lost' | 'twice'> {
    const fates = { included: 0, expired: 0, replaced: 0, waiting: 0 }
    const lost: string[] = []
    for (const id of this.#accepted) {
      if (chains.every(({ transactions }) => transactions.get(id) === 1)) fates.included++
      else if (relays.some(({ runtime }) => runtime.kernel.machines.transactions.pool.has(asTxId(id)))) fates.waiting++
      else if (this.#expired.has(id)) fates.expired++
      else if (this.#replaced.has(id)) fates.replaced++
      else lost.push(id)
    }
    const twice = chains.flatMap(({ transactions }) => [...transactions].flatMap(([id, n]) => (n > 1 ? [id] : [])))
    return { accepted: this.#accepted.size, ...fates, lost, twice: [...new Set(twice)] }
  }

  #moved(node: number, move: Move): void {
    this.#trace.note(`head ${node} ${move.hash}`)
    this.#announced.set(node, move.height)
    this.#standstill.moved(node)
    if (move.disconnected.length > 0) {
      this.#reorgs++
      this.#deepest = Math.max(this.#deepest, move.disconnected.length)
      this.#lastReorgMs = this.#scheduler.nowMs
    }
    if (move.crossesSettled) this.#settledReorgs++
    this.#lookForOneHead()
  }

  #lookForOneHead(): void {
    if (this.#scheduler.nowMs < this.#calmMs || this.#heads() !== 1) return
    this.#agreedMs ??= this.#scheduler.nowMs
    this.#oneHeadMs = this.#scheduler.nowMs
  }

  /** Different heads among the nodes that run. */
  #heads(): number {
    return new Set(this.#relays().map(({ runtime }) => runtime.kernel.machines.shared.announced.hash)).size
  }

  #read(disk: SimDisk): StoredChain {
    const record = disk.written.get(`chain/${HEAD_KEY}`)
    const transactions = new Map<string, number>()
    if (record === undefined) return { height: 0, hashes: [], transactions }
    const head = readHead(record)
    assert(head !== null, 'the record of the head can be read')
    const hashes: BlockHash[] = []
    for (let height = 1; height <= head.height; height++) {
      const header = disk.written.get(`chain/${bestKey(height)}`)
      assert(header !== undefined, `a block at height ${height}`)
      const hash = this.#hashOf(header)
      const body = disk.written.get(`blocks/${hash}`)
      const block = body === undefined ? null : decodeBlock(body, this.#blockPrefix, this.#transactionPrefix)
      assert(block?.ok === true && block.value.header.hash === hash, `the body at height ${height}`)
      hashes.push(hash)
      for (const { id } of block.value.transactions) transactions.set(id, (transactions.get(id) ?? 0) + 1)
    }
    assert(hashes.at(-1) === head.hash, 'the chain ends at the head')
    return { height: head.height, hashes, transactions }
  }

  #hashOf(header: Uint8Array): BlockHash {
    const decoded = decodeSignedHeader(header, this.#blockPrefix)
    assert(decoded.ok, 'a stored header can be read')
    return decoded.value.hash
  }
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1)
}
