/**
 * The log of a node: one JSON object a line, to stderr or a file, so that stdout stays for results. It never makes the node wait for
 * whoever reads it.
 */
import { openSync } from 'node:fs'
import { destination, pino, stdTimeFunctions } from 'pino'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

type Fields = Readonly<Record<string, unknown>>

export interface Journal {
  debug(fields: Fields, message: string): void
  info(fields: Fields, message: string): void
  warn(fields: Fields, message: string): void
  error(fields: Fields, message: string): void
  /** Writes out what waits, synchronously. What waits at the end of the process is written without being asked. */
  flush(): void
}

/** Bytes that wait for a slow reader of the log before lines are dropped: a stopped terminal must not fill the memory. */
const WAITING_BYTES_MAX = 1024 * 1024
const STDERR = 2

const nothing = (): void => undefined
const SILENT: Journal = { debug: nothing, info: nothing, warn: nothing, error: nothing, flush: nothing }

/**
 * @param options.name the node's, on every line, so that logs of many nodes can be read as one
 * @param options.file to append to; stderr unless given
 * @throws Error when the file cannot be opened
 */
export function openJournal(options: { level: LogLevel; name: string; file?: string }): Journal {
  if (options.level === 'silent') return SILENT
  const descriptor = options.file === undefined ? STDERR : openSync(options.file, 'a', 0o600)
  const sink = destination({ dest: descriptor, sync: false, maxLength: WAITING_BYTES_MAX })
  // A log that can no longer be written is no reason to stop relaying.
  sink.on('error', nothing)
  const log = pino(
    {
      level: options.level,
      base: { node: options.name },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    sink,
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
      try {
        sink.flushSync()
      } catch {
        // The same, and nothing is left to say where.
      }
    },
  }
}
