/**
 * Nodes that do nothing but know each other, in virtual time: what the kernel does with the machines of src/membership.
 * Connections form a random graph; what is published reaches every node that runs after a random delay, as a healthy
 * gossip mesh does it. Processes can be killed, stopped like by SIGSTOP (what they are sent waits), restarted, and
 * asked to leave.
 */
import { decodeRecord, encodeRecord, encodeRecordBody } from '../domain/codec/record-codec.ts'
import { decodeSuspicion, encodeSuspicion, encodeSuspicionBody } from '../domain/codec/suspicion-codec.ts'
import { asBlockHash, asNetAddress, type PeerId } from '../domain/ids.ts'
import { neighbourMark, peerIdOfKey, type NodeRecord, type Suspicion } from '../domain/record.ts'
import type { Now } from '../domain/time.ts'
import { createPrng, type Prng } from '../lib/prng.ts'
import { MEMBERSHIP_PROFILES } from '../membership/limits.ts'
import { Membership, type MembershipDecision } from '../membership/membership.ts'
import { Pace } from '../membership/pace.ts'
import type { MemberState } from '../membership/view.ts'
import { EventQueue } from './event-queue.ts'

const WALL_MS = 1_800_000_000_000
const WAKE_MS = 250
const EXCHANGE_MS = 2_000
/** Who told is not what this world is about. */
const TELLER = { name: 'neighbour', isChosen: true }
const PREFIX = new Uint8Array(8)
const HASH = asBlockHash('00'.repeat(32))

export interface Change {
  readonly atMs: number
  readonly by: PeerId
  readonly peer: PeerId
  readonly from: MemberState | null
  readonly to: MemberState | null
}

export class MemberNode {
  readonly key: Uint8Array
  readonly peer: PeerId
  readonly neighbours = new Set<MemberNode>()
  readonly random: Prng
  membership: Membership
  pace: Pace
  state: 'running' | 'stopped' | 'killed' = 'running'
  incarnation = 0
  seq = 0
  record: NodeRecord | null = null
  /** What came while it was stopped. */
  inbox: (() => void)[] = []
  /** Grows with each start, so that the wakes of an earlier life end. */
  life = 0
  help = 0
  readonly helps = new Map<number, (answer: 'ack' | 'nack' | 'stranger') => void>()

  constructor(index: number, random: Prng) {
    this.key = random.bytes(32)
    this.key[0] = index & 0xff
    this.key[1] = index >> 8
    this.peer = peerIdOfKey(this.key)
    this.random = random
    this.membership = this.newMembership()
    this.pace = new Pace(() => random.next())
  }

  newMembership(): Membership {
    let last = 0
    return new Membership({
      self: this.peer,
      profile: MEMBERSHIP_PROFILES.dev,
      nextNumber: () => ++last,
      chance: () => this.random.next(),
    })
  }
}

export class MembershipWorld {
  readonly nodes: MemberNode[]
  readonly byPeer: ReadonlyMap<PeerId, MemberNode>
  readonly changes: Change[] = []
  /** Bytes of records and suspicions that each node was sent once, and of probes. */
  bytes = 0
  /** Share of published messages that a node misses. */
  loss = 0
  readonly #random: Prng
  readonly #queue = new EventQueue()

  constructor(count: number, degree: number, seed: number) {
    this.#random = createPrng(seed)
    this.nodes = Array.from({ length: count }, (_, index) => new MemberNode(index, this.#random.child(`node ${index}`)))
    this.byPeer = new Map(this.nodes.map((node) => [node.peer, node]))
    for (const node of this.nodes) {
      while (node.neighbours.size < Math.min(degree, count - 1)) {
        const other = this.nodes[this.#random.below(count)] as MemberNode
        if (other !== node) this.#link(node, other)
      }
    }
    for (const node of this.nodes) this.#after(this.#random.below(1_000), () => this.#start(node))
  }

  get nowMs(): number {
    return this.#queue.nowMs
  }

  now(): Now {
    return { monoMs: this.nowMs, wallMs: WALL_MS + this.nowMs }
  }

  pick(): MemberNode {
    return this.nodes[this.#random.below(this.nodes.length)] as MemberNode
  }

  run(ms: number): void {
    this.#queue.runUntil(this.nowMs + ms)
  }

  /** SIGKILL: the sockets close at once. */
  kill(node: MemberNode): void {
    node.state = 'killed'
    node.life++
    for (const other of node.neighbours)
      this.#send(other, () => this.#do(other, other.membership.onDisconnected(node.peer, false, true, this.now())))
  }

  restart(node: MemberNode): void {
    node.membership = node.newMembership()
    node.pace = new Pace(() => node.random.next())
    node.helps.clear()
    node.state = 'running'
    node.inbox = []
    this.#start(node)
  }

  /** SIGSTOP, and SIGCONT after `ms`; null: it hangs for good. */
  pause(node: MemberNode, ms: number | null): void {
    node.state = 'stopped'
    if (ms === null) return
    this.#after(ms, () => {
      node.state = 'running'
      // A process that goes on sees its timers first, and then what waits in its sockets.
      this.#do(node, node.membership.onWake(this.now()))
      for (const receive of node.inbox.splice(0)) receive()
    })
  }

  leave(node: MemberNode): void {
    this.publish(node, true)
    this.#after(300, () => {
      node.state = 'killed'
      node.life++
      for (const other of node.neighbours)
        this.#send(other, () => this.#do(other, other.membership.onDisconnected(node.peer, false, true, this.now())))
    })
  }

  /** A liar says that he could not reach the target. */
  lie(accuser: MemberNode, target: MemberNode): void {
    const record = accuser.membership.records.get(target.peer)
    if (record !== undefined) this.#accuse(accuser, record)
  }

  publish(node: MemberNode, isLeaving = false): void {
    const body = encodeRecordBody({
      key: node.key,
      incarnation: node.incarnation,
      seq: ++node.seq,
      startedAtMs: node.incarnation,
      publishedAtMs: this.now().wallMs,
      name: 'node',
      agentVersion: 'hearsay/0.1.0',
      head: { height: 0, hash: HASH },
      settledHeight: 0,
      mempoolCount: 0,
      addresses: [asNetAddress('/ip4/127.0.0.1/tcp/4001')],
      tags: [],
      neighbours: node.membership.probing.neighbours
        .map((peer) => neighbourMark((this.byPeer.get(peer) as MemberNode).key))
        .sort()
        .slice(0, 32),
      isLeaving,
    })
    const record = decodeRecord(encodeRecord(body, node.random.bytes(64)), PREFIX)
    if (record === null) throw new Error('a record of our own decodes')
    node.record = record
    node.pace.published(this.nowMs, node.membership.records.size)
    this.#do(node, node.membership.onRecord(record, 'own', { name: 'self', isChosen: true }, this.now()).decisions)
    this.#publish(node, record.bytes.byteLength, (other) => {
      if (other.membership.precheckRecord(record, TELLER, this.now()) !== null) return
      this.#do(other, other.membership.onRecord(record, 'gossip', TELLER, this.now()).decisions)
    })
  }

  /** Nodes that run and see this one in the state. */
  seenAs(peer: PeerId, state: MemberState): number {
    return this.nodes.filter(
      (node) => node.state === 'running' && node.peer !== peer && node.membership.stateOf(peer) === state,
    ).length
  }

  running(): number {
    return this.nodes.filter((node) => node.state === 'running').length
  }

  #start(node: MemberNode): void {
    const life = ++node.life
    node.incarnation = Math.max(node.incarnation + 1, this.now().wallMs)
    node.seq = 0
    for (const other of node.neighbours) {
      if (other.state !== 'running' || other.incarnation === 0) continue
      this.#do(node, node.membership.onConnected(other.peer, this.now()))
      this.#do(other, other.membership.onConnected(node.peer, this.now()))
      other.pace.changed('neighbours', this.nowMs, other.membership.records.size)
    }
    this.#after(100, () => this.#reconcile(node, life))
    this.publish(node)
    const wake = (): void => {
      if (node.life !== life) return
      this.#after(WAKE_MS, wake)
      if (node.state !== 'running') return
      this.#do(node, node.membership.onWake(this.now()))
      if (node.pace.isDue(this.nowMs)) this.publish(node)
    }
    this.#after(node.random.below(WAKE_MS), wake)
  }

  /**
   * What reconciliation brings: at the start from the first neighbour; later, which only matters where messages get
   * lost, from one by chance.
   */
  #reconcile(node: MemberNode, life: number): void {
    if (node.life !== life) return
    this.#after(8_000 + node.random.below(4_000), () => this.#reconcile(node, life))
    if (node.state !== 'running' || (this.loss === 0 && this.nowMs - (node.incarnation - WALL_MS) > 1_000)) return
    const teachers = [...node.neighbours].filter((other) => other.state === 'running')
    const teacher = teachers[node.random.below(Math.max(1, teachers.length))]
    for (const record of teacher?.membership.records.all() ?? []) {
      if (teacher?.membership.records.isAdvertised(record, this.now().wallMs) !== true || record.peer === node.peer)
        continue
      this.#do(node, node.membership.onRecord(record, 'repair', TELLER, this.now()).decisions)
    }
  }

  #do(node: MemberNode, decisions: readonly MembershipDecision[]): void {
    for (const decision of decisions) this.#doOne(node, decision)
  }

  #doOne(node: MemberNode, decision: MembershipDecision): void {
    switch (decision.kind) {
      case 'ping':
        this.#ping(node, decision.probe, decision.peer)
        return
      case 'ask-help':
        this.#askHelp(node, decision)
        return
      case 'answer-help':
        node.helps.get(decision.help)?.(decision.answer)
        node.helps.delete(decision.help)
        return
      case 'dial': {
        const target = this.byPeer.get(decision.target) as MemberNode
        this.#after(20, () => {
          if (target.state === 'running') this.#link(node, target)
          else this.#send(node, () => this.#do(node, node.membership.onDialFailed(target.peer, this.now())))
        })
        return
      }
      case 'accuse': {
        const record = node.membership.records.get(decision.target)
        if (record !== undefined) this.#accuse(node, record)
        return
      }
      case 'refute':
        node.pace.changed('refute', this.nowMs, node.membership.records.size)
        return
      case 'state-changed':
        this.changes.push({ atMs: this.nowMs, by: node.peer, ...decision })
        return
      case 'advertise':
      case 'equivocated':
      case 'twins':
      case 'stalled':
        return
    }
  }

  #ping(node: MemberNode, probe: number, peer: PeerId): void {
    const target = this.byPeer.get(peer) as MemberNode
    const isSuspected = node.membership.stateOf(peer) === 'suspect'
    this.#exchange(node, target, probe, (reply) => {
      this.#do(target, target.membership.onPing(node.peer, isSuspected, this.now()))
      reply('ack')
    })
  }

  #askHelp(
    node: MemberNode,
    { helper, target, patienceMs, probe }: Extract<MembershipDecision, { kind: 'ask-help' }>,
  ): void {
    const other = this.byPeer.get(helper) as MemberNode
    this.#exchange(node, other, probe, (reply) => {
      const help = ++other.help
      other.helps.set(help, reply)
      this.#do(other, other.membership.onHelpAsked(help, node.peer, target, patienceMs, this.now()))
    })
  }

  /** One request over a connection: an answer, a refusal where the other process is gone, or the deadline. */
  #exchange(
    node: MemberNode,
    other: MemberNode,
    probe: number,
    serve: (reply: (answer: 'ack' | 'nack' | 'stranger') => void) => void,
  ): void {
    this.bytes += 130
    const { life } = node
    const sentMs = this.nowMs
    let isOver = false
    const end = (act: () => MembershipDecision[]): void => {
      if (isOver || node.life !== life) return
      isOver = true
      this.#do(node, act())
    }
    if (other.state === 'killed') {
      this.#send(node, () => end(() => node.membership.onProbeFailed(probe, true, this.now())))
      return
    }
    this.#after(EXCHANGE_MS, () =>
      this.#receive(node, () => end(() => node.membership.onProbeFailed(probe, false, this.now()))),
    )
    this.#send(other, () =>
      serve((answer) =>
        this.#send(node, () =>
          end(() =>
            answer === 'ack'
              ? node.membership.onAck(probe, this.nowMs - sentMs, this.now())
              : node.membership.onDenied(probe, answer, this.now()),
          ),
        ),
      ),
    )
  }

  #accuse(accuser: MemberNode, record: NodeRecord): void {
    const body = encodeSuspicionBody({
      targetKey: record.key,
      accuserKey: accuser.key,
      incarnation: record.incarnation,
      seq: record.seq,
      timeMs: this.now().wallMs,
    })
    const suspicion = decodeSuspicion(encodeSuspicion(body, new Uint8Array(64)), PREFIX) as Suspicion
    this.#publish(accuser, suspicion.bytes.byteLength, (other) => {
      if (other.membership.precheckSuspicion(suspicion, this.now()) !== null) return
      this.#do(other, other.membership.onSuspicion(suspicion, this.now()).decisions)
    })
  }

  #publish(from: MemberNode, bytes: number, receive: (node: MemberNode) => void): void {
    for (const node of this.nodes) {
      if (node === from || node.state === 'killed' || this.#random.next() < this.loss) continue
      this.bytes += bytes
      this.#after(30 + this.#random.below(270), () => this.#receive(node, () => receive(node)))
    }
  }

  #send(to: MemberNode, run: () => void): void {
    this.#after(5 + this.#random.below(40), () => this.#receive(to, run))
  }

  #receive(node: MemberNode, run: () => void): void {
    if (node.state === 'running') run()
    else if (node.state === 'stopped') node.inbox.push(run)
  }

  #link(a: MemberNode, b: MemberNode): void {
    a.neighbours.add(b)
    b.neighbours.add(a)
    if (a.incarnation === 0 || b.incarnation === 0) return
    this.#do(a, a.membership.onConnected(b.peer, this.now()))
    this.#do(b, b.membership.onConnected(a.peer, this.now()))
  }

  #after(ms: number, run: () => void): void {
    this.#queue.after(ms, run)
  }
}
