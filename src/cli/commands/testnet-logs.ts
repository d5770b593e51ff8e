import { defineCommand, flag, valueOr } from '../command.ts'
import { homeOf, nodeNamed, readTestnetManifest } from '../discovery.ts'
import { followLines, lastLines } from '../log-lines.ts'
import { readCount } from '../parse.ts'
import { noTestnet } from '../testnet-control.ts'

export const command = defineCommand({
  args: [{ name: 'node', summary: 'node-3 or 3' }],
  options: {
    follow: flag('-f, --follow', 'go on with new lines until stopped'),
    lines: valueOr('-l, --lines <count>', 'how many of the last lines', readCount(0, 100_000), '100'),
  },
  examples: [['testnet logs node-3 --follow', 'as it is written']],
  without: ['api', 'token-file'],
  follows: true,
  async run(context, { args, options }) {
    const { shared, terminal, stop } = context
    const home = homeOf(context)
    const manifest = readTestnetManifest(home)
    if (manifest === null) throw noTestnet(home, false)
    const { name, logFile } = nodeNamed(manifest, args[0] ?? '')
    const print = (line: string): void => {
      if (shared.json) terminal.document({ v: 1, node: name, line })
      else terminal.out(line)
    }
    const log = { home: manifest.home, path: logFile }
    const { lines, endBytes } = lastLines(log, options.lines)
    for (const line of lines) print(line)
    if (options.follow) for await (const line of followLines(log, endBytes, stop)) print(line)
    return 'done'
  },
})
