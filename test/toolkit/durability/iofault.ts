/**
 * A disk that fails: from the n-th sync or write on, the system answers EIO or ENOSPC (strace injects it). From the
 * first failure on the node refuses with 503 or ends; what it had acknowledged is there afterwards.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { setStage } from './stage.ts'
import { Writer } from './writer.ts'

export interface IoFaultFigures {
  readonly runs: number
  readonly acknowledged: number
  /** Acknowledged, and not there when the disk works again. */
  readonly lost: number
  /** Acknowledged after the first 503. */
  readonly falseAcknowledgements: number
  readonly stoppedWith503: number
  readonly exited: number
  /** Runs in which the fault never came. */
  readonly unharmed: number
  readonly failuresToOpen: number
}

export interface IoFaultOptions {
  /** Which call is the first to fail, one run each. */
  readonly first: readonly number[]
  /** Which calls fail; all of `FAULTS` unless given. */
  readonly calls?: readonly string[]
  readonly onRun: (name: string, figures: { acknowledged: number; ended: string }) => void
}

const FAULTS = [
  { call: 'fdatasync', error: 'EIO' },
  { call: 'write', error: 'ENOSPC' },
] as const
/** Submissions, one after the other: several go into one write, so far more than the largest `first`. */
const SUBMISSIONS_MAX = 600
/** Refusals after which a run is over: enough to see that nothing is acknowledged after the first. */
const REFUSALS_SEEN = 40

/** Why this machine cannot do it; null when it can. */
export function ioFaultObstacle(): string | null {
  if (process.platform !== 'linux') return 'it needs Linux'
  if (spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', 'true']).status !== 0)
    return 'it needs strace (Debian package strace) and the right to trace'
  return null
}

export async function ioFault({ first, calls, onRun }: IoFaultOptions): Promise<IoFaultFigures> {
  const total = { acknowledged: 0, lost: 0, false: 0, stopped: 0, exited: 0, unharmed: 0, failed: 0 }
  const faults = FAULTS.filter(({ call }) => calls === undefined || calls.includes(call))
  for (const { call, error } of faults) {
    for (const when of first) {
      const stage = setStage('iofault')
      const hurt = { profile: 'bench', logLevel: 'error' } as const
      const healthy = await stage.add('healthy', { ...hurt, wrapper: [] })
      try {
        // The database is made by a healthy disk; it breaks later.
        await healthy.start()
        await healthy.stop()
        const inject = `inject=${call}:error=${error}:when=${when}+`
        // Only calls on the database's log count: a node writes to sockets and logs as well.
        const wrapper = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject]
        if (call === 'write') wrapper.push(...logFiles(healthy.dataDir).flatMap((path) => ['-P', path]))
        const sick = await stage.add('sick', { ...hurt, wrapper, dataDir: healthy.dataDir })
        const writer = new Writer(stage.params)
        let ended = 'never'
        try {
          await sick.start()
          for (let i = 0; i < SUBMISSIONS_MAX && sick.isRunning && writer.refused.length < REFUSALS_SEEN; i++)
            await writer.submit(sick.client)
        } catch {
          ended = 'did not start'
        }
        const firstRefused = writer.refused[0]?.atMs ?? Number.POSITIVE_INFINITY
        total.false += [...writer.acknowledged.values()].filter((atMs) => atMs > firstRefused).length
        const exit = await sick.exited(100)
        if (exit !== null || ended === 'did not start') {
          ended = 'exited'
          total.exited++
        } else if (writer.refused.length > 0 && writer.refused.every(({ status }) => status === 503)) {
          ended = '503'
          total.stopped++
        } else if (writer.refused.length === 0) total.unharmed++
        await sick.end('SIGKILL')
        total.acknowledged += writer.acknowledged.size
        try {
          await healthy.start()
          total.lost += (await writer.lost(healthy.client)).length
        } catch {
          total.failed++
        }
        onRun(`${call} ${error} from ${when}`, { acknowledged: writer.acknowledged.size, ended })
      } finally {
        await stage.close('SIGKILL')
      }
    }
  }
  return {
    runs: faults.length * first.length,
    acknowledged: total.acknowledged,
    lost: total.lost,
    falseAcknowledgements: total.false,
    stoppedWith503: total.stopped,
    exited: total.exited,
    unharmed: total.unharmed,
    failuresToOpen: total.failed,
  }
}

/** The logs that the database writes from its next start on: each start makes one with the next number. */
function logFiles(dataDir: string): string[] {
  return Array.from({ length: 32 }, (_, number) => join(dataDir, 'store', `${String(number + 1).padStart(6, '0')}.log`))
}
