/** A peer that speaks libp2p but none of our rules: it sends what a test writes and keeps what it is sent. */
import type { MessageStream, PrivateKey, Stream, StreamMuxer } from '@libp2p/interface'
import * as lp from 'it-length-prefixed'
import { startOutsider, type Outsider } from '../../../src/adapters/libp2p/outsider.ts'

export interface Hostile extends Outsider {
  /** Opens a stream by a protocol of the other side. */
  open(protocol: string): Promise<Stream>
  /**
   * Opens a stream, writes these bytes and closes its side in one go, before the other side has agreed on the protocol.
   */
  openAndClose(protocol: string, bytes: Uint8Array): Promise<Stream>
  /** Answers a protocol with bytes as they are. */
  answer(protocol: string, bytes: Uint8Array): Promise<void>
  /** Gossip streams towards this peer that the other side has given up. */
  cutStreams(): number
  /** The encrypted connection below the muxer. */
  wire(): MessageStream
}

export interface HostileOptions {
  readonly privateKey?: PrivateKey
  readonly encryption?: 'tls' | 'noise'
  /** Takes gossip streams but never reads them. */
  readonly deaf?: boolean
}

/** Starts one. It listens nowhere. */
export async function startHostile(options: HostileOptions = {}): Promise<Hostile> {
  let wire: MessageStream | null = null
  let muxer: StreamMuxer | null = null
  let cutStreams = 0
  const outsider = await startOutsider({
    ...options,
    onWire: (encrypted) => {
      wire = encrypted
    },
    onMuxer: (made) => {
      muxer = made
    },
    onStreamEnd: () => {
      cutStreams++
    },
  })
  return {
    ...outsider,
    open: (protocol) => outsider.connection().newStream([protocol]),
    async openAndClose(protocol, bytes) {
      if (muxer === null) throw new Error('join first')
      const stream = await muxer.createStream()
      const lines = ['/multistream/1.0.0', protocol].map((line) =>
        lp.encode.single(Buffer.from(`${line}\n`)).subarray(),
      )
      stream.send(Buffer.concat([...lines, bytes]))
      await stream.close()
      return stream
    },
    answer: (protocol, bytes) =>
      outsider.handle(protocol, async (stream) => {
        stream.send(bytes)
        await stream.close()
      }),
    cutStreams: () => cutStreams,
    wire() {
      if (wire === null) throw new Error('join first')
      return wire
    },
  }
}
