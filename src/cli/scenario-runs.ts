/** What commands that run scenarios share: from the world to the verdict, the reports and the exit code. */
import type { Experiment } from '../scenario/experiment.ts'
import { missText, reportOf, runDocument, totalOf, totalText, type RunReport } from '../scenario/run-report.ts'
import type { World } from '../scenario/world.ts'
import { value } from './command.ts'
import type { Context } from './context.ts'
import { Failure, usageFailure } from './failure.ts'
import { writeNamed } from './output.ts'
import { readText } from './parse.ts'

/** Files that a verdict goes to beside the terminal. */
export const REPORT_OPTIONS = {
  report: value('--report <file>', 'write verdict, figures and what happened as one HTML file', readText),
  junit: value('--junit <file>', "write the verdict as JUnit's XML", readText),
} as const

interface Files {
  readonly report: string | undefined
  readonly junit: string | undefined
}

/** Before anything starts. @param hint what to do about it */
export function refuseWhatCannotBe(world: World, experiment: Experiment, hint: string): void {
  const refusals = world.refusals(experiment)
  if (refusals.length > 0)
    throw usageFailure(`${experiment.name} can't run in ${world.name}: ${refusals.join('; ')}`, hint)
}

/** The document, the files, and the verdict: a Failure of exit code 8 where something was missed. */
export async function finishRuns(
  { shared, terminal }: Context,
  experiment: Experiment,
  reports: readonly RunReport[],
  files: Files,
): Promise<'done'> {
  const total = totalOf(reports)
  if (shared.json)
    terminal.document({
      ...{ v: 1, name: experiment.name, met: total.missedSeeds.length === 0, total },
      runs: reports.map(runDocument),
    })
  else if (reports.length > 1) terminal.out(`\n${totalText(total)}`)
  await writeReports(experiment, reports, files)
  return verdictOf(reports)
}

/** Tells the first run that missed something, and how many did. */
function verdictOf(reports: readonly RunReport[]): 'done' {
  const failed = reports.filter(({ isMet }) => !isMet)
  const [first] = failed
  if (first === undefined) return 'done'
  const missed = first.judged.filter(({ verdict }) => verdict !== 'met').map(missText)
  const which =
    reports.length === 1 ? '' : `${failed.length} of ${reports.length} runs missed something; seed ${first.seed}: `
  throw new Failure('unmet', 'expectation-missed', which + missed.join('\n  '))
}

async function writeReports(
  experiment: Experiment,
  reports: readonly RunReport[],
  { report, junit }: Files,
): Promise<void> {
  const [{ experimentHtml }, { junitXml }] = await Promise.all([
    import('../scenario/report-html.ts'),
    import('../scenario/junit.ts'),
  ])
  if (report !== undefined) await writeNamed(report, experimentHtml(experiment, reports), '--report')
  if (junit !== undefined) await writeNamed(junit, junitXml(experiment.name, reports), '--junit')
}

/** Runs it once, and shows how far it is. Throws a Failure where it comes to no evidence. */
export async function runOnce(context: Context, world: World, experiment: Experiment): Promise<RunReport> {
  const { terminal, stop } = context
  const outcome = await world.run(experiment, {
    signal: stop,
    onProgress: (text) => {
      terminal.progress(`${experiment.name} in ${world.name}, seed ${experiment.network.seed}: ${text}`)
    },
  })
  terminal.endLive()
  if (outcome.kind === 'aborted') throw new Failure('interrupted', 'interrupted', 'stopped before its end')
  if (outcome.kind === 'failed') throw new Failure('failed', 'run-failed', outcome.message, outcome.hint)
  return reportOf(world.name, experiment, outcome)
}
