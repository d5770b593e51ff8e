/**
 * On which gossip streams of ours an RPC has left that some library takes for too large: what tells a peer that has
 * stopped reading from one that closes the half it does not use. Seen from outside: `newStream` and `send` are public.
 */
import type { Connection, Stream } from '@libp2p/interface'
import { isGossip } from './gossip-protocol.ts'
import { LARGE_RPC_BYTES } from './limits.ts'

export class LargeRpcs {
  /** Goes with the streams. */
  readonly #streams = new WeakSet<Stream>()

  /** Call it for each connection before anybody opens a stream on it. */
  watch(connection: Connection): void {
    const open = connection.newStream.bind(connection)
    connection.newStream = async (...args) => {
      const stream = await open(...args)
      if (isGossip(stream)) this.#watchStream(stream)
      return stream
    }
  }

  has(stream: Stream): boolean {
    return this.#streams.has(stream)
  }

  #watchStream(stream: Stream): void {
    const send = stream.send.bind(stream)
    stream.send = (data) => {
      if (data.byteLength > LARGE_RPC_BYTES) this.#streams.add(stream)
      return send(data)
    }
  }
}
