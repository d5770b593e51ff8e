/**
 * `tx send --watch`: shows a transaction spread over the nodes, and with --settled how it comes into a settled block.
 */
import type { SubmitView } from '../domain/views.ts'
import type { Context } from './context.ts'
import type { CoverageFigures } from './coverage.ts'
import { coverageLine, laggardLines } from './coverage-text.ts'
import type { Outcome } from './exit.ts'
import { Failure } from './failure.ts'
import { settlementLine, type SettlementFigures } from './settlement.ts'
import { watchSettlement, type SettlementEnd } from './settlement-watch.ts'
import type { Following } from './vantage/vantage.ts'

/** The live line is drawn at most this often, ms. */
const DRAW_EVERY_MS = 50

export interface FollowOptions {
  /** Share of the nodes that is waited for, above 0 and up to 1. */
  readonly until: number
  /** For all that is waited for, ms. */
  readonly timeout: number
  readonly settled: boolean
}

/** Waits for what was asked for, and prints what it came to. */
export async function follow(
  context: Context,
  { watch, settling }: Following,
  submitted: SubmitView,
  { until: share, timeout, settled }: FollowOptions,
): Promise<Outcome> {
  const { shared, terminal } = context
  const { id, status } = submitted
  const startMs = performance.now()
  const draw = drawer(context)
  const print = (more: object): void => {
    const errorMs = watch.clockErrorMs()
    if (shared.json)
      terminal.document({ v: 1, id, status, ...figures, ...(errorMs > 0 && { clockErrorMs: errorMs }), ...more })
  }
  const end = await watch.until(share, timeout, status === 'known', (figures) => draw(coverageLine(figures)))
  const figures = watch.figures()
  terminal.endLive()
  if (!shared.json) {
    terminal.out(coverageLine(figures))
    for (const line of laggardLines(figures)) terminal.out(line)
    const errorMs = watch.clockErrorMs()
    if (errorMs > 0) terminal.note(`times of different nodes: ± ${errorMs.toFixed(2)} ms`)
  }
  if (end !== 'reached' || !settled) {
    print({})
    if (end === 'stopped') return 'interrupted'
    if (end === 'late') throw uncovered(id, figures, { share, timeout })
    return 'done'
  }
  const timeoutMs = Math.max(0, timeout - (performance.now() - startMs))
  const settlement = await watchSettlement(settling, { share, timeoutMs }, (now) => draw(settlementLine(now)))
  const settledMs = settlement.end === 'settled' ? Math.round(performance.now() - startMs) : null
  terminal.endLive()
  print({ settlement: { ...settlement.figures, settledMs } })
  if (!shared.json) {
    const after = settledMs === null ? '' : ` after ${(settledMs / 1_000).toFixed(1)} s`
    terminal.out(`${settlementLine(settlement.figures)}${after}`)
    if (settlement.end !== 'lost') for (const line of laggardLines(settlement.figures)) terminal.out(line)
  }
  if (settlement.end === 'stopped') return 'interrupted'
  const failure = unsettled(id, settlement.end, settlement.figures, { share, timeout })
  if (failure !== null) throw failure
  return 'done'
}

function drawer({ terminal }: Context): (line: string) => void {
  let drawnAt = Number.NEGATIVE_INFINITY
  return (line) => {
    if (performance.now() - drawnAt < DRAW_EVERY_MS) return
    drawnAt = performance.now()
    terminal.live(line)
  }
}

interface Wish {
  readonly share: number
  readonly timeout: number
}

function uncovered(id: string, { reached, nodes, laggards }: CoverageFigures, { share, timeout }: Wish): Failure {
  return new Failure(
    'target-missed',
    'target-missed',
    `${reached} of ${nodes} nodes have it after ${timeout} ms, and ${share * 100}% were asked for; without it: ${laggards.map(({ name, reason }) => `${name} (${reason})`).join(', ')}`,
    `the transaction is accepted and goes on spreading; \`hearsay tx show ${id.slice(0, 12)} --node NAME\` asks one node`,
  )
}

/** Null where it is settled. */
function unsettled(
  id: string,
  end: Exclude<SettlementEnd, 'stopped'>,
  figures: SettlementFigures,
  { share, timeout }: Wish,
): Failure | null {
  switch (end) {
    case 'settled':
      return null
    case 'lost':
      return new Failure(
        'target-missed',
        figures.lostAs ?? 'expired',
        `it will not be in a block: ${settlementLine(figures)}`,
        'send another one; its nonce is free unless it was replaced',
      )
    case 'late': {
      const { settled, nodes } = figures
      return new Failure(
        'target-missed',
        'target-missed',
        `settled on ${settled} of ${nodes} nodes after ${timeout} ms, and ${share * 100}% were asked for`,
        `\`hearsay tx show ${id.slice(0, 12)}\` says how it stands, \`hearsay block list\` whether blocks are made`,
      )
    }
  }
}
