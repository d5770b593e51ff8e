/** The machines: where each is, what is wrong with it, and what doctor must say there. */

export interface Machine {
  readonly name: string
  /** Last part of its address on the switch. */
  readonly number: number
  /** Commands within it, before the node starts. */
  readonly spoilt?: readonly string[]
  /** Its own network, behind a router that translates addresses: the router has the number. */
  readonly isBehind?: boolean
  /** Flags of Node itself. */
  readonly flags?: readonly string[]
  /** What must stand in a line; the first one is shown. */
  readonly says: readonly RegExp[]
  readonly exitCode: number
}

const AHEAD = 'data:text/javascript,const now=Date.now;Date.now=()=>now()+60000'
/** All that a machine refuses that it did not ask for: a firewall in one direction. */
const CLOSED =
  'add table ip f; add chain ip f i { type filter hook input priority 0; }; add rule ip f i ct state new iif != lo drop'
const WELL = [/^✓ reachable: \d+ peers? ha/m, /^✓ the clock is \d+ ms/m, /^✓ peers see it at 10\.77\.0\./m]

export const MACHINES: readonly Machine[] = [
  ...['ann', 'ben', 'cid'].map((name, index) => ({ name, number: index + 1, says: WELL, exitCode: 0 })),
  {
    name: 'behind-a-firewall',
    number: 4,
    spoilt: [`nft '${CLOSED}'`],
    says: [/^! nobody has connected from another machine/m, /TCP port 4601/, /^✓ peers see it at 10\.77\.0\.4/m],
    exitCode: 0,
  },
  {
    name: 'behind-a-router',
    number: 5,
    isBehind: true,
    says: [/^! 3 peers see it at 10\.77\.0\.5, which no interface/m, /--announce \/ip4\/10\.77\.0\.5\/tcp\/4601/],
    exitCode: 0,
  },
  {
    name: 'a-minute-ahead',
    number: 6,
    flags: ['--import', AHEAD],
    says: [
      /^✗ the clock is (59|6[0-3]) s ahead/m,
      /^! the clock is 60\d{3} ms ahead of the median .*give or take \d+ ms/m,
    ],
    exitCode: 7,
  },
]

/** Nodes that all others dial. */
export const DIALLED = [1, 2, 3]
