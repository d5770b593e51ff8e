/**
 * One request to a node and what comes of it, whatever carries it: node:http in exchange.ts, fetch in
 * exchange.browser.ts.
 */
import type { Problem } from '../domain/views.ts'
import { oneLine } from '../lib/printable.ts'
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

/** The body of an answer that has begun. */
export interface Incoming {
  /**
   * The pieces as they come; whoever stops reading ends the stream. Rejects when the connection breaks, or when nothing
   * comes for so long: a machine that vanishes says nothing, and the heartbeat is what is missed.
   */
  pieces(silenceMs: number): AsyncGenerator<Uint8Array, void, undefined>
  /** All of it. Rejects when the connection breaks before its end, or when it is too large. */
  text(): Promise<string>
}

/** The token goes with what writes, and with what is answered to its holder alone. */
export function carriesToken({ method, needsToken }: Call): boolean {
  return method !== 'GET' || needsToken === true
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
 * Undefined where the text is not JSON. Names, versions, tags and errors of a node are single lines: one that is not is
 * made so here, for whoever prints it in a line of their own.
 */
export function parseJson(text: string): unknown {
  try {
    // A line break in JSON's text is an escape, or one of the few beyond ASCII: answers without any are taken as they
    // are.
    if (!/\\[nrfu]|[\u0085\u2028\u2029]/.test(text)) return JSON.parse(text) as unknown
    return JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? oneLine(value) : value)) as unknown
  } catch {
    return undefined
  }
}
