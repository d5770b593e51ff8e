/** The network: five machines with three nodes each, and two that something is wrong with. */
import { CLOSED, MINUTE_AHEAD } from '../../../test/toolkit/processes/switch.ts'

export interface Place {
  readonly machine: string
  /** Which node of its machine. */
  readonly index: number
}

export const MACHINES = ['ann', 'ben', 'cid', 'dee', 'eve'] as const
const NODES_EACH = 3

export const PLACES: readonly Place[] = MACHINES.flatMap((machine) =>
  Array.from({ length: NODES_EACH }, (_, index) => ({ machine, index })),
)

export const nameOf = ({ machine, index }: Place): string => `${machine}-${index}`
export const apiOf = ({ index }: Place): string => `127.0.0.1:${4_700 + index}`
export const listenOf = ({ index }: Place): string => `/ip4/0.0.0.0/tcp/${4_601 + index}`

/** Machines that join later, and what doctor must say there. */
export interface Spoilt {
  readonly machine: string
  readonly spoilt?: string
  readonly flags?: readonly string[]
  readonly says: RegExp
  readonly exitCode: number
}

export const SPOILT: readonly Spoilt[] = [
  { machine: 'fay', flags: ['--import', MINUTE_AHEAD], says: /^✗ the clock is (59|6[0-3]) s ahead.*/m, exitCode: 7 },
  { machine: 'gus', spoilt: CLOSED, says: /^! \d+ peers? dialled this node back in vain: no answer.*/m, exitCode: 0 },
]
