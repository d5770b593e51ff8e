/**
 * What health looks at: one check for each thing that can be wrong, over the machines and observers. Order is the order
 * in which they are told.
 */
import type { DialFailure } from '../domain/dial.ts'
import type { Machines } from '../kernel/machines.ts'
import { chainChecks } from './chain-health.ts'
import type { FileBudget } from './file-budget.ts'
import type { HealthCheck } from './health.ts'
import { LOOP_LATE_MS, MEMORY_SHORT_SHOWN_MS, UNREACHED_FAILURES, UNTAKEN_MS } from './limits.ts'
import type { Clock } from './clock.ts'
import type { Observer } from './observe.ts'
import type { Vitals } from './vitals.ts'

export interface HealthSources {
  readonly machines: Machines
  readonly observer: Observer
  readonly clock: Pick<Clock, 'now'>
  readonly vitals: Vitals
  readonly fallbackReason: string | null
  readonly files: FileBudget
  /** Lines of the log that could not be written so far. */
  readonly lostLines: () => number
}

export function healthChecks({
  machines,
  observer,
  clock,
  vitals,
  fallbackReason,
  files,
  lostLines,
}: HealthSources): HealthCheck[] {
  return [
    () => (observer.storeFailure === null ? null : { code: 'store-failed', reason: observer.storeFailure }),
    () => {
      if (machines.peers.table.size > 0) return null
      const configured = configuredDials(machines)
      return { code: 'no-peers', configured: configured.length, failure: commonFailure(configured) }
    },
    () => {
      const twin = machines.shared.twin.view(clock.now().monoMs)
      if (twin === null) return null
      const since = new Date(twin.startedAtMs).toISOString()
      return { code: twin.isYounger ? 'identity-shared' : 'identity-copied', since }
    },
    () => {
      const twins = observer.twins.lately(clock.now().monoMs)
      return twins === null ? null : { code: 'peer-twins', peer: twins.last, times: twins.times }
    },
    () => {
      const configured = configuredDials(machines)
      const missing = configured.filter(
        // One list of names for all nodes has this one among them.
        ({ address, state, failures, failure }) =>
          state !== 'connected' &&
          failures >= UNREACHED_FAILURES &&
          !(failure?.kind === 'self' && address.startsWith('/dns')),
      )
      const failure = commonFailure(missing)
      if (machines.peers.table.size === 0 || failure === null) return null
      return {
        code: 'unreached',
        missing: missing.map(({ address }) => address),
        configured: configured.length,
        failure,
      }
    },
    () => {
      const strangers = observer.strangers.lately(clock.now().monoMs)
      return strangers === null ? null : { code: 'other-network', times: strangers.times, theirs: strangers.last }
    },
    () => {
      const ignored = observer.ignoredPeers.lately(clock.now().monoMs)
      return ignored === null ? null : { code: 'peer-ignored', ...ignored }
    },
    () => {
      const { transactions, peers } = machines.transactions.offers.untaken(clock.now().monoMs, UNTAKEN_MS)
      return transactions === 0 ? null : { code: 'own-untaken', transactions, peers }
    },
    () =>
      machines.peers.table.size === 0 || machines.transactions.audience.mesh > 0
        ? null
        : { code: 'no-mesh', peers: machines.peers.table.size },
    () => {
      const short = observer.memoryShortage
      return short !== null && clock.now().monoMs - short.monoMs < MEMORY_SHORT_SHOWN_MS
        ? { code: 'memory-short', rssBytes: short.rssBytes }
        : null
    },
    () => {
      const { maxMs, windowMs } = vitals.eventLoopDelay()
      return maxMs < LOOP_LATE_MS ? null : { code: 'loop-late', maxMs, windowMs }
    },
    () => {
      const { filesMax, wanted, connectionsMax } = files
      return connectionsMax === wanted.connectionsMax || filesMax === null
        ? null
        : { code: 'few-files', filesMax, wanted: wanted.connectionsMax, connectionsMax }
    },
    () => (lostLines() === 0 ? null : { code: 'log-lost', lines: lostLines() }),
    ...chainChecks(machines, clock),
    () => (fallbackReason === null ? null : { code: 'slow-verifier', reason: fallbackReason }),
  ]
}

type Dial = ReturnType<Machines['peers']['redial']['stories']>[number]

function configuredDials({ peers: { redial } }: Machines): readonly Dial[] {
  return redial.stories().filter(({ isConfigured }) => isConfigured)
}

/** Why most of these were not reached; null where none has failed yet. */
function commonFailure(dials: readonly Dial[]): DialFailure | null {
  const failures = dials.map(({ failure }) => failure).filter((failure) => failure !== null)
  const timesOf = (kind: DialFailure['kind']): number => failures.filter((failure) => failure.kind === kind).length
  return failures.toSorted((a, b) => timesOf(b.kind) - timesOf(a.kind))[0] ?? null
}
