/** How a node reaches others, and how it encrypts. In a page `transports.browser.ts` takes its place. */
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import type { Libp2pOptions } from 'libp2p'
import { SOCKET_SILENCE_MS } from './limits.ts'
import { boundedWebSockets, type SocketBounds } from './websockets.ts'

export function transports(bounds: SocketBounds): NonNullable<Libp2pOptions['transports']> {
  return [tcp(tcpOptions(bounds)), boundedWebSockets(bounds)]
}

/** TLS 1.3 uses the machine's own cryptography and halves the cost of a relayed byte; noise is for peers without it. */
export function encrypters(): NonNullable<Libp2pOptions['connectionEncrypters']> {
  return [tls(), noise()]
}

function tcpOptions({ connectionsMax, pendingMax }: SocketBounds): NonNullable<Parameters<typeof tcp>[0]> {
  return {
    // The system refuses what we could not take anyway.
    maxConnections: connectionsMax + pendingMax,
    backlog: 128,
    inboundSocketInactivityTimeout: SOCKET_SILENCE_MS,
    outboundSocketInactivityTimeout: SOCKET_SILENCE_MS,
    dialOpts: { noDelay: true, keepAlive: true },
    listenOpts: { noDelay: true, keepAlive: true },
  }
}
