/** What asking a node can come to: a closed union, nothing is thrown. */
import type { Problem } from '../domain/views.ts'

export type Failure =
  /** No answer: nobody listens, the connection broke, the time ran out. */
  | { readonly ok: false; readonly kind: 'unreachable'; readonly message: string }
  /** The node answered and refused. */
  | { readonly ok: false; readonly kind: 'problem'; readonly status: number; readonly problem: Problem }

export type Outcome<T> = { readonly ok: true; readonly status: number; readonly value: T } | Failure

/** One sentence for a person. */
export function failureText(failure: Failure): string {
  return failure.kind === 'unreachable' ? failure.message : failure.problem.message
}
