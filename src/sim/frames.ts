/**
 * The way of a gossip frame from a simulated stream to the router. In production it leads over an event, a queue, two
 * generators and a decoder of lengths, which find out where a frame ends in what TCP delivers; a simulated stream
 * delivers each frame whole, so that it can be handed on at once. What the router and the hooks around it see is the
 * same, in the same order: a decoded RPC, bytes that are none, an end, an error.
 */
import { assert } from '../lib/assert.ts'
import type { GossipRouter, RouterPeer } from '../adapters/libp2p/router.ts'
import type { SameBytes } from './same-bytes.ts'
import { SimStream } from './stream.ts'

/** Where gossipsub keeps the streams that peers write to; private in the library. */
interface WithStreams {
  readonly streamsInbound: ReadonlyMap<string, { readonly rawStream: unknown }>
}

/**
 * Lets a router that is hooked already read its simulated streams directly.
 * @param onUndecodable a frame that is no RPC within the limits, which the hooks can't trace to its sender here
 */
export function readDirectly(
  router: GossipRouter,
  sameBytes: SameBytes,
  onUndecodable: (from: RouterPeer) => void,
): void {
  router.pipePeerReadStream = (from) => {
    const { streamsInbound } = router as unknown as WithStreams
    const stream = streamsInbound.get(from.toString())?.rawStream
    assert(stream instanceof SimStream, 'a simulated host has simulated streams')
    const { promise, resolve } = Promise.withResolvers<void>()
    stream.readWhole({
      onData: (bytes) => {
        let rpc
        try {
          rpc = router.decodeRpc(contentOf(bytes))
        } catch {
          onUndecodable(from)
          return
        }
        for (const message of rpc.messages) if (message.data !== undefined) message.data = sameBytes.of(message.data)
        void router.handleReceivedRpc(from, rpc)
      },
      onEnd: (error) => {
        if (error !== undefined) router.handlePeerReadStreamError(error, from)
        resolve()
      },
    })
    return promise
  }
}

/** A frame without its length, which must be that of the rest. */
function contentOf(frame: Uint8Array): Uint8Array {
  let [length, at, shift] = [0, 0, 1]
  for (let byte = 0x80; byte >= 0x80; at++, shift *= 128) {
    byte = frame[at] ?? 0
    length += (byte & 0x7f) * shift
  }
  assert(length === frame.byteLength - at, 'a simulated router writes one whole frame at a time')
  return frame.subarray(at)
}
