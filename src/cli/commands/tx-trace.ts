import { isHashText } from '../../domain/ids.ts'
import { journeyOf } from '../../trace/journey.ts'
import { treeDot, treeText } from '../../trace/tree-text.ts'
import { defineCommand, flag } from '../command.ts'
import { troubleText, type TracedAnswer } from '../trace-network.ts'
import { Failure, usageFailure } from '../failure.ts'
import { readIdPrefix } from '../parse.ts'
import { traceDocument } from '../trace-document.ts'
import { openVantage } from '../vantage/open.ts'

export const command = defineCommand({
  details:
    'Asks every node of the network who gave it the transaction, when, and how often, and rebuilds the way it went: who told whom, the time of ' +
    'each hop in the network, in the queue and in the check, further copies, and who refused it and why.',
  args: [{ name: 'id', summary: 'id of the transaction, or its first digits (4 or more)' }],
  options: {
    dot: flag('--dot', 'print it for graphviz: hearsay tx trace ID --dot | dot -Tsvg > trace.svg'),
  },
  examples: [
    ['tx trace 3fa9', 'the delivery tree of one transaction'],
    ['tx trace 3fa9 --json', 'the same for programs'],
  ],
  async run(context, { args, options }) {
    const { shared, terminal } = context
    if (options.dot && shared.json) throw usageFailure('--dot and --json are two formats', 'choose one')
    const reading = readIdPrefix(args[0] ?? '')
    if (!reading.ok) throw usageFailure(`id: ${reading.message}`)
    const { answers, ...network } = await openVantage(context).ask(reading.value)
    const ids = [...new Set(answers.flatMap(({ records }) => records.map(({ id }) => id)))]
    if (ids.length > 1) throw usageFailure(`${reading.value} is the beginning of ${ids.length} ids`, 'give more digits')
    const id = ids[0] ?? (isHashText(reading.value) ? reading.value : null)
    if (id === null || !answers.some(({ hasIt, records }) => hasIt || records.length > 0))
      throw new Failure(
        'not-found',
        'unknown-transaction',
        `no node of ${network.nodes.length} knows a transaction ${reading.value}`,
        'nodes remember the way of the last 16,384 objects since their start; a recording remembers all: `hearsay replay FILE --trace ID`',
      )
    const journey = journeyOf(
      id,
      network.nodes,
      answers.flatMap(({ records }) => records),
      network.clockErrorMs,
      network.known,
    )
    if (shared.json) terminal.document(traceDocument(journey, answers, network.clockErrorMs))
    else if (options.dot) terminal.out(treeDot(journey))
    else {
      terminal.out(treeText(journey))
      if (network.asked !== null) terminal.note(surveyText(network.asked, answers))
      for (const { name, trouble } of answers)
        if (trouble !== null) terminal.note(`${name} could not be asked: ${troubleText(trouble)}`)
      if (network.clockErrorMs > 0)
        terminal.note(
          `the nodes' clocks are compared: times of different nodes are right to ± ${network.clockErrorMs.toFixed(2)} ms`,
        )
    }
    return 'done'
  },
})

function surveyText(
  { asked, answered, unreachable }: { asked: number; answered: number; unreachable: number },
  answers: readonly TracedAnswer[],
): string {
  const over = answers.filter((answer) => answer.over.length > 0).length
  const ways = over === 0 ? '' : `, ${over} of them over others, which are believed as far as those`
  return `asked through one node: ${answered} of ${asked} answered${ways}${unreachable === 0 ? '' : `, ${unreachable} did not`}`
}
