/** The thread of a page on which its node runs, so that checking signatures holds up no drawing. */
import { parseNetwork } from '../domain/params.ts'
import type { Clock } from '../node/clock.ts'
import { TELL_MS } from './limits.ts'
import { startLightNode } from './light-node.ts'
import type { LightJoin, LightMessage } from './view.ts'

/** The worker's own end of the channel, which Node's types don't know. */
const page = globalThis as unknown as {
  onmessage: ((event: { readonly data: LightJoin }) => void) | null
  postMessage(message: LightMessage): void
}

const clock: Clock = {
  now: () => ({ wallMs: Date.now(), monoMs: performance.now() }),
  wallNs: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1_000)) * 1_000n,
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => {
      clearTimeout(timer)
    }
  },
  soon(callback) {
    setImmediate(callback)
  },
}

page.onmessage = ({ data }) => {
  join(data).catch((error: unknown) => {
    page.postMessage({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
  })
}

async function join({ network, host, port, isSecure, peerId }: LightJoin): Promise<void> {
  const parsed = parseNetwork(network)
  if (!parsed.ok) throw new Error(`the network's document cannot be read: ${parsed.message}`)
  const node = await startLightNode({
    network: parsed.params,
    via: `${placeOf(host)}/tcp/${port}${isSecure ? '/tls' : ''}/ws/p2p/${peerId}`,
    secret: crypto.getRandomValues(new Uint8Array(32)),
    chanceSeed: crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
    clock,
  })
  const tell = (): void => {
    const items = node.items()
    if (items.length > 0) page.postMessage({ kind: 'items', items })
    page.postMessage({ kind: 'view', view: node.view() })
    clock.after(TELL_MS, tell)
  }
  tell()
}

/** @param host as in a URL: a name, an IPv4 address, or an IPv6 address in brackets */
function placeOf(host: string): string {
  const [, six] = /^\[(.+)\]$/.exec(host) ?? []
  if (six !== undefined) return `/ip6/${six}`
  return /^[\d.]+$/.test(host) ? `/ip4/${host}` : `/dns/${host}`
}
