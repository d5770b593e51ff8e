/** The machines: where each is, what is wrong with it, and what doctor must say there. */
import { CLOSED, MINUTE_AHEAD } from '../../../test/toolkit/processes/switch.ts'

export interface Machine {
  readonly name: string
  /** Last part of its address on the switch. */
  readonly number: number
  /** A line of the shell within it, before the node starts. */
  readonly spoilt?: string
  /** Its own network, behind a router that translates addresses: the router has the number. */
  readonly isBehind?: boolean
  /** Flags of Node itself. */
  readonly flags?: readonly string[]
  /** What must stand in a line; the first one is shown. */
  readonly says: readonly RegExp[]
  readonly exitCode: number
}

const WELL = [/^✓ reachable: \d+ of \d+ peers? dialled/m, /^✓ the clock is \d+ ms/m, /^✓ peers see it at 10\.77\.0\./m]

export const MACHINES: readonly Machine[] = [
  ...['ann', 'ben', 'cid'].map((name, index) => ({ name, number: index + 1, says: WELL, exitCode: 0 })),
  {
    name: 'behind-a-firewall',
    number: 4,
    spoilt: CLOSED,
    says: [
      /^! 3 peers dialled this node back in vain: no answer/m,
      /TCP port 4601/,
      /^✓ peers see it at 10\.77\.0\.4/m,
    ],
    exitCode: 0,
  },
  {
    name: 'behind-a-router',
    number: 5,
    isBehind: true,
    says: [
      /^! 3 peers dialled this node back in vain: the connection was refused/m,
      /^! 3 peers see it at 10\.77\.0\.5, which no interface/m,
      /--announce \/ip4\/10\.77\.0\.5\/tcp\/4601/,
    ],
    exitCode: 0,
  },
  {
    name: 'a-minute-ahead',
    number: 6,
    flags: ['--import', MINUTE_AHEAD],
    says: [
      /^✗ the clock is (59|6[0-3]) s ahead/m,
      /^! the clock is 60\d{3} ms ahead of the median .*give or take \d+ ms/m,
    ],
    exitCode: 7,
  },
]

/** Nodes that all others dial. */
export const DIALLED = [1, 2, 3]
