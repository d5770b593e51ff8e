/** One load from its first transaction to its report. */
import type { Terminal } from '../terminal.ts'
import { waitFor } from '../waiting.ts'
import { ChainFollower } from './chain-follower.ts'
import { Inclusion } from './inclusion.ts'
import type { LaneOptions, Lanes } from './lanes.ts'
import { CHAIN_LOOK_MS, LINE_EVERY_MS, NOTE_EVERY_MS } from './limits.ts'
import { LoadRun } from './load-run.ts'
import { LoadTally } from './load-tally.ts'
import { progressLine, type LoadReport } from './load-text.ts'
import { OpenLoop } from './open-loop.ts'

export interface LoadOptions extends LaneOptions {
  /** Transactions a second. */
  readonly rate: number
  /** How long, ms. */
  readonly duration: number
  /** Whether to wait until all are settled, and how long at most, ms. */
  readonly settled: boolean
  readonly timeout: number
}

/** Sends the load, waits for what was asked for, and reports; a load that is stopped reports what it did until then. */
export async function runLoad(
  { terminal, stop }: { readonly terminal: Terminal; readonly stop: AbortSignal },
  { lanes, network }: Lanes,
  options: LoadOptions,
): Promise<LoadReport> {
  const now = (): number => performance.now()
  const loop = new OpenLoop({ ratePerSecond: options.rate, durationMs: options.duration })
  const tally = new LoadTally(lanes.map(({ name }) => name))
  const inclusion = options.settled ? new Inclusion() : null
  const follower = followerOf(lanes, inclusion, now)
  await follower?.look()
  const ending = new AbortController()
  const { size: sizeBytes } = options
  const run = new LoadRun({ lanes, loop, tally, inclusion, sizeBytes, now, wallMs: Date.now, stop })
  const beside = [
    follower?.follow(ending.signal) ?? Promise.resolve(),
    showProgress(terminal, () => progressLine(tally, options.rate, run.elapsedMs), ending.signal),
  ]
  try {
    const { elapsedMs, isWhole } = await run.whole()
    const durationMs = isWhole ? options.duration : Math.min(options.duration, Math.round(run.elapsedMs))
    const due = isWhole ? loop.total : loop.dueAt(run.elapsedMs)
    if (inclusion !== null) await untilSettled(inclusion, now, options.timeout, stop)
    return {
      network,
      accounts: options.accounts,
      sizeBytes,
      ratePerSecond: options.rate,
      durationMs,
      due,
      elapsedMs,
      figures: tally.figures(),
      inclusion: inclusion?.figures() ?? null,
    }
  } finally {
    ending.abort()
    await Promise.all(beside)
    terminal.endLive()
  }
}

function followerOf(lanes: Lanes['lanes'], inclusion: Inclusion | null, now: () => number): ChainFollower | null {
  const [observed] = lanes
  return inclusion === null || observed === undefined ? null : new ChainFollower(observed.client, inclusion, now)
}

async function untilSettled(
  inclusion: Inclusion,
  now: () => number,
  timeoutMs: number,
  stop: AbortSignal,
): Promise<void> {
  const deadline = now() + timeoutMs
  while (inclusion.missing > 0 && now() < deadline) if (!(await waitFor(CHAIN_LOOK_MS, stop))) return
}

async function showProgress(terminal: Terminal, line: () => string, signal: AbortSignal): Promise<void> {
  while (await waitFor(terminal.isLive ? LINE_EVERY_MS : NOTE_EVERY_MS, signal)) {
    if (terminal.isLive) terminal.live(line())
    else terminal.note(line())
  }
}
