/**
 * The supervisor's own API: `POST /v1/<command>` with a JSON body and the token of its cookie file, on a free port of
 * loopback. For the commands of one machine's user, so it is small: one body in, one document out.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHostGuard } from '../src/adapters/http/host-guard.ts'
import { createTokenGuard } from '../src/adapters/http/token-guard.ts'
import { CONTROL_REQUEST_MS_MAX } from './limits.ts'
import { readObject } from './read-object.ts'
import { COMMANDS, type Command, type Outcome, type Refusal } from './control.ts'

export interface ControlServer {
  readonly url: string
  close(): Promise<void>
}

/** Opens the API; `carryOut` gets commands whose body is a JSON object and must check what is in it. */
export async function openControlServer(options: {
  token: string
  carryOut: (command: Command, request: Readonly<Record<string, unknown>>) => Promise<Outcome<unknown>>
}): Promise<ControlServer> {
  const server = createServer({ requestTimeout: CONTROL_REQUEST_MS_MAX, headersTimeout: CONTROL_REQUEST_MS_MAX })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port: 0 }, resolve)
  })
  const { port } = server.address() as AddressInfo
  const hostGuard = createHostGuard({ port, bound: '127.0.0.1', hosts: [] })
  const admits = createTokenGuard(options.token)
  server.on('request', (request, response) => {
    const answer = (status: number, document: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
      response.end(JSON.stringify(document))
    }
    if (!hostGuard.admitsHost(request.headers.host) || request.headers.origin !== undefined) {
      answer(403, refusal('bad-request', 'this API is for commands of this machine', 'use `hearsay testnet`'))
    } else if (!admits(request.headers.authorization)) {
      answer(401, refusal('bad-request', 'the token is missing or wrong', 'it is in the file that the manifest names'))
    } else {
      void respond(request, answer, options.carryOut)
    }
  })
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}

async function respond(
  request: IncomingMessage,
  answer: (status: number, document: unknown) => void,
  carryOut: (command: Command, request: Readonly<Record<string, unknown>>) => Promise<Outcome<unknown>>,
): Promise<void> {
  const command = COMMANDS.find((name) => request.url === `/v1/${name}`)
  if (command === undefined || request.method !== 'POST') {
    answer(404, refusal('bad-request', 'no such command', `commands are ${COMMANDS.join(', ')}`))
    return
  }
  const body = await readObject(request)
  if (body === null) {
    answer(400, refusal('bad-request', 'the body is not a JSON object', 'see testnet/control.ts'))
    return
  }
  try {
    const outcome = await carryOut(command, body)
    if (outcome.ok) answer(200, outcome.value)
    else answer(outcome.refusal.code === 'bad-request' ? 400 : 409, outcome.refusal)
  } catch (error) {
    answer(
      500,
      refusal(
        'failed',
        error instanceof Error ? error.message : 'unknown failure',
        "see supervisor.log in the testnet's home",
      ),
    )
  }
}

function refusal(code: Refusal['code'], message: string, hint: string): Refusal {
  return { code, message, hint }
}
