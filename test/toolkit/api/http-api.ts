/** The real API on a loopback port over a fake node, and requests that are sent exactly as a test says. */
import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { connect as connectSocket } from 'node:net'
import { openHttpApi } from '../../../src/adapters/http/open-http-api.ts'
import type { HttpApi } from '../../../src/adapters/http/open-http-api.ts'
import type { HttpApiOptions } from '../../../src/adapters/http/options.ts'
import { asAccountId } from '../../../src/domain/ids.ts'
import { FakeControl } from './fake-control.ts'

export const TOKEN = 'c0ffee00'.repeat(8)

export interface TestApi {
  readonly api: HttpApi
  readonly url: string
  readonly port: number
  readonly control: FakeControl
  readonly failures: unknown[]
}

/** Knows keys in hex, and the one address `ths1known`. */
export async function openTestApi(options: Partial<HttpApiOptions> & { control?: FakeControl } = {}): Promise<TestApi> {
  const control = options.control ?? new FakeControl()
  const failures: unknown[] = []
  const opened = await openHttpApi({
    listen: '127.0.0.1:0',
    token: TOKEN,
    hosts: [],
    dev: true,
    version: '1.2.3',
    parseAccount: (text) =>
      /^[0-9a-f]{64}$/.test(text) ? asAccountId(text) : text === 'ths1known' ? asAccountId('ab'.repeat(32)) : null,
    monotonicMs: () => performance.now(),
    onFailure: (error) => failures.push(error),
    ...options,
    control,
  })
  if (!opened.ok) throw new Error(opened.message)
  const { api } = opened
  return { api, url: api.url, port: Number(new URL(api.url).port), control, failures }
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The parsed body; undefined where it is not JSON. */
  readonly json: any // eslint-disable-line @typescript-eslint/no-explicit-any -- tests assert on what it holds
}

export interface Sent {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Uint8Array
}

/** One request on a connection of its own. */
export function send(url: string, path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, url), { method, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json: parsed(text) })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** A POST with the right token. */
export function post(
  url: string,
  path: string,
  body: string | Uint8Array,
  headers: Record<string, string>,
): Promise<Reply> {
  return send(url, path, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}`, ...headers }, body })
}

/** Sends bytes as they are, and gives back everything that comes until the other side hangs up. */
export function exchangeRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(port, '127.0.0.1', () => socket.write(text))
    let received = ''
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1')
    })
    socket.on('error', reject)
    socket.on('close', () => {
      resolve(received)
    })
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
