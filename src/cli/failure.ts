/**
 * How a command says that it can't go on: what happened, why, and what to do next. Thrown by commands and printed in
 * one place, as text or as `{v:1,error:{code,message,hint}}`; nobody but HEARSAY_DEBUG=1 sees a stack.
 */
import type { Outcome } from './exit.ts'

export class Failure extends Error {
  readonly outcome: Outcome
  /** A word that programs can rely on, such as `unreachable` or a reject code of the node. */
  readonly code: string
  /** What to do next; may be empty. */
  readonly hint: string

  constructor(outcome: Outcome, code: string, message: string, hint = '', options?: ErrorOptions) {
    super(message, options)
    this.name = 'Failure'
    this.outcome = outcome
    this.code = code
    this.hint = hint
  }
}

/** Wrong arguments or configuration: exit code 2. */
export function usageFailure(message: string, hint = ''): Failure {
  return new Failure('usage', 'usage', message, hint)
}

/** The `code` of a Node system error such as ENOENT, or undefined. */
export function systemCode(error: unknown): string | undefined {
  const code: unknown = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return typeof code === 'string' ? code : undefined
}
