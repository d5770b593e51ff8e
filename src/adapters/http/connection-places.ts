/**
 * Who stands when every place for a connection is taken (SECURITY.md A48). Node's own bound refuses whoever comes last,
 * so that silent sockets of one stranger keep everybody out; here the newcomer comes in, and of the client with most
 * connections the one goes that has been still for longest. A socket of a program's that has nothing to ask is opened
 * again by the next question; one that is kept open only to hold the place is lost.
 *
 * The operator's connections and the streams of events are kept: he is trusted, they have a bound of their own.
 */
import type { Socket } from 'node:net'
import { clientOf } from './rate-guard.ts'

export class ConnectionPlaces {
  readonly #max: number
  /** With the client of each, the one that has been still for longest first. */
  readonly #strangers = new Map<Socket, string>()
  readonly #kept = new Set<Socket>()

  constructor(max: number) {
    this.#max = max
  }

  /**
   * A connection has come: it stays, unless all others are kept. Whoever goes is closed at once, so that there are
   * never more open files.
   */
  admit(socket: Socket): void {
    const goes = this.#strangers.size + this.#kept.size < this.#max ? null : (this.#stillest() ?? socket)
    if (goes !== null) this.#forget(goes).destroy()
    if (goes === socket) return
    this.#strangers.set(socket, clientOf(socket.remoteAddress ?? ''))
    socket.once('close', () => this.#forget(socket))
  }

  /** A request begins or ends on it. */
  touch(socket: Socket): void {
    const client = this.#strangers.get(socket)
    if (client === undefined) return
    this.#strangers.delete(socket)
    this.#strangers.set(socket, client)
  }

  /** It never goes for a newcomer from now on. */
  keep(socket: Socket): void {
    if (this.#strangers.delete(socket)) this.#kept.add(socket)
  }

  #forget(socket: Socket): Socket {
    this.#strangers.delete(socket)
    this.#kept.delete(socket)
    return socket
  }

  #stillest(): Socket | undefined {
    const counts = new Map<string, number>()
    for (const client of this.#strangers.values()) counts.set(client, (counts.get(client) ?? 0) + 1)
    const most = Math.max(...counts.values())
    for (const [socket, client] of this.#strangers) if (counts.get(client) === most) return socket
    return undefined
  }
}
