/** The HTTP API of a node: REST under /v1, one stream of events, and what machines that look after the node ask. */
import fastify from 'fastify'
import type { FastifyError } from 'fastify'
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { checkContentType, readBodies } from './bodies.ts'
import { ConnectionPlaces } from './connection-places.ts'
import { EventReaders } from './event-readers.ts'
import { answerBrokenRequest, answerFailures, asProblem } from './failures.ts'
import { checkRequest, isOperators } from './guards.ts'
import type { Guards } from './guards.ts'
import { createHostGuard } from './host-guard.ts'
import {
  BODY_BYTES_MAX,
  CHECKING_INTERVAL_MS,
  CLOSE_GRACE_MS,
  CONNECTIONS_MAX,
  DEV_REQUESTS_BURST,
  DEV_REQUESTS_PER_SECOND,
  HEADERS_TIMEOUT_MS,
  HEARTBEAT_MS,
  IDLE_TIMEOUT_MS,
  KEEP_ALIVE_MS,
  PARAMETER_LENGTH_MAX,
  REQUEST_TIMEOUT_MS,
  REQUESTS_BURST,
  REQUESTS_PER_SECOND,
  REQUESTS_PER_SOCKET_MAX,
} from './limits.ts'
import { parseListenAddress } from './listen-address.ts'
import { documentRoutes } from './openapi.ts'
import type { HttpApiOptions } from './options.ts'
import { noteMethods } from './methods.ts'
import { sendProblem } from './problem.ts'
import { readQuery } from './query.ts'
import { RateGuard } from './rate-guard.ts'
import { ALL_ROUTES } from './routes/all.ts'
import type { ApiServer } from './routes/route.ts'
import { createProofGuard, createTokenGuard } from './token-guard.ts'

export interface HttpApi {
  /** `http://host:port` */
  readonly url: string
  /** Open sockets, and readers of the event stream among them. */
  load(): Promise<{ readonly connections: number; readonly eventReaders: number }>
  /** Ends streams, lets requests under way finish within a second, and frees the port. */
  close(): Promise<void>
}

export type HttpApiOpening =
  | { readonly ok: true; readonly api: HttpApi }
  | {
      readonly ok: false
      readonly kind: 'bad-address' | 'not-loopback' | 'port-taken' | 'not-available'
      readonly message: string
      readonly hint: string
    }

/** Opens the API. Never rejects for what an operator can mend: a taken port, a wrong address. */
export async function openHttpApi(options: HttpApiOptions): Promise<HttpApiOpening> {
  const address = parseListenAddress(options.listen)
  if (address === null)
    return refused('bad-address', `the API address ${options.listen} is not host:port`, 'for example 127.0.0.1:7000')
  if (!address.loopback && options.allowRemote !== true)
    return refused(
      'not-loopback',
      `the API address ${options.listen} can be reached from other machines`,
      'listen on 127.0.0.1, or say that remote access is meant',
    )
  const guardsOf = (port: number): Guards => ({
    host: createHostGuard({ port, bound: address.host, hosts: options.hosts }),
    rate: new RateGuard(rateOf(options)),
    operatorRate: new RateGuard(rateOf(options)),
    hasToken: createTokenGuard(options.token),
    hasProof: createProofGuard(options.token),
    wallMs: () => Date.now(),
    monotonicMs: options.monotonicMs,
  })
  // Its port is known once it listens, and nothing is served before.
  const served: { guards: Guards | null } = { guards: null }
  const readers = new EventReaders(options.control, options.heartbeatMs ?? HEARTBEAT_MS)
  const server = await buildServer(options, readers, () => served.guards)
  try {
    await server.listen({ host: address.host, port: address.port })
  } catch (error) {
    readers.close()
    await server.close()
    return listenFault(options.listen, error)
  }
  const { port } = server.server.address() as AddressInfo
  served.guards = guardsOf(port)
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  return {
    ok: true,
    api: {
      url: `http://${host}:${port}`,
      load: async () => ({ connections: await countConnections(server.server), eventReaders: readers.count }),
      close: () => closeServer(server, readers),
    },
  }
}

function rateOf({ dev }: HttpApiOptions): { readonly perSecond: number; readonly burst: number } {
  return dev
    ? { perSecond: DEV_REQUESTS_PER_SECOND, burst: DEV_REQUESTS_BURST }
    : { perSecond: REQUESTS_PER_SECOND, burst: REQUESTS_BURST }
}

async function buildServer(
  options: HttpApiOptions,
  readers: EventReaders,
  guards: () => Guards | null,
): Promise<ApiServer> {
  const places = new ConnectionPlaces(options.socketsMax ?? CONNECTIONS_MAX)
  const server: ApiServer = fastify({
    serverFactory: (listener) => createBoundedServer(listener, places),
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error: FastifyError, _request, reply) => {
      const { status, problem } = asProblem(error)
      sendProblem(reply, status, problem)
    },
    bodyLimit: BODY_BYTES_MAX,
    // What a GET says without its body: probes and load balancers ask so.
    exposeHeadRoutes: true,
    routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX },
    // Verbose, so that refusals can say what a field must be.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, verbose: true } },
  })
  // Schemas of answers are documentation; tests hold the answers to them.
  server.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
  readBodies(server)
  answerFailures(server, options.onFailure ?? (() => undefined))
  const methods = noteMethods(server)
  server.addHook('onRequest', async (request, reply) => {
    void reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-store')
    const current = guards()
    if (current !== null) checkRequest(request, current)
    if (isOperators(request)) places.keep(request.raw.socket)
    // Before anything of a body is looked at, which may be of any type then.
    if (request.is404) throw methods.refusalOf(request.method, request.url)
    checkContentType(request)
  })
  server.addHook('preValidation', async (request) => {
    readQuery(request)
  })
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    // A stream lasts as long as its reader wants: no time to be measured.
    if (route === '/v1/events') return
    options.onAnswer?.({ route, method: request.method, status: reply.statusCode, elapsedMs: reply.elapsedTime })
  })
  await documentRoutes(server, options.version)
  for (const routes of ALL_ROUTES) routes(server, { control: options.control, options, readers, places })
  return server
}

/**
 * Node's own bounds on slow and silent clients: its defaults are 60 s, 300 s and never (SECURITY.md A25); and ours on
 * how many there are.
 */
function createBoundedServer(listener: RequestListener, places: ConnectionPlaces): Server {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: CHECKING_INTERVAL_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      noDelay: true,
    },
    oneAtATime(listener, places),
  )
  server.on('connection', (socket) => {
    places.admit(socket)
  })
  server.maxRequestsPerSocket = REQUESTS_PER_SOCKET_MAX
  server.setTimeout(IDLE_TIMEOUT_MS, (socket: Socket) => {
    socket.destroy()
  })
  return server
}

/**
 * Cuts who asks again before the first answer has left. No client of ours and no browser does; sixty questions in one
 * packet, whose answers are never read, would cost sixty answers at once (SECURITY.md A25).
 */
function oneAtATime(listener: RequestListener, places: ConnectionPlaces): RequestListener {
  const busy = new WeakSet<Socket>()
  return (request, response) => {
    const { socket } = request
    if (busy.has(socket)) {
      socket.destroy()
      return
    }
    busy.add(socket)
    places.touch(socket)
    const end = (): void => {
      busy.delete(socket)
      places.touch(socket)
    }
    response.on('finish', end).on('close', end)
    listener(request, response)
  }
}

function countConnections(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.getConnections((error, count) => {
      resolve(error === null ? count : 0)
    })
  })
}

async function closeServer(server: ApiServer, readers: EventReaders): Promise<void> {
  readers.close()
  const grace = setTimeout(() => {
    server.server.closeAllConnections()
  }, CLOSE_GRACE_MS)
  try {
    const closed = server.close()
    server.server.closeIdleConnections()
    await closed
  } finally {
    clearTimeout(grace)
  }
}

function listenFault(listen: string, error: unknown): HttpApiOpening {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  if (code === 'EADDRINUSE')
    return refused('port-taken', `the API address ${listen} is taken`, 'stop who has it, or choose another with --api')
  const why = error instanceof Error ? error.message : 'unknown error'
  return refused('not-available', `the API cannot listen on ${listen}: ${why}`, 'choose another address with --api')
}

function refused(kind: Extract<HttpApiOpening, { ok: false }>['kind'], message: string, hint: string): HttpApiOpening {
  return { ok: false, kind, message, hint }
}
