/** The log of a node: one JSON object a line, to stderr or a file, without ever making the node wait for who reads it. */
import { destination, pino, stdTimeFunctions } from 'pino'
import type { Logger } from 'pino'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'
type LogFields = Readonly<Record<string, unknown>>

export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** A log that adds the fields to each line. */
  with(fields: LogFields): Log
  /** Writes out what waits; synchronous, so that it can run while the process exits. */
  flush(): void
}

/** Bytes that wait for a slow reader of the log before lines are dropped: a stopped terminal must not fill the memory. */
const WAITING_BYTES_MAX = 1024 * 1024

/**
 * Opens a log. Rejects where the file cannot be opened.
 * @param options.file path to append to; stderr unless given
 * @param options.fields in every line, as the name of the node
 */
export async function openLog(options: { level: LogLevel; file?: string; fields?: LogFields }): Promise<Log> {
  if (options.level === 'silent') return SILENT
  const sink = destination({
    dest: options.file ?? 2,
    sync: false,
    mkdir: true,
    maxLength: WAITING_BYTES_MAX,
    mode: 0o600,
  })
  await new Promise<void>((resolve, reject) => {
    sink.once('ready', resolve)
    sink.once('error', reject)
  })
  // A log that can no longer be written is no reason to stop relaying.
  sink.on('error', () => undefined)
  const logger = pino(
    {
      level: options.level,
      base: options.fields ?? {},
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    sink,
  )
  return logOf(logger, () => {
    try {
      sink.flushSync()
    } catch {
      // The same: nothing is left to say where.
    }
  })
}

function logOf(logger: Logger, flush: () => void): Log {
  return {
    debug: (message, fields = {}) => {
      logger.debug(fields, message)
    },
    info: (message, fields = {}) => {
      logger.info(fields, message)
    },
    warn: (message, fields = {}) => {
      logger.warn(fields, message)
    },
    error: (message, fields = {}) => {
      logger.error(fields, message)
    },
    with: (fields) => logOf(logger.child(fields), flush),
    flush,
  }
}

const nothing = (): void => undefined
const SILENT: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing, with: () => SILENT, flush: nothing }
