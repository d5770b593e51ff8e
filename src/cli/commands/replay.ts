import { resolve } from 'node:path'
import { idsOf, journeyOf } from '../../trace/journey.ts'
import { knowledgeOf } from '../../trace/knowledge.ts'
import { recordsOf } from '../../trace/recording.ts'
import { reportHtml } from '../../trace/report-html.ts'
import { networkNodes, reportDocument, reportOf } from '../../trace/report.ts'
import { treeDot, treeText } from '../../trace/tree-text.ts'
import { defineCommand, flag, value } from '../command.ts'
import type { Context } from '../context.ts'
import type { Outcome } from '../exit.ts'
import { Failure, usageFailure } from '../failure.ts'
import { writeNamed } from '../output.ts'
import { readIdPrefix, readText } from '../parse.ts'
import { readRecording } from '../report-recording.ts'
import { reportText } from '../report-text.ts'
import { traceDocument } from '../trace-document.ts'
import type { Recording } from '../../trace/recording.ts'

export const command = defineCommand({
  details:
    'The same code draws a live network and a recording: the report of a recording is the same, to the byte, whenever and wherever it is made.',
  args: [{ name: 'file', summary: 'what `testnet up --record FILE` wrote' }],
  options: {
    report: value('--report <file>', 'write the report as one HTML file', readText),
    trace: value('--trace <id>', 'the delivery tree of one transaction', readIdPrefix),
    dot: flag('--dot', 'with --trace: for graphviz'),
    map: flag('--map', 'serve the page with this recording, until Ctrl-C'),
  },
  examples: [
    ['replay run.ndjson', 'the figures of a run'],
    ['replay run.ndjson --report run.html', 'its report'],
    ['replay run.ndjson --trace 3fa9', 'the way of one transaction'],
    ['replay run.ndjson --map', 'see it happen again in the browser'],
  ],
  without: ['home', 'api', 'token-file'],
  serves: true,
  async run(context, { args, options }) {
    const path = resolve(context.cwd, args[0] ?? '')
    const recording = await readRecording(context, path)
    if (options.map) return serveMap(context, recording)
    if (options.trace !== undefined) return trace(context, recording, options.trace, options.dot)
    if (options.dot) throw usageFailure('--dot needs --trace ID', 'it draws one transaction')
    const { shared, terminal } = context
    const report = reportOf(recording)
    if (options.report !== undefined) {
      const out = resolve(context.cwd, options.report)
      await writeNamed(out, reportHtml(report), '--report')
      terminal.note(`written: ${out}`)
    }
    if (shared.json) terminal.document(reportDocument(report))
    else terminal.out(reportText(report))
    return 'done'
  },
})

function trace(context: Context, recording: Recording, prefix: string, isDot: boolean): Outcome {
  const { shared, terminal } = context
  const records = recordsOf(recording)
  const ids = idsOf(records).filter((id) => id.startsWith(prefix))
  const [id, ...others] = ids
  if (id === undefined)
    throw new Failure('not-found', 'unknown-transaction', `the recording holds nothing whose id begins with ${prefix}`)
  if (others.length > 0) throw usageFailure(`${prefix} is the beginning of ${ids.length} ids`, 'give more digits')
  const { clockErrorMs } = recording.head
  const journey = journeyOf(
    id,
    networkNodes(recording.head, recording.lines),
    records,
    clockErrorMs,
    knowledgeOf(recording.lines),
  )
  if (shared.json) terminal.document(traceDocument(journey, [], clockErrorMs))
  else terminal.out(isDot ? treeDot(journey) : treeText(journey))
  return 'done'
}

async function serveMap(context: Context, recording: Recording): Promise<Outcome> {
  const { openReplayPage } = await import('../../../testnet/page-replay.ts')
  const page = await openReplayPage(recording)
  if (context.shared.json) context.terminal.document({ v: 1, url: page.url })
  else context.terminal.out(page.url)
  context.terminal.note('open it in a browser; Ctrl-C ends it')
  await new Promise<void>((ended) => {
    if (context.stop.aborted) ended()
    context.stop.addEventListener('abort', () => ended(), { once: true })
  })
  await page.close()
  return 'done'
}
