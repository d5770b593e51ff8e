/**
 * Where a command writes: results to stdout, progress to stderr, and one line that is redrawn in place where stderr is
 * a terminal. Colour only for terminals, and never with NO_COLOR, --no-color or TERM=dumb.
 *
 * The one printer: nothing else writes to the user's terminal (eslint.config.js). Whatever text comes here, from a file
 * or a peer, only the sequences of this file reach the terminal; all other controls are shown and not obeyed
 * (lib/printable.ts). Ends of line are the caller's.
 */
import { writeSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { plain, plainJson, plainLines } from '../lib/printable.ts'

type Style = 'bold' | 'red'

const SGR: Readonly<Record<Style, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  red: [31, 39],
}

/** Notes of progress in a log: a run of ten minutes writes 120 lines at most. */
const PROGRESS_EVERY_MS = 5_000

export interface TerminalStream extends Writable {
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Text of which the beginning has a style where the stream shows colours. */
export interface Styled {
  readonly style: Style
  readonly text: string
  readonly rest?: string
}

/** A line, or several with ends of line between them. */
export type Text = string | Styled | readonly (string | Styled)[]

export interface Terminal {
  /** A line, or several, of the result. */
  out(text: Text): void
  /** Bytes of the result as they are. Resolves when the reader has taken them. */
  outBytes(bytes: Uint8Array): Promise<void>
  /** One JSON document on a line of its own. */
  document(document: object): void
  /** A line of progress. */
  note(text: Text): void
  /** One JSON document on a line of stderr. */
  noteDocument(document: object): void
  /** A question on stderr, without an end of line. */
  prompt(text: string): void
  /** Replaces the live line; nothing where stderr is not a terminal. */
  live(text: string): void
  /**
   * How far a command is that has nothing else to say: the live line, and where there is none a note every five seconds
   * at most, so that a log shows that it goes on.
   */
  progress(text: string): void
  /** Removes the live line. */
  endLive(): void
  /** Clears the screen of stdout before a redrawn table; false where stdout is not a terminal. */
  redraw(): boolean
  /** Whether the live line shows. */
  readonly isLive: boolean
  /** Columns of stdout; undefined where it is not a terminal: nothing is cut then. */
  readonly columns: number | undefined
  /**
   * Takes the whole screen of stdout and hides the cursor, until it is given back: what the user had there is there
   * again.
   */
  takeScreen(): void
  giveScreen(): void
  /** Draws lines over the taken screen. */
  drawScreen(lines: readonly string[]): void
}

export function openTerminal(options: {
  readonly stdout: TerminalStream
  readonly stderr: TerminalStream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly color: boolean
  /** Whoever reads stderr is a program as well: each note is a document on a line, and nothing is drawn. */
  readonly json?: boolean
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
}): Terminal {
  const { stdout, stderr, env } = options
  const mayColor = options.color && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb'
  const isLive = options.json !== true && stderr.isTTY === true && env.TERM !== 'dumb'
  const now = options.now ?? (() => performance.now())
  let liveShown = false
  let progressNotedAt = now()
  const rendered = (stream: TerminalStream, text: Text): string =>
    (Array.isArray(text) ? (text as readonly (string | Styled)[]) : [text as string | Styled])
      .map((part) => {
        if (typeof part === 'string') return plainLines(part)
        const [on, off] = mayColor && stream.isTTY === true ? SGR[part.style] : [null, null]
        const styled = on === null ? plainLines(part.text) : `\x1b[${on}m${plainLines(part.text)}\x1b[${off}m`
        return styled + plainLines(part.rest ?? '')
      })
      .join('\n')

  const endLive = (): void => {
    if (!liveShown) return
    liveShown = false
    stderr.write('\r\x1b[2K')
  }
  const note = (text: Text): void => {
    endLive()
    stderr.write(`${options.json === true ? plainJson({ v: 1, note: textOf(text) }) : rendered(stderr, text)}\n`)
  }
  const live = (text: string): void => {
    if (!isLive) return
    liveShown = true
    // One column less than there are: a full line would wrap and could not be taken back. Some terminals say 0 columns.
    stderr.write(`\r\x1b[2K${[...plain(text)].slice(0, (stderr.columns || 80) - 1).join('')}`)
  }
  return {
    out: (text) => {
      endLive()
      stdout.write(`${rendered(stdout, text)}\n`)
    },
    outBytes: async (bytes) => {
      endLive()
      await new Promise<void>((resolve) => stdout.write(bytes, () => resolve()))
    },
    document: (document) => {
      endLive()
      stdout.write(`${plainJson(document)}\n`)
    },
    noteDocument: (document) => {
      endLive()
      stderr.write(`${plainJson(document)}\n`)
    },
    note,
    prompt: (text) => {
      endLive()
      stderr.write(plain(text))
    },
    live,
    progress: (text) => {
      if (isLive) {
        live(text)
        return
      }
      if (now() - progressNotedAt < PROGRESS_EVERY_MS) return
      progressNotedAt = now()
      note(text)
    },
    endLive,
    redraw: () => {
      if (stdout.isTTY !== true || env.TERM === 'dumb') return false
      stdout.write('\x1b[H\x1b[2J')
      return true
    },
    isLive,
    columns: stdout.isTTY === true ? stdout.columns : undefined,
    takeScreen: () => {
      stdout.write('\x1b[?1049h\x1b[?25l')
    },
    giveScreen: () => {
      stdout.write('\x1b[?25h\x1b[?1049l')
    },
    drawScreen: (lines) => {
      stdout.write(`\x1b[H${lines.map((line) => `${plain(line)}\x1b[K`).join('\r\n')}\x1b[J`)
    },
  }
}

/** Without styles. */
function textOf(text: Text): string {
  return (Array.isArray(text) ? (text as readonly (string | Styled)[]) : [text as string | Styled])
    .map((part) => (typeof part === 'string' ? part : part.text + (part.rest ?? '')))
    .join('\n')
}

/** A line on stderr right before the process ends: a stream would not get it out. */
export function sayLast(line: string): void {
  try {
    writeSync(process.stderr.fd, `${plainLines(line)}\n`)
  } catch {
    // Nobody reads.
  }
}
