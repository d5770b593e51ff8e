/**
 * Where a command writes: results to stdout, progress to stderr, and one line that is redrawn in place where stderr is a terminal.
 * Colour only for terminals, and never with NO_COLOR, --no-color or TERM=dumb.
 */
import type { Writable } from 'node:stream'

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

const SGR: Readonly<Record<Style, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
}

export interface TerminalStream extends Writable {
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface Terminal {
  /** A line, or several, of the result. */
  out(text: string): void
  /** Bytes of the result as they are. Resolves when the reader has taken them. */
  outBytes(bytes: Uint8Array): Promise<void>
  /** One JSON document on a line of its own. */
  document(document: object): void
  /** A line of progress. */
  note(text: string): void
  /** A question on stderr, without an end of line. */
  prompt(text: string): void
  /** Replaces the live line; nothing where stderr is not a terminal. */
  live(text: string): void
  /** Removes the live line. */
  endLive(): void
  /** Clears the screen of stdout before a redrawn table; false where stdout is not a terminal. */
  redraw(): boolean
  /** Whether the live line shows. */
  readonly isLive: boolean
  /** Columns of stdout; undefined where it is not a terminal: nothing is cut then. */
  readonly columns: number | undefined
  /** Text in a style where stdout (`out`) or stderr (`note`) shows colours. */
  paint(stream: 'out' | 'note', style: Style, text: string): string
}

export function openTerminal(options: {
  readonly stdout: TerminalStream
  readonly stderr: TerminalStream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly color: boolean
}): Terminal {
  const { stdout, stderr, env } = options
  const mayColor = options.color && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb'
  const isLive = stderr.isTTY === true && env.TERM !== 'dumb'
  let liveShown = false

  const endLive = (): void => {
    if (!liveShown) return
    liveShown = false
    stderr.write('\r\x1b[2K')
  }
  return {
    out: (text) => {
      endLive()
      stdout.write(`${text}\n`)
    },
    outBytes: async (bytes) => {
      endLive()
      await new Promise<void>((resolve) => stdout.write(bytes, () => resolve()))
    },
    document: (document) => {
      endLive()
      stdout.write(`${JSON.stringify(document)}\n`)
    },
    note: (text) => {
      endLive()
      stderr.write(`${text}\n`)
    },
    prompt: (text) => {
      endLive()
      stderr.write(text)
    },
    live: (text) => {
      if (!isLive) return
      liveShown = true
      // One column less than there are: a full line would wrap and could not be taken back. Some terminals say 0 columns.
      stderr.write(`\r\x1b[2K${[...text].slice(0, (stderr.columns || 80) - 1).join('')}`)
    },
    endLive,
    redraw: () => {
      if (stdout.isTTY !== true || env.TERM === 'dumb') return false
      stdout.write('\x1b[H\x1b[2J')
      return true
    },
    isLive,
    columns: stdout.isTTY === true ? stdout.columns : undefined,
    paint: (stream, style, text) => {
      const shown = mayColor && (stream === 'out' ? stdout : stderr).isTTY === true
      return shown ? `\x1b[${SGR[style][0]}m${text}\x1b[${SGR[style][1]}m` : text
    },
  }
}
