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

/**
 * What the system's refusals mean: they can meet any command that touches a file or a socket, and none of them is
 * unexpected.
 */
const REFUSALS: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  EACCES: ['permission denied', 'look at owner and mode of the path and of the folders above it'],
  EPERM: ['the system does not permit it', 'look at owner and mode of the path, and at the user that runs this'],
  ENOSPC: ['no space is left on the disk', 'free some, or choose another disk'],
  EDQUOT: ['the quota of this user is used up', 'free some space, or ask for more'],
  EROFS: ['the file system is read-only', 'choose a place that can be written, such as another --home'],
  EMFILE: ['this process has no file left', 'raise its limit of open files (ulimit -n)'],
  ENFILE: ['the system has no file left', 'end what keeps too many open'],
  ELOOP: ['the path is, or leads over, a symbolic link that is not followed', 'name the file itself'],
  ENOENT: ['it does not exist', 'look at the path'],
  ENOTDIR: ['a part of the path is not a folder', 'look at the path'],
  EISDIR: ['it is a folder', 'name a file'],
  EEXIST: ['it exists already', 'choose another name'],
  ENAMETOOLONG: ['the path is too long', 'choose a shorter one'],
  EIO: ['the disk failed', 'look at the log of the system'],
  ENOMEM: ['the system has no memory left', 'free some'],
}

function refusedBySystem(error: unknown): Failure | null {
  if (!(error instanceof Error)) return null
  const { code = '', path, dest } = error as NodeJS.ErrnoException & { dest?: string }
  const refusal = REFUSALS[code]
  if (refusal === undefined) return null
  const where = dest ?? path
  const [message, hint] = refusal
  return new Failure('failed', code, `${where === undefined ? '' : `${where}: `}${message} (${code})`, hint, {
    cause: error,
  })
}

function unexpected(error: unknown): Failure {
  const refused = refusedBySystem(error)
  if (refused !== null) return refused
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
