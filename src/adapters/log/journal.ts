/** The log of a node: one JSON object a line on stderr, so that stdout stays for results. */
import { destination, pino } from 'pino'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

type Fields = Readonly<Record<string, unknown>>

export interface Journal {
  debug(fields: Fields, message: string): void
  info(fields: Fields, message: string): void
  warn(fields: Fields, message: string): void
  error(fields: Fields, message: string): void
}

/** @param options.name the node's, on every line, so that logs of many nodes can be read as one */
export function openJournal(options: { level: LogLevel; name: string }): Journal {
  const log = pino({ level: options.level, base: { node: options.name } }, destination({ fd: 2, sync: true }))
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
  }
}
