/**
 * The simulated internet between nodes: latency, jitter, bandwidth, loss, cuts. Bytes of one channel (one direction of
 * one connection) arrive in order, as TCP's do; a lost packet is therefore a delay, of that channel and all behind it.
 * Messages can be lost whole too, which no TCP does, to show what the repair above it is worth.
 */
import type { Prng } from '../lib/prng.ts'
import type { Scheduler, SimProcess } from './scheduler.ts'
import type { Trace } from './trace.ts'

export interface LinkProfile {
  /** One-way delay of a pair of nodes, drawn once, uniform between these, ms. */
  readonly latencyMinMs: number
  readonly latencyMaxMs: number
  /** Further delay of each frame, uniform in [0, jitter), ms. */
  readonly jitterMs: number
  /** Chance of a frame to be retransmitted, each time it is sent. */
  readonly lossRate: number
  /** Of each node, each way; null: no limit. */
  readonly bytesPerMs: number | null
  /** Of each connection, each way; no limit unless given. */
  readonly channelBytesPerMs?: number
}

/** Links that differ by where their ends are. */
export interface Regions {
  /** Number of each node's region. */
  readonly of: readonly number[]
  /** Links between two regions, by their numbers. */
  readonly links: readonly (readonly LinkProfile[])[]
}

/** Links of the reference measurements: uniform 20-120 ms, nothing else in the way. */
export const REFERENCE_LINKS: LinkProfile = {
  latencyMinMs: 20,
  latencyMaxMs: 120,
  jitterMs: 0,
  lossRate: 0,
  bytesPerMs: null,
}

/** Above the number of any node, so that a pair of them is one number: this is asked for every frame. */
const NODES_MAX = 2 ** 24

/** Smallest retransmission timeout of Linux, ms; it doubles with every further loss of the same bytes. */
const RETRANSMIT_MIN_MS = 200
/** After so many losses in a row TCP is close to giving up; what remains is the rate of one in 10^-n. */
const RETRANSMISSIONS_MAX = 8

/** What a node's address says: where its packets leave and arrive. */
export interface Station {
  readonly index: number
  /** Whose tasks the deliveries are; a restarted node has a new one. */
  process: SimProcess
  /** Jitter and loss of what it sends. */
  readonly random: Prng
  uplinkFreeMs: number
  downlinkFreeMs: number
  bytesSent: number
  bytesReceived: number
}

/** One direction of one connection. */
export interface Channel {
  readonly from: Station
  readonly to: Station
  /** Who runs at its end: whoever runs there later, under the same address, does not hear of it. */
  readonly receiver: SimProcess
  lastArrivalMs: number
  /** When the last byte has left, where the connection has a rate. */
  freeMs: number
  /** Deliveries that wait for a cut to heal; dropped with the connection. */
  held: (() => void)[]
  closed: boolean
}

export interface NetworkTotals {
  frames: number
  bytes: number
  retransmissions: number
  lostMessages: number
}

export class Network {
  readonly totals: NetworkTotals = { frames: 0, bytes: 0, retransmissions: 0, lostMessages: 0 }
  /** Chance of a message (a gossip frame) to be lost whole. */
  messageLossRate = 0
  readonly #scheduler: Scheduler
  readonly #random: Prng
  readonly #links: LinkProfile
  readonly #regions: Regions | null
  readonly #trace: Trace
  readonly #latencies = new Map<number, number>()
  readonly #extraLatency = new Map<number, number>()
  readonly #channels = new Set<Channel>()
  readonly #cuts = new Set<string>()
  #sides: ReadonlyMap<number, number> | null = null

  constructor(options: {
    scheduler: Scheduler
    random: Prng
    links: LinkProfile
    regions?: Regions | null
    trace: Trace
  }) {
    this.#scheduler = options.scheduler
    this.#random = options.random
    this.#links = options.links
    this.#regions = options.regions ?? null
    this.#trace = options.trace
  }

  /** One-way delay between two nodes, ms; the same both ways, and independent of who asks first. */
  latencyMs(a: number, b: number): number {
    const key = a < b ? a * NODES_MAX + b : b * NODES_MAX + a
    let latency = this.#latencies.get(key)
    if (latency === undefined) {
      const { latencyMinMs, latencyMaxMs } = this.#linkOf(a, b)
      latency = latencyMinMs + this.#random.child(`link/${pairKey(a, b)}`).next() * (latencyMaxMs - latencyMinMs)
      this.#latencies.set(key, latency)
    }
    return latency + (this.#extraLatency.get(a) ?? 0) + (this.#extraLatency.get(b) ?? 0)
  }

  /** Makes every link of a node slower by this much, ms. */
  slowDown(node: number, extraMs: number): void {
    this.#extraLatency.set(node, extraMs)
  }

  createStation(index: number, process: SimProcess): Station {
    return {
      index,
      process,
      random: this.#random.child(`station/${index}`),
      uplinkFreeMs: 0,
      downlinkFreeMs: 0,
      bytesSent: 0,
      bytesReceived: 0,
    }
  }

  openChannel(from: Station, to: Station): Channel {
    const channel: Channel = { from, to, receiver: to.process, lastArrivalMs: 0, freeMs: 0, held: [], closed: false }
    this.#channels.add(channel)
    return channel
  }

  closeChannel(channel: Channel): void {
    channel.closed = true
    channel.held = []
    this.#channels.delete(channel)
  }

  /**
   * Sends bytes; `deliver` runs as a task of the receiver when they have arrived, unless the connection is gone by
   * then.
   */
  send(channel: Channel, bytes: number, deliver: () => void): void {
    this.totals.frames++
    this.totals.bytes += bytes
    channel.from.bytesSent += bytes
    const { nowMs } = this.#scheduler
    const link = this.#linkOf(channel.from.index, channel.to.index)
    let departMs = this.#depart(channel.from, bytes)
    if (link.channelBytesPerMs !== undefined) {
      channel.freeMs = Math.max(departMs, channel.freeMs) + bytes / link.channelBytesPerMs
      departMs = channel.freeMs
    }
    const latency = this.latencyMs(channel.from.index, channel.to.index)
    const delay =
      latency + channel.from.random.next() * link.jitterMs + this.#retransmission(channel.from, latency, link.lossRate)
    channel.lastArrivalMs = Math.max(channel.lastArrivalMs, departMs + delay)
    this.#scheduler.schedule(
      channel.lastArrivalMs - nowMs,
      () => this.#arrive(channel, bytes, deliver),
      channel.receiver,
    )
  }

  /** Whether this message, which may be lost whole, is. */
  loses(sender: Station): boolean {
    if (this.messageLossRate === 0 || sender.random.next() >= this.messageLossRate) return false
    this.totals.lostMessages++
    return true
  }

  /** Whether packets pass between two nodes at all. */
  reaches(a: number, b: number): boolean {
    if (this.#cuts.has(pairKey(a, b))) return false
    return this.#sides === null || this.#sides.get(a) === this.#sides.get(b)
  }

  /** Nodes reach those of their own group only; who is in no group is in one with all others that are in none. */
  partition(groups: readonly (readonly number[])[]): void {
    const sides = new Map<number, number>()
    groups.forEach((group, side) => group.forEach((node) => sides.set(node, side)))
    this.#sides = sides
  }

  cut(a: number, b: number): void {
    this.#cuts.add(pairKey(a, b))
  }

  /** Everybody reaches everybody again; what the remaining connections held arrives. */
  heal(): void {
    this.#sides = null
    this.#cuts.clear()
    for (const channel of this.#channels) {
      const held = channel.held
      channel.held = []
      for (const deliver of held) this.#scheduler.schedule(0, deliver, channel.receiver)
    }
  }

  #linkOf(a: number, b: number): LinkProfile {
    if (this.#regions === null) return this.#links
    const { of, links } = this.#regions
    return links[of[a] ?? 0]?.[of[b] ?? 0] ?? this.#links
  }

  /** Bytes queue at the sender's uplink; returns when the last of them leaves. */
  #depart(station: Station, bytes: number): number {
    const { nowMs } = this.#scheduler
    const { bytesPerMs } = this.#links
    if (bytesPerMs === null) return nowMs
    station.uplinkFreeMs = Math.max(nowMs, station.uplinkFreeMs) + bytes / bytesPerMs
    return station.uplinkFreeMs
  }

  #retransmission(station: Station, latencyMs: number, lossRate: number): number {
    let delay = 0
    let timeout = Math.max(RETRANSMIT_MIN_MS, 3 * latencyMs)
    for (let lost = 0; lost < RETRANSMISSIONS_MAX && station.random.next() < lossRate; lost++) {
      this.totals.retransmissions++
      delay += timeout
      timeout *= 2
    }
    return delay
  }

  /** At the far end of the wire: waits for a cut to heal, then for the receiver's downlink. */
  #arrive(channel: Channel, bytes: number, deliver: () => void): void {
    if (channel.closed) return
    const { from, to } = channel
    if (!this.reaches(from.index, to.index) || channel.held.length > 0) {
      channel.held.push(() => this.#arrive(channel, bytes, deliver))
      return
    }
    const receive = (): void => {
      if (channel.closed) return
      to.bytesReceived += bytes
      this.#trace.delivery(from.index, to.index, bytes)
      deliver()
    }
    const { nowMs } = this.#scheduler
    const { bytesPerMs } = this.#links
    if (bytesPerMs === null) {
      receive()
      return
    }
    to.downlinkFreeMs = Math.max(nowMs, to.downlinkFreeMs) + bytes / bytesPerMs
    this.#scheduler.schedule(to.downlinkFreeMs - nowMs, receive, channel.receiver)
  }
}

function pairKey(a: number, b: number): string {
  return a < b ? `${a}-${b}` : `${b}-${a}`
}
