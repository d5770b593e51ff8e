import { join, resolve } from 'node:path'
import { reportHtml } from '../../trace/report-html.ts'
import { reportDocument, reportOf } from '../../trace/report.ts'
import { replaceFile } from '../../home/own-file.ts'
import { defineCommand, value } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { writeNamed } from '../output.ts'
import { readText } from '../parse.ts'
import { reportText } from '../report-text.ts'
import { openNetwork } from '../vantage/open.ts'

export const command = defineCommand({
  details:
    'Coverage over time with the curve of the theory, hops, delays of each node for each transaction, duplicates, the slowest way, what was refused ' +
    'and what was missed, in one file that needs nothing else. From the recording where there is one (`testnet up --record FILE`), otherwise from ' +
    'what the nodes remember: of a testnet, of a file (--nodes), or of one node.',
  args: [],
  options: {
    out: value('--out <file>', 'where to write it (default: report.html in the home, or here)', readText),
  },
  examples: [
    ['testnet report', 'write it, and print its figures'],
    ['testnet report --nodes nodes.json', 'of nodes on any machines'],
    ['testnet report --json', 'the same as one JSON document, and no file'],
  ],
  without: ['token-file'],
  async run(context, { options }) {
    const { shared, terminal } = context
    const target = findTarget(context)
    const report = reportOf(await (await openNetwork(context, target)).recording())
    if (shared.json) terminal.document(reportDocument(report))
    if (!shared.json || options.out !== undefined) {
      // In the home a link may have the name; the file that a user names is the user's word.
      const home = target.manifest?.home ?? context.cwd
      const path = options.out === undefined ? join(home, 'report.html') : resolve(context.cwd, options.out)
      if (options.out === undefined) replaceFile(path, reportHtml(report))
      else await writeNamed(path, reportHtml(report), '--out')
      terminal.note(`written: ${path}`)
    }
    if (!shared.json) terminal.out(reportText(report))
    return 'done'
  },
})
