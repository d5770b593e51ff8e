// `npm run sim -- repair …` and `npm run sim -- membership …`: what both promise, over many seeds.
import { runInChild } from '../../../src/sim/child.ts'
import type { NetworkReport } from '../../../src/sim/network-report.ts'
import { brokenNetworkPromises, networkScenario, type NetworkScenario } from '../../../src/sim/network-scenarios.ts'

/**
 * Runs the seeds, `jobs` at a time; a run that breaks a promise says which, and goes on. Whether all kept every
 * promise.
 */
export async function runNetworkSeeds(options: {
  readonly kind: NetworkScenario
  readonly first: number
  readonly seeds: number
  readonly jobs: number
  readonly json: boolean
}): Promise<boolean> {
  const { kind, first, json } = options
  const seeds = Array.from({ length: options.seeds }, (_, index) => first + index)
  const reports: NetworkReport[] = []
  let failed = 0
  const work = async (): Promise<void> => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      const report = await runInChild(networkScenario(kind, seed))
      const broken = brokenNetworkPromises(kind, seed, report)
      if (broken.length > 0) failed++
      const { repair } = report
      if (repair !== null) reports.push(repair)
      if (json) console.log(JSON.stringify({ kind, seed, broken, coverage: report.coverage, ...repair }))
      else if (repair !== null)
        console.log(`seed ${seed}  ${lineOf(repair)}${broken.map((what) => `\n  BROKEN: ${what}`).join('')}`)
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, options.jobs) }, work))
  console.error(
    `${kind}: ${reports.length - failed} of ${reports.length} runs kept every promise; ${summaryOf(reports)}`,
  )
  return failed === 0
}

function lineOf(report: NetworkReport): string {
  const { compared, noticed } = report
  const { transactions } = compared
  return [
    ...noticed.map(({ kind, node, afterMs }) => `node ${node} ${kind} after ${afterMs ?? '-'} ms`),
    `one pool after ${report.poolsEqualAfterMs ?? '-'} ms`,
    `${transactions.sessions} comparisons found something, ${transactions.bytes} B, the largest ${transactions.largestBytes} B for ${transactions.largestDifference}`,
    `suspected ${report.suspected}, wrongly dead ${report.wronglyDead}`,
    `views agree ${(100 * report.viewAgreement).toFixed(1)} %`,
    `${report.bytesPerSecondPerNode} B/s a node`,
  ].join('  ')
}

function summaryOf(reports: readonly NetworkReport[]): string {
  const longest = (values: readonly (number | null)[]): string =>
    values.length === 0 ? '-' : String(Math.max(...values.map((value) => value ?? Number.POSITIVE_INFINITY)))
  const kinds = [...new Set(reports.flatMap(({ noticed }) => noticed.map(({ kind }) => kind)))]
  return [
    `one pool after at most ${longest(reports.map(({ poolsEqualAfterMs }) => poolsEqualAfterMs))} ms`,
    ...kinds.map((kind) => {
      const times = reports.flatMap(({ noticed }) => noticed.flatMap((one) => (one.kind === kind ? [one.afterMs] : [])))
      return `${kind} everywhere after at most ${longest(times)} ms`
    }),
    `wrongly dead ${reports.reduce((sum, { wronglyDead }) => sum + wronglyDead, 0)}`,
  ].join('; ')
}
