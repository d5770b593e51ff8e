/**
 * Sockets that have not become WebSockets: before that neither the connection manager nor the gater hears of them, and
 * the library waits for their first byte for ever (SECURITY.md L13).
 */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { addressGroup } from '../../lib/address-group.ts'
import { isUncounted } from './gater.ts'
import { SOCKET_SILENCE_MS, SOCKETS_PER_ADDRESS_MAX } from './limits.ts'
import type { Libp2pProfile } from './profile.ts'

export interface PendingOptions {
  readonly profile: Libp2pProfile
  /** Of all addresses together; of each SOCKETS_PER_ADDRESS_MAX. */
  readonly max: number
  /** How long one may take, ms. */
  readonly waitMs: number
}

export class PendingSockets {
  readonly #options: PendingOptions
  /** When each is given up, and the address group that it counts for. */
  readonly #waiting = new Map<Duplex, { readonly late: NodeJS.Timeout; readonly group: string | null }>()
  readonly #groups = new Map<string, number>()

  constructor(options: PendingOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#waiting.size
  }

  /** Takes the socket in, or ends it at once. */
  admit(socket: Socket): void {
    const { profile, max, waitMs } = this.#options
    const ip = socket.remoteAddress ?? ''
    const group = isUncounted(ip, profile) ? null : addressGroup(ip)
    const ofGroup = group === null ? 0 : (this.#groups.get(group) ?? 0)
    if (this.#waiting.size >= max || ofGroup >= SOCKETS_PER_ADDRESS_MAX) {
      socket.destroy()
      return
    }
    if (group !== null) this.#groups.set(group, ofGroup + 1)
    const late = setTimeout(() => {
      socket.destroy()
    }, waitMs)
    this.#waiting.set(socket, { late, group })
    socket.setNoDelay(true)
    socket.setTimeout(SOCKET_SILENCE_MS, () => {
      socket.destroy()
    })
    socket.once('close', () => {
      this.left(socket)
    })
  }

  /** It counts with the gater from here on, or is gone. */
  left(socket: Duplex): void {
    const waiting = this.#waiting.get(socket)
    if (waiting === undefined) return
    const { late, group } = waiting
    clearTimeout(late)
    this.#waiting.delete(socket)
    if (group === null) return
    const left = (this.#groups.get(group) ?? 1) - 1
    if (left === 0) this.#groups.delete(group)
    else this.#groups.set(group, left)
  }
}
