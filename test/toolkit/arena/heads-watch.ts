/** Attacks of validators: what every honest node's head does meanwhile. */
import { asBlockHash } from '../../../src/domain/ids.ts'
import { slotAt } from '../../../src/domain/slots.ts'
import type { Ground as Place } from '../../../src/sim/forger.ts'
import { Report } from '../report.ts'
import type { Ground, Validators } from './attack.ts'
import { Gang, Sight } from './sight.ts'

/** How often heads are looked at, ms. */
export const LOOK_MS = 250

/** What each honest node shows its operator. */
export class Watch {
  readonly sights: readonly Sight[]
  readonly #ground: Ground
  readonly #validators: Validators
  #sinceSlot = Number.POSITIVE_INFINITY
  standstill = 0

  constructor(ground: Ground, validators: Validators) {
    this.#ground = ground
    this.#validators = validators
    this.sights = [ground.victim, ...ground.others].map((place) => new Sight(place))
  }

  get slot(): number {
    return slotAt(this.#ground.network, Date.now())
  }

  /** From now on there is something for every block. */
  start(): void {
    this.#sinceSlot = this.slot
  }

  /** Looks at all heads once: how many slots of honest validators have begun above each. */
  async look(): Promise<void> {
    for (const sight of this.sights) {
      const head = await headOf(sight)
      const now = this.slot
      let begun = 0
      for (let slot = Math.max(head?.slot ?? 0, this.#sinceSlot) + 1; slot <= now; slot++)
        if (!this.#validators.attackers.includes(slot % this.#validators.keys)) begun++
      this.standstill = Math.max(this.standstill, begun)
    }
  }

  /** How many nodes say this in their health now. */
  async saying(pattern: RegExp): Promise<number> {
    const health = await Promise.all(this.sights.map((sight) => sight.client.health()))
    return health.filter(
      (answer) => answer.ok && answer.value.details.some(({ code, message }) => pattern.test(`${code} ${message}`)),
    ).length
  }

  close(): void {
    for (const { client } of this.sights) client.close()
  }
}

/** Null where it does not answer. */
export async function headOf(sight: Sight): Promise<Place | null> {
  const outcome = await sight.client.block('head')
  if (!outcome.ok) return null
  const { hash, height, slot, ledgerRoot } = outcome.value
  return { hash: asBlockHash(hash), height, slot, ledgerRoot }
}

/** Runs an attack with its gang and a watch over all honest nodes, and sends the gang home. */
export async function watched(
  ground: Ground,
  validators: Validators,
  body: (report: Report, watch: Watch, gang: Gang) => Promise<void>,
): Promise<Report> {
  const report = new Report()
  const watch = new Watch(ground, validators)
  const gang = new Gang(ground)
  try {
    await body(report, watch, gang)
  } finally {
    watch.close()
    await gang.disband()
  }
  return report
}
