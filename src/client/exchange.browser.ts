/**
 * One request, one answer, over fetch: what takes the place of exchange.ts in the library for browsers
 * (scripts/build.js). The browser keeps connections, and asks again by itself over one that was closed in the very
 * moment of its use.
 */
import { carriesToken, type Answer, type Call, type Incoming } from './call.ts'
import { ANSWER_BYTES_MAX } from './limits.ts'
import type { Failure } from './outcome.ts'

/** What URLs it can ask; https where something stands in front of the node. */
export const PROTOCOLS: readonly string[] = ['http:', 'https:']

type Opened = { readonly ok: true; readonly status: number; readonly incoming: Incoming }

export class Exchange {
  readonly url: URL
  readonly #askToken: () => string | null
  #token: string | null | undefined
  readonly #timeoutMs: number

  constructor(options: { url: URL; token: () => string | null; timeoutMs: number }) {
    this.url = options.url
    this.#askToken = options.token
    this.#timeoutMs = options.timeoutMs
  }

  /**
   * Asks; never rejects, but with what `token` throws. A node that was restarted is asked once more with its new token,
   * if there is one.
   */
  async ask(call: Call): Promise<Answer> {
    const answer = await this.#askOnce(call)
    if (!answer.ok || answer.status !== 401 || !carriesToken(call)) return answer
    const token = this.#askToken()
    if (token === null || token === this.#token) return answer
    this.#token = token
    return this.#askOnce(call)
  }

  /** Opens a stream: resolves with the answer's headers read; the time-out holds until then. Never rejects. */
  async open(call: Call, signal?: AbortSignal): Promise<Opened | Failure> {
    const ending = new AbortController()
    const deadline = this.#deadline(ending)
    const end = (): void => ending.abort(signal?.reason)
    signal?.addEventListener('abort', end)
    try {
      const { status, body } = await this.#fetch(call, ending.signal)
      return { ok: true, status, incoming: new FetchIncoming(body, ending) }
    } catch (error) {
      return this.unreachable(asError(error))
    } finally {
      clearTimeout(deadline)
    }
  }

  unreachable(error: Error): Failure {
    return {
      ok: false,
      kind: 'unreachable',
      message: `the node at ${this.url.origin} cannot be reached: ${error.message}`,
    }
  }

  close(): void {
    // The connections are the browser's.
  }

  async #askOnce(call: Call): Promise<Answer> {
    const ending = new AbortController()
    const deadline = this.#deadline(ending)
    try {
      const { status, body } = await this.#fetch(call, ending.signal)
      return { ok: true, status, body: await new FetchIncoming(body, ending).text() }
    } catch (error) {
      return this.unreachable(asError(error))
    } finally {
      clearTimeout(deadline)
    }
  }

  #deadline(ending: AbortController): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      ending.abort(new Error(`no answer within ${this.#timeoutMs} ms`))
    }, this.#timeoutMs)
  }

  #fetch(call: Call, signal: AbortSignal): Promise<Response> {
    const token = carriesToken(call) ? (this.#token ??= this.#askToken()) : null
    return fetch(new URL(call.path, this.url), {
      method: call.method,
      cache: 'no-store',
      signal,
      headers: {
        ...call.headers,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(call.body === undefined ? {} : { 'content-type': call.body.type }),
      },
      ...(call.body === undefined ? {} : { body: call.body.bytes as string | Uint8Array<ArrayBuffer> }),
    })
  }
}

class FetchIncoming implements Incoming {
  readonly #body: ReadableStream<Uint8Array> | null
  readonly #ending: AbortController

  constructor(body: ReadableStream<Uint8Array> | null, ending: AbortController) {
    this.#body = body
    this.#ending = ending
  }

  async *pieces(silenceMs: number): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = this.#body?.getReader()
    if (reader === undefined) return
    try {
      for (;;) {
        const silence = setTimeout(() => {
          this.#ending.abort(new Error('the node fell silent'))
        }, silenceMs)
        const { done, value } = await reader.read().finally(() => clearTimeout(silence))
        if (done) return
        yield value
      }
    } finally {
      this.#ending.abort()
    }
  }

  async text(): Promise<string> {
    const reader = this.#body?.getReader()
    const decoder = new TextDecoder()
    let text = ''
    let size = 0
    while (reader !== undefined) {
      const { done, value } = await reader.read()
      if (done) break
      size += value.byteLength
      if (size > ANSWER_BYTES_MAX) {
        this.#ending.abort()
        throw new Error('the answer is too large')
      }
      text += decoder.decode(value, { stream: true })
    }
    return text + decoder.decode()
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
