/**
 * `tx send --watch`: shows a transaction spread over the nodes, and with --settled how it comes into a settled block.
 */
import type { SubmitView } from '../domain/views.ts'
import type { Context } from './context.ts'
import type { CoverageFigures } from './coverage.ts'
import { coverageLine, laggardLines } from './coverage-text.ts'
import { connect } from '../client/connect.ts'
import { CoverageWatch, type Watch, type WatchOptions } from './coverage-watch.ts'
import { readTestnetManifest, type Target } from './discovery.ts'
import type { Outcome } from './exit.ts'
import { Failure } from './failure.ts'
import { settlementLine, type SettlementFigures } from './settlement.ts'
import { SurveyWatch } from './survey-watch.ts'
import { SURVEY_ANSWER_MS_MAX } from './trace-network.ts'
import { watchSettlement, type SettlementEnd } from './settlement-watch.ts'

/** The live line is drawn at most this often, ms. */
const DRAW_EVERY_MS = 50
/** How old what the supervisor wrote down may be, ms. */
const MANIFEST_AGE_MS_MAX = 250

export interface FollowOptions {
  /** Share of the nodes that is waited for, above 0 and up to 1. */
  readonly until: number
  /** For all that is waited for, ms. */
  readonly timeout: number
  readonly settled: boolean
}

export interface Following {
  /** Opened before the transaction is sent. */
  readonly watch: Watch
  /** Waits for what was asked for, and prints what it came to. */
  follow(submitted: SubmitView, options: FollowOptions): Promise<Outcome>
}

/**
 * Follows a transaction over the nodes of the target's testnet, or over all nodes that the target can reach where there
 * is none.
 */
export async function openFollowing(
  context: Context,
  target: Target,
  id: string,
  nodeName: string,
): Promise<Following> {
  const watched = watchedNodes(context, target, id, nodeName)
  const isAlone = target.manifest === null && !(await asksOthers(context, target, id, nodeName))
  const watch =
    target.manifest === null && !isAlone
      ? new SurveyWatch({ id, apiUrl: target.apiUrl, name: nodeName, stop: context.stop })
      : new CoverageWatch(watched)
  return { watch, follow: (submitted, options) => follow(context, watch, watched, submitted, options) }
}

function watchedNodes(context: Context, { manifest, apiUrl }: Target, id: string, nodeName: string): WatchOptions {
  const { stop } = context
  if (manifest === null) return { id, nodes: [{ name: nodeName, apiUrl }], stateOf: () => null, stop }
  let states = new Map(manifest.nodes.map((node) => [node.name, node.state]))
  let readAt = performance.now()
  const stateOf: WatchOptions['stateOf'] = (name) => {
    // Nodes come and go while we wait; the supervisor writes it down.
    if (performance.now() - readAt > MANIFEST_AGE_MS_MAX) {
      states = new Map(readTestnetManifest(manifest.home)?.nodes.map((node) => [node.name, node.state]))
      readAt = performance.now()
    }
    return states.get(name) ?? 'stopped'
  }
  return { id, nodes: manifest.nodes, stateOf, stop }
}

/** Whether the node asks the others for us. */
async function asksOthers(context: Context, { apiUrl }: Target, id: string, nodeName: string): Promise<boolean> {
  const client = connect(apiUrl, { timeoutMs: SURVEY_ANSWER_MS_MAX })
  const survey = await client.observations(id, { samples: 1, waitMs: 100 })
  client.close()
  // Busy or silent for a moment: it will answer.
  if (survey.ok || survey.kind === 'unreachable' || survey.status === 503 || survey.status === 429) return true
  const why = survey.problem.code === 'observe-off' ? ` (${survey.problem.hint})` : ''
  context.terminal.note(`${nodeName} does not ask other nodes${why}: the coverage is over this one node`)
  return false
}

async function follow(
  context: Context,
  watch: Watch,
  watched: WatchOptions,
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
  const settlement = await watchSettlement(watched, { share, timeoutMs }, (now) => draw(settlementLine(now)))
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
