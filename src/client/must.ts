/** For programs that have nothing better to do with a failure than to end. */
import { failureText, type Failure } from './outcome.ts'

/** Any result of the library: each says by `ok` whether it is one. */
export type Result = { readonly ok: true } | { readonly ok: false }

/**
 * The result, if it is one.
 * @throws Error with what the failure says of itself
 */
export function must<R extends Result>(result: R): Extract<R, { readonly ok: true }> {
  if (result.ok) return result as Extract<R, { readonly ok: true }>
  throw new Error(reasonOf(result))
}

function reasonOf(failure: Result): string {
  const { kind, message, hint, code, reason } = failure as Partial<Record<string, unknown>>
  if (kind === 'problem' || kind === 'unreachable') return failureText(failure as Failure)
  const words = [message, hint].filter((text) => typeof text === 'string' && text !== '')
  if (words.length > 0) return words.join('; ')
  const word = code ?? reason
  return typeof word === 'string' ? word : 'failed'
}
