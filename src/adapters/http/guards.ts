/** What a request must pass before its body is read: host, origin, rate, token, encoding. */
import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { admitsSite, type HostGuard } from './host-guard.ts'
import { HttpProblem } from './problem.ts'
import type { RateGuard } from './rate-guard.ts'

export interface Guards {
  readonly host: HostGuard
  /** What strangers may ask, by address; and what the operator may, who is counted by himself. */
  readonly rate: RateGuard
  readonly operatorRate: RateGuard
  readonly hasToken: (authorization: string | undefined) => boolean
  readonly hasProof: (authorization: string | undefined, host: string, path: string, wallMs: number) => boolean
  readonly monotonicMs: () => number
  readonly wallMs: () => number
}

/** The one client of `operatorRate`. */
const OPERATOR = 'operator'

/** Requests whose sender knows the token. */
const OPERATORS = new WeakSet<IncomingMessage>()

/** Whether the sender of a request that passed the guards knows the token of the node. */
export function isOperators(request: FastifyRequest): boolean {
  return OPERATORS.has(request.raw)
}

/**
 * Reading is free on loopback; writing and looking inside never. What does not exist needs no token either: who asks
 * for it is told so. Goes by the route that was matched and what its schema says, never by the path as it was written:
 * `/v1/%64ebug` is the same route.
 */
function needsToken(request: FastifyRequest): boolean {
  const writes = request.method !== 'GET' && request.method !== 'HEAD'
  return !request.is404 && (writes || request.routeOptions.schema?.security !== undefined)
}

/** @throws HttpProblem */
export function checkRequest(request: FastifyRequest, guards: Guards): void {
  const { headers } = request
  if (repeatsHost(request.raw.rawHeaders) || !guards.host.admitsHost(headers.host)) throw foreignHost()
  if (!guards.host.admitsOrigin(headers.origin, headers.host ?? '') || !admitsSite(request)) throw foreignOrigin()
  const knowsToken = guards.hasToken(headers.authorization)
  const proves = (): boolean =>
    guards.hasProof(headers.authorization, headers.host ?? '', request.raw.url ?? '', guards.wallMs())
  // All of loopback is one stranger: another user of the machine must not use up what the operator may ask (SECURITY.md
  // A48).
  if (knowsToken || proves()) OPERATORS.add(request.raw)
  const isAdmitted = isOperators(request)
    ? guards.operatorRate.admits(OPERATOR, guards.monotonicMs())
    : guards.rate.admits(request.ip, guards.monotonicMs())
  if (!isAdmitted) throw tooManyRequests()
  if (needsToken(request) && !knowsToken) throw unauthorised(headers.authorization !== undefined)
  if (headers['content-encoding'] !== undefined) throw encodedBody()
}

/** Node takes the first of two; whoever stands in front may have taken the other. */
function repeatsHost(rawHeaders: readonly string[]): boolean {
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]?.toLowerCase() === 'host') hosts++
  return hosts > 1
}

function foreignHost(): HttpProblem {
  return new HttpProblem(403, {
    code: 'foreign-host',
    message: 'the Host header does not name this node',
    hint: 'use localhost, 127.0.0.1 or [::1] with the port of the API, or add the name to the API hosts of the node',
  })
}

function foreignOrigin(): HttpProblem {
  return new HttpProblem(403, {
    code: 'foreign-origin',
    message: 'pages of other sites may not use this API',
    hint: 'open the page of the node itself, or call the API from a program',
  })
}

function tooManyRequests(): HttpProblem {
  return new HttpProblem(
    429,
    {
      code: 'too-many-requests',
      message: 'this client sends more requests than one client may',
      hint: 'wait a second, or use a batch',
    },
    { 'retry-after': '1' },
  )
}

function unauthorised(given: boolean): HttpProblem {
  return new HttpProblem(
    401,
    {
      code: 'unauthorised',
      message: given ? 'the token is not the one of this node' : 'this request needs the token of the node',
      hint: 'send "Authorization: Bearer <token>" with the content of .cookie in the data directory; it is new with each start',
    },
    { 'www-authenticate': 'Bearer' },
  )
}

function encodedBody(): HttpProblem {
  return new HttpProblem(415, {
    code: 'unsupported-encoding',
    message: 'bodies with a Content-Encoding are not accepted',
    hint: 'send the body as it is',
  })
}
