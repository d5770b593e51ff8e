/** A line of a node's log: who wrote it, when, how grave it is, and the same for people. */

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LogEntry {
  /** Whose it is: packed nodes share a file. */
  readonly node: string
  /** ms since the Unix epoch; of a line without a time, that of the one before. */
  readonly atMs: number
  readonly level: LogLevel
  /** As it stands in the file. */
  readonly line: string
}

/**
 * The entries of a file's lines, in their order. What is no entry of the node's own (a stack, a word of Node itself) is
 * grave: a node writes nothing else unless something broke.
 * @param owner whose file it is
 */
export function logEntries(owner: string, lines: readonly string[], beforeMs = 0): readonly LogEntry[] {
  let atMs = beforeMs
  return lines.map((line) => {
    const fields = fieldsOf(line)
    const time = typeof fields?.time === 'string' ? Date.parse(fields.time) : Number.NaN
    if (Number.isFinite(time)) atMs = time
    const node = typeof fields?.node === 'string' && /^node-\d+$/.test(fields.node) ? fields.node : owner
    const level = fields === null ? 'error' : (LOG_LEVELS.find((each) => each === fields.level) ?? 'info')
    return { node, atMs, level, line }
  })
}

export function isAtLeast(entry: LogEntry, level: LogLevel): boolean {
  return LOG_LEVELS.indexOf(entry.level) >= LOG_LEVELS.indexOf(level)
}

/** The last `count` entries of several files, by time; entries of one file keep their order. */
export function mergedEntries(files: readonly (readonly LogEntry[])[], count: number): readonly LogEntry[] {
  if (count === 0) return []
  return files
    .flat()
    .sort((a, b) => a.atMs - b.atMs)
    .slice(-count)
}

/** `16:46:33.954 node-0   warn  the process stood still  ms=1004`; a line of no form of ours as it is. */
export function logEntryText({ node, atMs, level, line }: LogEntry, width: number): string {
  const fields = fieldsOf(line)
  const time = atMs === 0 ? ' '.repeat(12) : new Date(atMs).toISOString().slice(11, 23)
  const begin = `${time} ${node.padEnd(width)} ${level.padEnd(5)}`
  if (fields === null) return `${begin}  ${line}`
  const { time: _, level: __, node: ___, pid: ____, msg, ...more } = fields
  const rest = Object.entries(more).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return [begin, typeof msg === 'string' ? msg : '', ...rest].filter(Boolean).join('  ')
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> | null {
  if (!line.startsWith('{')) return null
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return null
  }
}
