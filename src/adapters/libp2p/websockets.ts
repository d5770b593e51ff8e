/**
 * libp2p over WebSockets (RFC 6455), for browsers, which have no TCP: the library's transport inside the bounds that
 * ours over TCP has (SECURITY.md L13). By itself it takes messages of 100 MiB, lets a silent socket stand for ever,
 * reads on from a connection that is paused, and keeps the socket of one that is aborted.
 */
import type { Connection, Listener, MultiaddrConnection, Transport, Upgrader } from '@libp2p/interface'
import { webSockets } from '@libp2p/websockets'
import type { Multiaddr } from '@multiformats/multiaddr'
import { multiaddrToUri } from '@multiformats/multiaddr-to-uri'
import type { Server as HttpServer } from 'node:http'
import type { Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocket, type WebSocketServer } from 'ws'
import { UNSENT_BYTES_MAX, UPGRADE_MS, WEBSOCKET_MESSAGE_BYTES_MAX } from './limits.ts'
import { PendingSockets } from './pending-sockets.ts'
import type { Libp2pProfile } from './profile.ts'

/** Of the sockets of a node, over either transport. */
export interface SocketBounds {
  readonly profile: Libp2pProfile
  readonly connectionsMax: number
  /** Inbound sockets in handshake; over WebSockets those that have not become one yet. */
  readonly pendingMax: number
}

/** The parts of the library's listener that have no bounds: private there, checked before anything listens. */
interface WithServers {
  readonly server: Server
  readonly http?: HttpServer
  readonly wsServer: WebSocketServer
}

/** The socket of a connection, and how the library tells it what to do: private there, checked for each. */
interface WithSocket {
  readonly websocket: WebSocket
  sendPause(): void
  sendResume(): void
  sendReset(): void
}

/** How the library dials: private there, checked when the transport is made. */
interface WithConnect {
  _connect(address: Multiaddr, options?: { readonly signal?: AbortSignal }): Promise<unknown>
}

type Components = Parameters<ReturnType<typeof webSockets>>[0]

/** What libp2p takes among its `transports`. Throws there when a release of the library has renamed what it bounds. */
export function boundedWebSockets(bounds: SocketBounds): (components: Components) => Transport {
  return (components) => {
    const transport = webSockets({ maxBufferedAmount: UNSENT_BYTES_MAX })(components)
    const inside = transport as unknown as WithConnect
    mustBe(typeof inside._connect === 'function', 'the dialler')
    inside._connect = open
    const dial = transport.dial.bind(transport)
    transport.dial = (address, options): Promise<Connection> =>
      dial(address, { ...options, upgrader: fitting(options.upgrader) })
    const createListener = transport.createListener.bind(transport)
    transport.createListener = (options) => {
      const listener = createListener({ ...options, upgrader: fitting(options.upgrader) })
      bind(listener, bounds)
      return listener
    }
    return transport
  }
}

/** Opens a socket whose bounds are ours, and that can be paused: Node's own can't. */
async function open(address: Multiaddr, options?: { readonly signal?: AbortSignal }): Promise<WebSocket> {
  const socket = new WebSocket(multiaddrToUri(address), {
    maxPayload: WEBSOCKET_MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
    handshakeTimeout: UPGRADE_MS,
    followRedirects: false,
  })
  socket.binaryType = 'arraybuffer'
  const onAbort = (): void => {
    socket.terminate()
  }
  options?.signal?.addEventListener('abort', onAbort, { once: true })
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    return socket
  } finally {
    options?.signal?.removeEventListener('abort', onAbort)
  }
}

/** The same upgrader, which gets connections that can be paused and cut. */
function fitting(upgrader: Upgrader): Upgrader {
  return new Proxy(upgrader, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      const call = value as (...args: unknown[]) => unknown
      if (name !== 'upgradeInbound' && name !== 'upgradeOutbound') return call.bind(target)
      return (connection: MultiaddrConnection, ...rest: unknown[]) => {
        fit(connection)
        return call.call(target, connection, ...rest)
      }
    },
  })
}

function fit(connection: MultiaddrConnection): void {
  const inside = connection as unknown as WithSocket
  const { websocket } = inside
  mustBe(
    ['pause', 'resume', 'terminate'].every((name) => name in websocket),
    'the socket',
  )
  mustBe(
    ['sendPause', 'sendResume', 'sendReset'].every((name) => name in inside),
    'what pauses and cuts',
  )
  // What breaks the protocol of WebSockets ends this connection, and nothing else.
  websocket.on('error', () => {
    websocket.terminate()
  })
  inside.sendPause = () => {
    websocket.pause()
  }
  inside.sendResume = () => {
    websocket.resume()
  }
  inside.sendReset = () => {
    websocket.terminate()
  }
}

/** Holds the sockets of a listener to what those of TCP are held to, before and after they become WebSockets. */
function bind(listener: Listener, { profile, connectionsMax, pendingMax }: SocketBounds): void {
  const inside = listener as unknown as WithServers & Listener
  mustBe(typeof inside.server?.on === 'function', 'the listening socket')
  mustBe(typeof inside.wsServer?.options === 'object', 'the options of WebSockets')
  inside.wsServer.options.maxPayload = WEBSOCKET_MESSAGE_BYTES_MAX
  inside.server.maxConnections = connectionsMax + pendingMax
  const pending = new PendingSockets({ profile, max: pendingMax, waitMs: UPGRADE_MS })
  // Before the library's own, which waits for the first byte for ever.
  inside.server.prependListener('connection', (socket: Socket) => {
    pending.admit(socket)
  })
  const listen = listener.listen.bind(listener)
  listener.listen = async (address) => {
    await listen(address)
    mustBe(typeof inside.http?.on === 'function', 'the server')
    inside.http?.on('upgrade', (_request, socket: Duplex) => {
      pending.left(socket)
    })
  }
}

function mustBe(isThere: boolean, what: string): void {
  if (!isThere)
    throw new Error(
      `the bounds of WebSockets cannot see ${what} in this release of @libp2p/websockets; install the version of package-lock.json`,
    )
}
