/**
 * One request, one answer, over node:http: it loads and answers in half the time of fetch (8 ms against 16 ms here), which is what a
 * command that asks one question is made of.
 */
import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Problem } from '../domain/views.ts'
import { oneLine } from '../lib/printable.ts'
import { ANSWER_BYTES_MAX, SOCKETS_MAX } from './limits.ts'
import type { Failure } from './outcome.ts'

export interface Call {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: { readonly type: string; readonly bytes: Uint8Array | string }
  /** The node answers this one only to whoever has its token, though it changes nothing. */
  readonly needsToken?: boolean
}

export type Answer = { readonly ok: true; readonly status: number; readonly body: string } | Failure

export class Exchange {
  readonly url: URL
  readonly #askToken: () => string | null
  /** Undefined until a call needed it: whoever only reads neither reads nor sends a secret. */
  #token: string | null | undefined
  readonly #timeoutMs: number
  readonly #agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX })

  constructor(options: { url: URL; token: () => string | null; timeoutMs: number }) {
    this.url = options.url
    this.#askToken = options.token
    this.#timeoutMs = options.timeoutMs
  }

  /**
   * Asks; never rejects, but with what `token` throws. Any HTTP status is an answer. The token goes with what writes, and with nothing else. A connection that was kept may have been closed by the node in the very moment of its
   * use: then the question is asked once more, which is safe, since handing in a transaction twice is handing it in. A node that has been
   * restarted refuses the token of its former life: then the question is asked once more with the new one, if there is one.
   */
  async ask(call: Call): Promise<Answer> {
    const answer = await this.#askFresh(call)
    if (!answer.ok || answer.status !== 401 || !carriesToken(call)) return answer
    const token = this.#askToken()
    if (token === null || token === this.#token) return answer
    this.#token = token
    return this.#askFresh(call)
  }

  /** Asks over a connection that stands. */
  async #askFresh(call: Call): Promise<Answer> {
    const first = await this.#askOnce(call)
    return first === 'stale connection' ? this.#askAgain(call) : first
  }

  async #askAgain(call: Call): Promise<Answer> {
    const second = await this.#askOnce(call)
    return second === 'stale connection' ? this.unreachable(new Error('the connection broke')) : second
  }

  #askOnce(call: Call): Promise<Answer | 'stale connection'> {
    const options = { ...this.#requestOptions(call), agent: this.#agent }
    return new Promise((resolve) => {
      const deadline = setTimeout(() => {
        outgoing.destroy(new Error(`no answer within ${this.#timeoutMs} ms`))
      }, this.#timeoutMs)
      const settle = (answer: Answer | 'stale connection'): void => {
        clearTimeout(deadline)
        resolve(answer)
      }
      const outgoing = request(this.url, options, (incoming) => {
        collect(incoming).then(
          (body) => {
            settle({ ok: true, status: incoming.statusCode ?? 0, body })
          },
          (error: Error) => {
            settle(this.unreachable(error))
          },
        )
      })
      outgoing.on('error', (error) => {
        const stale = outgoing.reusedSocket && 'code' in error && error.code === 'ECONNRESET'
        settle(stale ? 'stale connection' : this.unreachable(error))
      })
      outgoing.end(call.body?.bytes)
    })
  }

  /**
   * Opens a stream: resolves with the answer's headers read. The caller ends it with `destroy`. Never rejects.
   * The time-out holds until the headers.
   */
  open(call: Call, signal?: AbortSignal): Promise<{ ok: true; status: number; incoming: IncomingMessage } | Failure> {
    return new Promise((resolve) => {
      // Its own connection: a stream occupies one for good.
      const outgoing = request(this.url, { ...this.#requestOptions(call), agent: false, ...(signal && { signal }) })
      const deadline = setTimeout(() => {
        outgoing.destroy(new Error(`no answer within ${this.#timeoutMs} ms`))
      }, this.#timeoutMs)
      outgoing.on('response', (incoming) => {
        clearTimeout(deadline)
        resolve({ ok: true, status: incoming.statusCode ?? 0, incoming })
      })
      outgoing.on('error', (error) => {
        clearTimeout(deadline)
        resolve(this.unreachable(error))
      })
      outgoing.end()
    })
  }

  unreachable(error: Error): Failure {
    const why = 'code' in error && error.code === 'ECONNREFUSED' ? 'nobody listens there' : error.message
    return { ok: false, kind: 'unreachable', message: `the node at ${this.url.origin} cannot be reached: ${why}` }
  }

  close(): void {
    this.#agent.destroy()
  }

  #requestOptions(call: Call) {
    const token = carriesToken(call) ? (this.#token ??= this.#askToken()) : null
    return {
      method: call.method,
      path: call.path,
      headers: {
        ...call.headers,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(call.body === undefined
          ? {}
          : { 'content-type': call.body.type, 'content-length': String(Buffer.byteLength(call.body.bytes)) }),
      },
    }
  }
}

function carriesToken({ method, needsToken }: Call): boolean {
  return method !== 'GET' || needsToken === true
}

/** The whole body as text. Rejects when the connection breaks before its end, or when it is too large. */
export function collect(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.byteLength
      if (size > ANSWER_BYTES_MAX) incoming.destroy(new Error('the answer is too large'))
      chunks.push(chunk)
    })
    incoming.on('end', () => {
      resolve(Buffer.concat(chunks).toString('utf8'))
    })
    incoming.on('error', reject)
    incoming.on('close', () => {
      reject(new Error('the connection broke'))
    })
  })
}

/** The problem of a refusal; what answers without one is not a node of ours. */
export function problemOf(status: number, body: string): Failure {
  return { ok: false, kind: 'problem', status, problem: parseProblem(body) ?? strangeAnswer(status) }
}

function parseProblem(body: string): Problem | null {
  const value = parseJson(body)
  if (typeof value !== 'object' || value === null) return null
  const { code, message, hint, id } = value as Record<string, unknown>
  if (typeof code !== 'string' || typeof message !== 'string') return null
  return { code, message, hint: typeof hint === 'string' ? hint : '', ...(typeof id === 'string' ? { id } : {}) }
}

export function strangeAnswer(status: number): Problem {
  return {
    code: 'strange-answer',
    message: `the answer (status ${status}) is not one of a hearsay node`,
    hint: 'check the address: something else may listen there',
  }
}

/**
 * Undefined where the text is not JSON. Names, versions, tags and errors of a node are single lines: one that is not is made so here, for whoever prints it in
 * a line of their own.
 */
export function parseJson(text: string): unknown {
  try {
    // A line break in JSON's text is an escape, or one of the few beyond ASCII: answers without any are taken as they are.
    if (!/\\[nrfu]|[\u0085\u2028\u2029]/.test(text)) return JSON.parse(text) as unknown
    return JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? oneLine(value) : value)) as unknown
  } catch {
    return undefined
  }
}
