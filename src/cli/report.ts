/** The one place where a failure becomes what the user sees and an outcome. */
import type { Outcome } from './exit.ts'
import { Failure } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** Prints what went wrong to stderr, as text or as JSON. A stack is shown with HEARSAY_DEBUG=1 only. */
export function reportError(
  error: unknown,
  terminal: Terminal,
  options: { readonly json: boolean; readonly debug: boolean },
): Outcome {
  const failure = error instanceof Failure ? error : unexpected(error)
  const { code, message, hint, outcome } = failure
  if (options.json) {
    terminal.noteDocument({ v: 1, error: { code, message, hint: hint.trim() } })
  } else {
    const kind = outcome === 'rejected' ? ` (${code})` : ''
    terminal.note({ style: 'red', text: 'hearsay:', rest: ` ${message}${kind}` })
    if (hint !== '') terminal.note(hint.startsWith('\n') ? hint : `  ${hint}`)
  }
  if (options.debug) terminal.note(stackOf(error))
  return outcome
}

function unexpected(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error)
  return new Failure(
    'failed',
    'unexpected',
    `unexpected failure: ${message.split('\n', 1)[0] ?? ''}`,
    'HEARSAY_DEBUG=1 shows where it comes from',
    { cause: error },
  )
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
