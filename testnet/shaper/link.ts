/**
 * One link of a testnet, from the node that dials to the node that listens: a TCP port of its own on loopback, whose
 * connections are carried on to the target with the link's shape, and which can stall, be cut and heal by itself.
 * Without root and in this process.
 *
 * - shaped: bytes pass with delay, jitter and bandwidth.
 * - stalled: connections stand and nothing comes out, one way or both; this is also what loss looks like above TCP.
 * - cut: standing connections are reset; new ones are reset at once (`refuse`) or accepted and never answered
 *   (`blackhole`).
 */
import { createServer, createConnection, type AddressInfo, type Server, type Socket } from 'node:net'
import { createPrng, type Prng } from '../../src/lib/prng.ts'
import { LINK_CONNECTIONS_MAX, LINK_TARGET_WAIT_MS } from '../limits.ts'
import { ShapedDirection } from './direction.ts'
import type { LinkShape } from './shape.ts'

export type Way = 'forward' | 'back' | 'both'
export type CutMode = 'refuse' | 'blackhole'

/** Where a link leads: `starting` keeps connections waiting for the port, `down` resets them. */
export type LinkTarget =
  { readonly kind: 'starting' } | { readonly kind: 'at'; readonly port: number } | { readonly kind: 'down' }

export interface LinkCounts {
  readonly connections: number
  readonly bytesForward: number
  readonly bytesBack: number
}

interface Carried {
  readonly near: Socket
  /** Null until the target's port is known. */
  far: Socket | null
  directions: readonly ShapedDirection[]
}

export class ShapedLink {
  readonly name: string
  readonly port: number
  readonly #server: Server
  readonly #random: Prng
  readonly #carried = new Set<Carried>()
  #shape: LinkShape
  #target: LinkTarget = { kind: 'starting' }
  #stalled: Way | null = null
  #cut: CutMode | null = null
  #bytesForward = 0
  #bytesBack = 0

  private constructor(server: Server, options: { name: string; shape: LinkShape; seed: number }) {
    this.#server = server
    this.name = options.name
    this.port = (server.address() as AddressInfo).port
    this.#shape = options.shape
    this.#random = createPrng(options.seed).child(options.name)
    server.on('connection', (near) => {
      this.#accept(near)
    })
  }

  /** Opens a link on a free port of loopback. `seed` and `name` fix its jitter. Rejects when no port can be opened. */
  static async open(options: { name: string; shape: LinkShape; seed: number }): Promise<ShapedLink> {
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: '127.0.0.1', port: 0 }, resolve)
    })
    return new ShapedLink(server, options)
  }

  get isCut(): boolean {
    return this.#cut !== null
  }

  counts(): LinkCounts {
    return { connections: this.#carried.size, bytesForward: this.#bytesForward, bytesBack: this.#bytesBack }
  }

  /** Bytes that entered and have not come out, both ways: bounded by connections × 2 × FLIGHT_BYTES_MAX. */
  bytesInFlight(): number {
    let bytes = 0
    for (const { directions } of this.#carried) for (const direction of directions) bytes += direction.bytesInFlight
    return bytes
  }

  /** Sets where the link leads. Connections that wait go on to it, or are reset when it is down. */
  leadTo(target: LinkTarget): void {
    this.#target = target
    if (target.kind === 'starting') return
    for (const carried of this.#carried) {
      if (carried.far !== null) continue
      if (target.kind === 'at') this.#carryOn(carried, target.port)
      else this.#drop(carried)
    }
  }

  /** Changes the shape from the next byte on. */
  reshape(shape: LinkShape): void {
    this.#shape = shape
  }

  stall(way: Way): void {
    this.#stalled = way
  }

  cut(mode: CutMode): void {
    this.#cut = mode
    for (const carried of [...this.#carried]) this.#drop(carried)
  }

  /** Ends a stall and a cut. Connections that a blackhole swallowed are reset, so that their dialler tries again. */
  heal(): void {
    if (this.#cut !== null) for (const carried of [...this.#carried]) this.#drop(carried)
    this.#cut = null
    this.#stalled = null
    for (const { directions } of this.#carried) for (const direction of directions) direction.pump()
  }

  /** Resets every connection and frees the port. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) =>
      this.#server.close(() => {
        resolve()
      }),
    )
    for (const carried of [...this.#carried]) this.#drop(carried)
    await closed
  }

  #accept(near: Socket): void {
    // A reset by the other end is an ordinary event here; 'close' follows and does what is to be done.
    near.on('error', () => undefined)
    if (this.#cut === 'refuse' || this.#target.kind === 'down' || this.#carried.size >= LINK_CONNECTIONS_MAX) {
      near.resetAndDestroy()
      return
    }
    const carried: Carried = { near, far: null, directions: [] }
    this.#carried.add(carried)
    near.on('close', (hadError) => {
      this.#afterClose(carried, hadError)
    })
    if (this.#cut === 'blackhole') {
      near.resume()
      return
    }
    if (this.#target.kind === 'at') {
      this.#carryOn(carried, this.#target.port)
      return
    }
    near.setTimeout(LINK_TARGET_WAIT_MS, () => {
      if (carried.far === null && this.#cut === null) this.#drop(carried)
    })
  }

  #carryOn(carried: Carried, port: number): void {
    const { near } = carried
    near.setTimeout(0)
    const far = createConnection({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
    carried.far = far
    far.on('error', () => undefined)
    far.on('close', (hadError) => {
      this.#afterClose(carried, hadError)
    })
    const common = { shape: () => this.#shape, random: this.#random }
    carried.directions = [
      new ShapedDirection({
        ...common,
        from: near,
        to: far,
        isStalled: () => this.#isStalled('forward'),
        onBytes: (count) => {
          this.#bytesForward += count
        },
      }),
      new ShapedDirection({
        ...common,
        from: far,
        to: near,
        isStalled: () => this.#isStalled('back'),
        onBytes: (count) => {
          this.#bytesBack += count
        },
      }),
    ]
    near.resume()
  }

  #isStalled(way: 'forward' | 'back'): boolean {
    return this.#stalled === 'both' || this.#stalled === way
  }

  /**
   * A socket that closed in order leaves the other one open until the bytes in flight to it, and their end, have
   * arrived.
   */
  #afterClose(carried: Carried, hadError: boolean): void {
    if (!hadError && carried.far !== null && !(carried.near.closed && carried.far.closed)) return
    this.#drop(carried)
  }

  /** Both sockets go: by a reset where something was lost, which a plain end would hide from the other side. */
  #drop(carried: Carried): void {
    if (!this.#carried.delete(carried)) return
    for (const socket of [carried.near, carried.far]) {
      if (socket !== null && !socket.destroyed) socket.resetAndDestroy()
    }
  }
}
