import { defineCommand, flag, valueOr } from '../command.ts'
import { homeOf, nodesNamed, noTestnet, readTestnetManifest } from '../discovery.ts'
import { Failure } from '../failure.ts'
import { isAtLeast, LOG_LEVELS, logEntries, logEntryText, mergedEntries, type LogEntry } from '../log-entry.ts'
import { followLines, lastLines, type HomeLog } from '../log-lines.ts'
import { readCount, readWord } from '../parse.ts'
import { nodeNamesOf } from '../testnet-control.ts'

export const command = defineCommand({
  details:
    'Of all nodes where none is named, in the order of time. While it follows, lines come as they are written. --json has each line as it stands in the file.',
  args: [
    {
      name: 'node',
      summary: 'node-3, 3, 0-4; all where none is named',
      optional: true,
      variadic: true,
      completes: 'nodes',
    },
  ],
  options: {
    follow: flag('-f, --follow', 'go on with new lines until stopped'),
    lines: valueOr('-l, --lines <count>', 'how many of the last lines', readCount(0, 100_000), '100'),
    level: valueOr('--level <level>', 'only what is at least this grave', readWord(LOG_LEVELS), 'debug', {
      words: LOG_LEVELS,
    }),
  },
  examples: [
    ['testnet logs --level warn', 'what went wrong, of all nodes'],
    ['testnet logs node-3 --follow', 'as it is written'],
  ],
  without: ['api', 'token-file'],
  follows: true,
  async run(context, { args, options }) {
    const { shared, terminal, stop } = context
    const home = homeOf(context)
    const manifest = readTestnetManifest(home)
    if (manifest === null) throw noTestnet(home, false)
    const nodes = args.length === 0 ? manifest.nodes : nodesNamed(manifest, nodeNamesOf(args))
    const names = new Set(nodes.map(({ name }) => name))
    const width = Math.max(...nodes.map(({ name }) => name.length))
    const isWanted = (entry: LogEntry): boolean => names.has(entry.node) && isAtLeast(entry, options.level)
    const print = (entry: LogEntry): void => {
      if (shared.json) {
        const { node, atMs, level, line } = entry
        terminal.document({ v: 1, node, time: atMs === 0 ? null : new Date(atMs).toISOString(), level, line })
      } else terminal.out(logEntryText(entry, width))
    }
    // Packed nodes write into one file, which bears the name of the first of them.
    const files = [...new Map(nodes.map(({ name, logFile }) => [logFile, name]))]
    // One at a time, and of each only what may be shown: a log has megabytes.
    const read = files.map(([path, owner]) => {
      const log = { home: manifest.home, path }
      const { lines, endBytes } = linesOf(log, files.length === 1)
      const entries = logEntries(owner, lines)
      const kept = entries.filter(isWanted).slice(-Math.max(1, options.lines))
      return { log, owner, kept, endBytes, lastMs: entries.at(-1)?.atMs ?? 0 }
    })
    for (const entry of mergedEntries(
      read.map(({ kept }) => kept),
      options.lines,
    ))
      print(entry)
    if (options.follow)
      await Promise.all(
        read.map(async ({ log, owner, endBytes, lastMs }) => {
          let beforeMs = lastMs
          for await (const line of followLines(log, endBytes, stop))
            for (const entry of logEntries(owner, [line], beforeMs)) {
              beforeMs = entry.atMs
              if (isWanted(entry)) print(entry)
            }
        }),
      )
    return 'done'
  },
})

/** @param isOnly then a log that is not there is a failure; beside others it has no lines */
function linesOf(log: HomeLog, isOnly: boolean): ReturnType<typeof lastLines> {
  try {
    return lastLines(log, Number.POSITIVE_INFINITY)
  } catch (error) {
    if (isOnly || !(error instanceof Failure) || error.code !== 'no-log') throw error
    return { lines: [], endBytes: 0 }
  }
}
