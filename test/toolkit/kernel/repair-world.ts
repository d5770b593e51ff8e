/**
 * Nodes that do nothing but repair, on a network without loss and with a fixed delay, in virtual time: what the kernel
 * does with the machines of src/sync, without gossip and without bodies.
 */
import { decodeObjectsRequest, encodeObjectsRequest } from '../../../src/domain/codec/objects-codec.ts'
import { asPeerId, type PeerId } from '../../../src/domain/ids.ts'
import { END, START, type ItemKey } from '../../../src/domain/item-key.ts'
import type { Now } from '../../../src/domain/time.ts'
import { createPrng, type Prng } from '../../../src/lib/prng.ts'
import { FingerprintTree } from '../../../src/sync/fingerprint-tree.ts'
import { Offers } from '../../../src/sync/offers.ts'
import { Repair, type RepairDecision } from '../../../src/sync/repair.ts'
import { RepairServer } from '../../../src/sync/repair-server.ts'
import { Wanted } from '../../../src/sync/wanted.ts'

const WALL_MS = 1_800_000_000_000
const DELAY_MS = 20
const WAKE_MS = 250

export class RepairNode {
  readonly peer: PeerId
  readonly tree: FingerprintTree
  readonly repair: Repair
  readonly server: RepairServer
  readonly wanted: Wanted
  readonly offers = new Offers()
  readonly comparisons: Extract<RepairDecision, { kind: 'compared' }>[] = []
  readonly violations: RepairDecision[] = []

  constructor(name: string, random: Prng) {
    this.peer = asPeerId(name)
    let last = 0
    const options = { nextNumber: () => ++last, chance: () => random.next() }
    const trees = {
      transactions: new FingerprintTree(Uint8Array.of(1)),
      records: new FingerprintTree(Uint8Array.of(2)),
    }
    this.tree = trees.transactions
    this.repair = new Repair({ ...options, trees })
    this.server = new RepairServer(trees)
    this.wanted = new Wanted(options)
    for (const tree of Object.values(trees)) tree.tend(WALL_MS)
  }

  keys(): ItemKey[] {
    return this.tree.keysIn(START, END, this.tree.size)
  }
}

export class RepairWorld {
  readonly nodes: RepairNode[]
  nowMs = 0
  /** Bytes of comparisons and offers, both ways. */
  bytes = 0
  readonly #queue: { atMs: number; run: () => void }[] = []
  readonly #links = new Set<string>()

  constructor(count: number, seed: number) {
    const random = createPrng(seed)
    this.nodes = Array.from({ length: count }, (_, index) => new RepairNode(`node-${index}`, random.child(`${index}`)))
    for (const node of this.nodes) this.#at(random.below(WAKE_MS), () => this.#wake(node))
  }

  get now(): Now {
    return { monoMs: this.nowMs, wallMs: WALL_MS + this.nowMs }
  }

  link(a: RepairNode, b: RepairNode): void {
    this.#links.add(linkName(a.peer, b.peer))
    for (const [node, other, isOutbound] of [[a, b, true] as const, [b, a, false] as const]) {
      node.repair.connected(other.peer, isOutbound, this.nowMs)
      node.wanted.connected(other.peer, isOutbound)
      node.offers.connected(other.peer)
    }
  }

  cut(a: RepairNode, b: RepairNode): void {
    this.#links.delete(linkName(a.peer, b.peer))
    for (const [node, other] of [[a, b] as const, [b, a] as const]) {
      for (const machine of [node.repair, node.wanted, node.server, node.offers]) machine.disconnected(other.peer)
    }
  }

  run(ms: number): void {
    const endMs = this.nowMs + ms
    for (;;) {
      this.#queue.sort((x, y) => x.atMs - y.atMs)
      const next = this.#queue[0]
      if (next === undefined || next.atMs > endMs) break
      this.#queue.shift()
      this.nowMs = next.atMs
      next.run()
    }
    this.nowMs = endMs
  }

  #at(atMs: number, run: () => void): void {
    this.#queue.push({ atMs, run })
  }

  #wake(node: RepairNode): void {
    this.#at(this.nowMs + WAKE_MS, () => this.#wake(node))
    node.tree.tend(this.now.wallMs)
    this.#do(node, node.repair.due(this.now))
    for (const { peer, keys } of node.offers.due(this.nowMs))
      this.#do(node, [node.repair.offer(peer, 'transactions', keys, this.nowMs)])
    this.#fetch(node)
    for (const machine of [node.repair, node.wanted, node.offers]) machine.invariants()
  }

  #do(node: RepairNode, decisions: readonly RepairDecision[]): void {
    for (const decision of decisions) {
      switch (decision.kind) {
        case 'ask':
          this.#ask(node, decision)
          break
        case 'compared':
          node.comparisons.push(decision)
          if (decision.set === 'records') break
          for (const key of decision.need) node.wanted.held(decision.peer, key, this.nowMs)
          if (decision.complete)
            node.offers.compared(decision.peer, decision.startedMs, decision.upTo, new Set(decision.have))
          break
        case 'known-at':
          for (const key of decision.keys) node.offers.known(decision.peer, key)
          break
        case 'violation':
          node.violations.push(decision)
          break
        case 'gave-up':
          break
      }
    }
    this.#fetch(node)
  }

  #ask(node: RepairNode, { peer, bytes, request }: Extract<RepairDecision, { kind: 'ask' }>): void {
    this.bytes += bytes.byteLength
    this.#deliver(node.peer, peer, (other) => {
      const served = other.server.serve(node.peer, bytes, this.nowMs, (_, key) => other.wanted.isDone(key, this.nowMs))
      if (served.kind === 'violation') throw new Error(served.code)
      if (served.kind === 'offered') {
        for (const key of served.lacking) other.wanted.held(node.peer, key, this.nowMs)
        for (const key of served.known) other.offers.known(node.peer, key)
        this.#fetch(other)
      } else if (served.kind === 'compared') other.repair.served(node.peer, served.set)
      for (const frame of served.frames) this.bytes += frame.byteLength
      this.#deliver(peer, node.peer, () => this.#do(node, node.repair.answered(request, served.frames, this.now)))
    })
  }

  #fetch(node: RepairNode): void {
    for (const { peer, keys, fetch } of node.wanted.due(this.nowMs).fetches) {
      const request = decodeObjectsRequest(encodeObjectsRequest({ kind: 'transactions-by-key', keys }))
      if (request?.kind !== 'transactions-by-key') throw new Error('a request survives its encoding')
      this.#deliver(node.peer, peer, (other) => {
        const found = request.keys.map((key) => other.tree.idOf(key))
        for (const key of request.keys) other.offers.known(node.peer, key)
        this.#deliver(peer, node.peer, () => {
          request.keys.forEach((key, index) => {
            const id = found[index]
            if (typeof id !== 'string') return
            if (!node.tree.has(key)) node.tree.insertNew(key, id)
            node.wanted.received(key)
          })
          node.wanted.answered(fetch, [])
          this.#fetch(node)
        })
      })
    }
  }

  #deliver(from: PeerId, to: PeerId, run: (node: RepairNode) => void): void {
    const node = this.nodes.find((each) => each.peer === to)
    this.#at(this.nowMs + DELAY_MS, () => {
      if (node !== undefined && this.#links.has(linkName(from, to))) run(node)
    })
  }
}

function linkName(a: PeerId, b: PeerId): string {
  return [a, b].sort().join(' ')
}
