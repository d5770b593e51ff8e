/**
 * The log of a node: one JSON object a line, to stderr or a file, so that stdout stays for results. It never makes the
 * node wait for whoever reads it.
 */
import { openSync } from 'node:fs'
import { pino, stdTimeFunctions } from 'pino'
import { plainJsonText } from '../../lib/printable.ts'
import { LineSink } from './line-sink.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

type Fields = Readonly<Record<string, unknown>>

export interface Journal {
  debug(fields: Fields, message: string): void
  info(fields: Fields, message: string): void
  warn(fields: Fields, message: string): void
  error(fields: Fields, message: string): void
  /**
   * Writes out what waits, as far as that goes without waiting. At the end of the process it is done without being
   * asked.
   */
  flush(): void
  /**
   * Opens its file again by name: whoever rotates logs has moved it away. Nothing for stderr.
   * @throws Error when the file cannot be opened; the log goes on where it was
   */
  reopen(): void
  /** The last lines, without their ends; also those that could not be written. */
  recentLines(): readonly string[]
  /** Lines that could not be written: the disk is full, or nobody reads. */
  lostLines(): number
  /** Writes out what waits, as far as that goes, and lets go. */
  close(): void
}

const STDERR = 2

/** Lines that are kept in memory for who asks what happened last: 200 of 300 bytes are 60 KB. */
const RECENT_LINES_MAX = 200

const nothing = (): void => undefined
const SILENT: Journal = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  flush: nothing,
  reopen: nothing,
  recentLines: () => [],
  lostLines: () => 0,
  close: nothing,
}

/** Of all nodes in this process: one listener for the end of the process, whatever their number. */
const open = new Set<LineSink>()
let isListening = false

function flushAtExit(sink: LineSink): void {
  if (!isListening)
    process.once('exit', () => {
      for (const one of open) one.flush()
    })
  isListening = true
  open.add(sink)
}

/**
 * @param options.name the node's, on every line, so that logs of many nodes can be read as one
 * @param options.file to append to; stderr unless given
 * @throws Error when the file cannot be opened
 */
export function openJournal(options: { level: LogLevel; name: string; file?: string }): Journal {
  if (options.level === 'silent') return SILENT
  const { file } = options
  const descriptor = file === undefined ? STDERR : openSync(file, 'a', 0o600)
  // Node makes a pipe one that never blocks when its stream is first asked for.
  if (descriptor === STDERR) void process.stderr.fd
  const sink = new LineSink(descriptor)
  flushAtExit(sink)
  const recent: string[] = []
  const log = pino(
    {
      level: options.level,
      base: { node: options.name },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    // Peers name themselves in it, and the log of a node in the foreground is on the operator's terminal.
    {
      write: (line: string) => {
        const text = plainJsonText(line)
        recent.push(text.trimEnd())
        if (recent.length > RECENT_LINES_MAX) recent.shift()
        sink.write(text)
      },
    },
  )
  return {
    debug: (fields, message) => {
      log.debug(fields, message)
    },
    info: (fields, message) => {
      log.info(fields, message)
    },
    warn: (fields, message) => {
      log.warn(fields, message)
    },
    error: (fields, message) => {
      log.error(fields, message)
    },
    flush: () => {
      sink.flush()
    },
    reopen: () => {
      if (file !== undefined) sink.turnTo(openSync(file, 'a', 0o600))
    },
    recentLines: () => recent,
    lostLines: () => sink.lost,
    close: () => {
      sink.flush()
      open.delete(sink)
    },
  }
}
