/**
 * Stands between gossipsub's streams and its router. gossipsub does not say who sent what it can't decode, nor does it
 * count it (SECURITY.md L4, L10, L11), and it asks for more at once than we take in one answer; five methods of the
 * instance are therefore wrapped. That ties us to names inside the library, so `verifyRouterHooks` proves at every
 * start that the wrappers of what comes in are really called.
 */
import type { GossipRouter, Rpc, RpcFrame, RouterPeer } from './router.ts'
import { askable } from './rpc-limits.ts'

export interface RouterHooks {
  /** Every decoded RPC before the router sees it; `pass` gives one to the router and never throws. */
  onRpc(from: RouterPeer, rpc: Rpc, pass: (rpc: Rpc) => Promise<void>): Promise<void>
  /**
   * A frame is about to be taken; a promise where it must wait, and be asked for again then. False: no more of this
   * stream.
   */
  onFrame?(from: RouterPeer): Promise<void> | boolean
  /** A frame that is no RPC within the limits. The stream goes on. */
  onUndecodable(from: RouterPeer): void
  /** The peer's stream ended with an error; the router has forgotten the peer. */
  onBroken(from: RouterPeer, error: Error): void
}

/** The peer of the self-test. No real id has a space. */
const PROBE: RouterPeer = { toString: () => 'self test' }

/** Wraps the instance's methods. Call it once, before the router starts. */
export function hookRouter(router: GossipRouter, hooks: RouterHooks): void {
  const handleReceivedRpc = router.handleReceivedRpc.bind(router)
  const pipePeerReadStream = router.pipePeerReadStream.bind(router)
  const decodeRpc = router.decodeRpc.bind(router)
  const handlePeerReadStreamError = router.handlePeerReadStreamError.bind(router)
  // decodeRpc isn't told whose bytes it gets, so they are marked while they are read.
  const senders = new WeakMap<Uint8Array, RouterPeer>()

  router.handleReceivedRpc = (from, rpc) =>
    hooks.onRpc(from, rpc, async (passed) => {
      try {
        await handleReceivedRpc(from, passed)
      } catch {
        // A fault of the library over one RPC: the RPC is lost, as if the link had lost it.
      }
    })

  router.pipePeerReadStream = (from, frames) => pipePeerReadStream(from, marked(frames, from, senders, hooks))

  router.decodeRpc = (bytes) => {
    try {
      return decodeRpc(bytes)
    } catch (error) {
      const from = senders.get(bytes)
      if (from !== undefined) hooks.onUndecodable(from)
      throw error
    }
  }

  const sendRpc = router.sendRpc.bind(router)
  router.sendRpc = (peer, rpc) => {
    // All of them are sent: one that fails must not keep back the others.
    const sent = askable(rpc).map((one) => sendRpc(peer, one))
    return sent.every(Boolean)
  }

  router.handlePeerReadStreamError = (error, from) => {
    if (from !== PROBE) handlePeerReadStreamError(error, from)
    hooks.onBroken(from, error)
  }
}

async function* marked(
  frames: AsyncIterable<RpcFrame>,
  from: RouterPeer,
  senders: WeakMap<Uint8Array, RouterPeer>,
  hooks: RouterHooks,
): AsyncGenerator<RpcFrame> {
  for await (const frame of frames) {
    let isNext = hooks.onFrame?.(from) ?? true
    while (typeof isNext === 'object') {
      await isNext
      isNext = hooks.onFrame?.(from) ?? true
    }
    if (!isNext) return
    const bytes = frame.subarray()
    senders.set(bytes, from)
    yield { subarray: () => bytes }
  }
}

/**
 * Sends an empty RPC, garbage and a broken stream through the router as if a peer had; throws, saying which, when a
 * hook isn't called. Call it before `hookRouter`; the router itself is left as it was.
 */
export async function verifyRouterHooks(router: GossipRouter): Promise<void> {
  const seen = { rpc: false, undecodable: false, broken: false }
  const hooked = Object.create(router) as GossipRouter
  hookRouter(hooked, {
    onRpc: async (from) => {
      seen.rpc = from === PROBE
    },
    onUndecodable: (from) => {
      seen.undecodable = from === PROBE
    },
    onBroken: (from) => {
      seen.broken = from === PROBE
    },
  })
  await hooked.pipePeerReadStream(PROBE, probeFrames())
  for (const [hook, called] of Object.entries(seen)) {
    if (!called)
      throw new Error(
        `gossipsub no longer calls the hook for "${hook}" in this release: hostile RPCs would pass unseen; install the version of package-lock.json`,
      )
  }
}

async function* probeFrames(): AsyncGenerator<RpcFrame> {
  yield { subarray: () => new Uint8Array(0) }
  yield { subarray: () => Uint8Array.of(0xff) }
  throw new Error('the self test breaks its stream')
}
