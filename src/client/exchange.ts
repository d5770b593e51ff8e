/**
 * One request, one answer, over node:http: it loads and answers in half the time of fetch (8 ms against 16 ms here),
 * which is what a command that asks one question is made of.
 */
import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { readProof } from '../domain/read-proof.ts'
import { carriesToken, type Answer, type Call, type Incoming } from './call.ts'
import { ANSWER_BYTES_MAX, SOCKETS_MAX } from './limits.ts'
import type { Failure } from './outcome.ts'

/** What URLs it can ask. */
export const PROTOCOLS: readonly string[] = ['http:']

export class Exchange {
  readonly url: URL
  readonly #askToken: () => string | null
  /** Undefined until a call needed it: who asks a question that changes nothing does not look for it. */
  #token: string | null | undefined
  /** The token that reads are proved with; null while nobody asks for that. */
  #proved: string | null = null
  readonly #timeoutMs: number
  readonly #agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX })

  constructor(options: { url: URL; token: () => string | null; timeoutMs: number }) {
    this.url = options.url
    this.#askToken = options.token
    this.#timeoutMs = options.timeoutMs
  }

  /**
   * Asks; never rejects, but with what `token` throws. Any HTTP status is an answer. The token goes with what writes,
   * and with nothing else. A connection that was kept may have been closed by the node in the very moment of its use:
   * then the question is asked once more, which is safe, since handing in a transaction twice is handing it in. A node
   * that has been restarted refuses the token of its former life: then the question is asked once more with the new
   * one, if there is one.
   */
  async ask(call: Call): Promise<Answer> {
    let answer = await this.#askFresh(call)
    if (answer.ok && answer.status === 429 && !carriesToken(call) && this.#prove()) answer = await this.#askFresh(call)
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
   * Opens a stream: resolves with the answer's headers read. The caller ends it by reading to its end, or no further.
   * Never rejects. The time-out holds until the headers.
   */
  async open(call: Call, signal?: AbortSignal): Promise<{ ok: true; status: number; incoming: Incoming } | Failure> {
    // A stream holds its place for long: from the beginning one of the operator's own, where he is known.
    this.#prove()
    return this.#openOnce(call, signal)
  }

  /**
   * What strangers may ask is used up, perhaps by others of this machine: from here on reads show that whoever asks
   * knows the token, without sending it. False where there is none, or where that was shown already.
   */
  #prove(): boolean {
    let token: string | null
    try {
      token = this.#askToken()
    } catch {
      // Who only reads needs none.
      return false
    }
    if (token === null || token === this.#proved) return false
    this.#proved = token
    return true
  }

  #openOnce(call: Call, signal?: AbortSignal): Promise<{ ok: true; status: number; incoming: Incoming } | Failure> {
    return new Promise((resolve) => {
      // Its own connection: a stream occupies one for good.
      const outgoing = request(this.url, { ...this.#requestOptions(call), agent: false, ...(signal && { signal }) })
      const deadline = setTimeout(() => {
        outgoing.destroy(new Error(`no answer within ${this.#timeoutMs} ms`))
      }, this.#timeoutMs)
      outgoing.on('response', (incoming) => {
        clearTimeout(deadline)
        resolve({ ok: true, status: incoming.statusCode ?? 0, incoming: new NodeIncoming(incoming) })
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
    const proved = token === null && call.method === 'GET' ? this.#proved : null
    return {
      method: call.method,
      path: call.path,
      headers: {
        ...call.headers,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(proved === null ? {} : { authorization: readProof(proved, this.url.host, call.path, Date.now()) }),
        ...(call.body === undefined
          ? {}
          : { 'content-type': call.body.type, 'content-length': String(Buffer.byteLength(call.body.bytes)) }),
      },
    }
  }
}

/**
 * What comes of a stream; it ends when the reader ends. Rejects when the connection breaks, or is silent for longer
 * than it may be.
 */
class NodeIncoming implements Incoming {
  readonly #message: IncomingMessage

  constructor(message: IncomingMessage) {
    this.#message = message
  }

  async *pieces(silenceMs: number): AsyncGenerator<Uint8Array, void, undefined> {
    const message = this.#message
    message.setTimeout(silenceMs, () => message.destroy(new Error('the node fell silent')))
    try {
      for await (const piece of message as AsyncIterable<Buffer>) yield piece
    } finally {
      message.destroy()
    }
  }

  text(): Promise<string> {
    return collect(this.#message)
  }
}

/** The whole body as text. Rejects when the connection breaks before its end, or when it is too large. */
function collect(incoming: IncomingMessage): Promise<string> {
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
