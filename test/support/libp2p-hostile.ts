/** A peer that speaks libp2p but none of our rules: it sends what a test writes and keeps what it is sent. */
import type { MessageStream, PrivateKey, Stream } from '@libp2p/interface'
import { startOutsider, type Outsider } from '../../src/adapters/libp2p/outsider.ts'

export interface Hostile extends Outsider {
  /** Opens a stream by a protocol of the other side. */
  open(protocol: string): Promise<Stream>
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
  let cutStreams = 0
  const outsider = await startOutsider({
    ...options,
    onWire: (encrypted) => {
      wire = encrypted
    },
    onStreamEnd: () => {
      cutStreams++
    },
  })
  return {
    ...outsider,
    open: (protocol) => outsider.connection().newStream([protocol]),
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
