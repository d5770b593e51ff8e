/**
 * A TCP proxy in front of one address, which can be cut: connections end, and new ones are refused, until it is mended.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

export class CuttingProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Where it leads to; null: it is cut. */
  #port: number | null = null
  /** `Last-Event-ID` of each request for a stream; null where it had none. */
  readonly asked: (string | null)[] = []

  private constructor() {
    this.#server = createServer((inner) => {
      this.#admit(inner)
    })
  }

  static async open(): Promise<CuttingProxy> {
    const proxy = new CuttingProxy()
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  cut(): void {
    this.#port = null
    for (const socket of this.#sockets) socket.destroy()
  }

  mend(port: number): void {
    this.#port = port
  }

  close(): void {
    this.cut()
    this.#server.close()
  }

  #admit(inner: Socket): void {
    if (this.#port === null) {
      inner.destroy()
      return
    }
    const outer = connect(this.#port, '127.0.0.1')
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        other.destroy()
      })
    }
    inner.on('data', (piece) => {
      const text = piece.toString('latin1')
      if (text.startsWith('GET /v1/events')) this.asked.push(/^last-event-id: *(\S+)/im.exec(text)?.[1] ?? null)
    })
    inner.pipe(outer)
    outer.pipe(inner)
  }
}
