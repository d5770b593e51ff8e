/** What is not well with the chain and with a validator's own work, in words, and what the status says of the latter. */
import { slotTimeMs } from '../domain/slots.ts'
import type { Now } from '../domain/time.ts'
import type { ValidatorView } from '../domain/views.ts'
import type { Machines } from '../kernel/machines.ts'
import { ownClock, silentUntilMs } from '../kernel/own-clock.ts'

/** A body that is missing for less is on its way, ms. */
const WITHHELD_TOLD_MS = 5_000
/** Proposers that are named. */
const NAMED_MAX = 3

export function chainProblems(machines: Machines, now: Now): readonly string[] {
  return [...withheldProblems(machines, now), ...clockProblems(machines, now), ...proposalProblems(machines, now)]
}

/** Null for a node that makes no blocks. */
export function validatorView(machines: Machines, now: Now): ValidatorView | null {
  const { config, proposal } = machines
  if (config.validator === null) return null
  return {
    key: config.validator,
    lastSignedSlot: proposal.lastSignedSlot < 0 ? null : proposal.lastSignedSlot,
    silentUntil: silentUntilMs(machines, now),
  }
}

function withheldProblems({ chain, chainSync }: Machines, now: Now): readonly string[] {
  const proposers = new Set<string>()
  let height = 0
  for (const { first, tip } of chain.branches()) {
    const sinceMs = chainSync.withheldSinceMs(first.hash)
    if (sinceMs === null || now.monoMs - sinceMs < WITHHELD_TOLD_MS) continue
    proposers.add(first.proposer)
    height = Math.max(height, tip.height)
  }
  if (proposers.size === 0) return []
  const [named, more] = [[...proposers].slice(0, NAMED_MAX), proposers.size - NAMED_MAX]
  const whose = `proposer${proposers.size === 1 ? '' : 's'} ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return [`knows a better head, at height ${height}, whose bodies nobody has (${whose})`]
}

function clockProblems(machines: Machines, now: Now): readonly string[] {
  const clock = ownClock(machines, now)
  if (clock?.isOff !== true) return []
  const { aheadMs, voters } = clock
  const by = `${Math.round(Math.abs(aheadMs) / 1_000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'}`
  const silence = machines.config.validator === null ? '' : '; no blocks are signed until then'
  return [`the clock is ${by} those of ${voters} peers (median): set it right${silence}`]
}

function proposalProblems(machines: Machines, now: Now): readonly string[] {
  const { config, proposal } = machines
  const problems: string[] = []
  const untilMs = silentUntilMs(machines, now)
  if (untilMs !== null) {
    const begins = new Date(slotTimeMs(config.network, proposal.lastSignedSlot)).toISOString()
    const until = new Date(untilMs).toISOString()
    problems.push(
      `this validator has signed for slot ${proposal.lastSignedSlot}, which begins at ${begins}: it makes no block until ${until}`,
    )
  }
  if (proposal.refused !== null)
    problems.push(`its own block for slot ${proposal.refused.slot} was not taken: ${proposal.refused.code}`)
  return problems
}
