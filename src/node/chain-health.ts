/** What can be wrong with the chain and with a validator's own work, and what the status says of the latter. */
import { slotTimeMs } from '../domain/slots.ts'
import type { Now } from '../domain/time.ts'
import type { ValidatorView } from '../domain/views.ts'
import type { Machines } from '../kernel/machines.ts'
import { silentUntilMs } from '../kernel/blocks/propose.ts'
import { ownClock } from '../kernel/peers/own-clock.ts'
import type { Clock } from './clock.ts'
import type { HealthCheck } from './health.ts'

export function chainChecks(machines: Machines, clock: Pick<Clock, 'now'>): HealthCheck[] {
  const {
    shared: { config },
    blocks: { proposal, chainSync },
  } = machines
  return [
    () => {
      const withheld = machines.blocks.chain.branches().filter(({ first }) => chainSync.isWithheld(first.hash))
      const [best] = withheld
      if (best === undefined) return null
      const proposers = [...new Set(withheld.map(({ first }) => first.proposer))]
      return { code: 'head-withheld', height: best.tip.height, proposers }
    },
    () => {
      const own = ownClock(machines, clock.now())
      if (own?.isOff !== true) return null
      const { aheadMs, voters } = own
      return { code: 'clock-off', aheadMs, voters, isValidator: config.validator !== null }
    },
    () => {
      const untilMs = silentUntilMs(machines, clock.now())
      if (untilMs === null) return null
      const slot = proposal.lastSignedSlot
      const begins = new Date(slotTimeMs(config.network, slot)).toISOString()
      return { code: 'signed-ahead', slot, begins, until: new Date(untilMs).toISOString() }
    },
    () =>
      proposal.refused === null
        ? null
        : { code: 'own-block-refused', slot: proposal.refused.slot, reason: proposal.refused.code },
  ]
}

/** Null for a node that makes no blocks. */
export function validatorView(machines: Machines, now: Now): ValidatorView | null {
  const {
    shared: { config },
    blocks: { proposal },
  } = machines
  if (config.validator === null) return null
  return {
    key: config.validator,
    lastSignedSlot: proposal.lastSignedSlot < 0 ? null : proposal.lastSignedSlot,
    silentUntil: silentUntilMs(machines, now),
  }
}
