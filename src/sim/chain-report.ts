/** Whether heads go on (standstill.ts). */
export interface StandstillFigures {
  /**
   * Slots of honest validators that had something for a block, seen by a node that nothing had befallen: all of them,
   * over all nodes.
   */
  readonly slots: number
  /** The most of these that began at a node one after the other until its head moved; 1: with the first. */
  readonly longest: number
  /** Honest nodes that said, at some time, that they know a head whose bodies nobody has. */
  readonly named: number
}

/**
 * What a simulation says of the chain: whether all nodes agree, and what became of every transaction that a user was
 * told is accepted.
 */
export interface ChainReport {
  /** Different heads among the nodes that run, at the end. */
  readonly heads: number
  /** For how long they have had more than one, ms; 0 where they have one. */
  readonly apartMs: number
  readonly height: number
  /** The lowest settled height. */
  readonly settledHeight: number
  /** From the last fault until all nodes had one head for the first time, ms; null: never. */
  readonly agreedAfterMs: number | null
  /** From the last fault until the last reorg, ms; null where there was none after it. */
  readonly lastReorgAfterMs: number | null
  /** Moves of a head that undid a block, over all nodes. */
  readonly reorgs: number
  readonly deepestReorg: number
  /** Those among them that undid a settled block. */
  readonly settledReorgs: number
  /** Nodes that show another block than the others at a height that is settled with them, or whose step never ended. */
  readonly stuck: readonly number[]
  /** Transactions that a user was told are accepted, and what became of them. */
  readonly accepted: number
  /** In exactly one block of the best chain. */
  readonly included: number
  readonly expired: number
  readonly replaced: number
  /** In no block, but in the pool of some node. */
  readonly waiting: number
  /** Ids of those of which nothing is left. */
  readonly lost: readonly string[]
  /** Ids of transactions that are in two blocks of one chain. */
  readonly twice: readonly string[]
  /** Submissions that were refused, by code. */
  readonly refused: Readonly<Record<string, number>>
  /** Pairs of headers of one slot by one validator that some node saw. */
  readonly evidence: number
  /**
   * Objects that a node could not take and noted against whoever sent them, by code: `invalid` ones, and ones that did
   * not fit its ledger.
   */
  readonly offences: Readonly<Record<string, number>>
  /** Connections that a node ended because of what the peer had sent. */
  readonly cutOff: number
  /** Restarted nodes that came back behind the head that they had announced. */
  readonly steppedBack: number
  readonly restarts: number
  /**
   * Where validators keep bodies back; null elsewhere. `areFew`: they hold less than a third of all keys, so that even
   * in a network that is cut in two nothing they sign can settle two blocks of one height.
   */
  readonly withheld: (StandstillFigures & { readonly askedInVain: number; readonly areFew: boolean }) | null
}

/** What the network promised after the last fault: one head within 15 s. */
const AGREEMENT_MS = 15_000
/**
 * And that heads go on with the second slot in which an honest validator has something for a block, whatever others
 * keep back.
 */
const STANDSTILL_SLOTS_MAX = 2

/**
 * What is wrong with a run; nothing, if all promises were kept. Of nodes that keep bodies back nothing is asked, and
 * slots may be signed twice by them.
 */
export function brokenPromises(report: ChainReport): readonly string[] {
  const { agreedAfterMs, lost, twice, stuck, withheld } = report
  const broken: string[] = []
  const check = (holds: boolean, what: string): void => {
    if (!holds) broken.push(what)
  }
  check(report.height > 0, 'there is no block')
  // Whoever keeps bodies back does so up to the end: what he shows last has the same time as any other fault.
  check(
    report.heads === 1 || (withheld !== null && report.apartMs <= AGREEMENT_MS),
    `${report.heads} heads at the end, for ${report.apartMs} ms`,
  )
  check(
    agreedAfterMs !== null && agreedAfterMs <= AGREEMENT_MS,
    agreedAfterMs === null ? 'there was no moment with one head' : `one head only after ${agreedAfterMs} ms`,
  )
  check(lost.length === 0, `lost: ${lost.join(', ')}`)
  check(twice.length === 0, `in two blocks: ${twice.join(', ')}`)
  check(report.waiting === 0, `${report.waiting} accepted ones are in no block yet`)
  check(stuck.length === 0, `stuck nodes: ${stuck.join(', ')}`)
  check(report.evidence === 0 || withheld !== null, `${report.evidence} slots were signed twice`)
  check(
    withheld?.areFew !== true || report.settledReorgs === 0,
    `${report.settledReorgs} reorgs went across a settled block`,
  )
  check(
    withheld === null || withheld.longest <= STANDSTILL_SLOTS_MAX,
    `a head moved only in the ${withheld?.longest}th slot in which it should have`,
  )
  check(report.steppedBack === 0, `${report.steppedBack} restarted nodes were behind what they had announced`)
  check(report.cutOff === 0, `${report.cutOff} honest peers were cut off`)
  return broken
}
