/**
 * What a node finds when it is asked to look at itself: a closed list of findings, each with its words and its weight,
 * and the one place that decides from measured facts which of them hold. Each thing that is looked at ends in exactly
 * one finding, so that "nothing was found" and "nothing could be looked at" are not the same. What health says is told
 * first, in its own words.
 */
import { ipOf } from '../lib/address-group.ts'
import { reachOf } from '../lib/reach.ts'
import type { ReachAnswer, ReachFailure } from './codec/reach-codec.ts'
import { dialWords } from './dial.ts'
import type { ProblemView } from './problems.ts'

/** `unseen`: it can't be told from here. Exit code 7 means that something is `wrong`. */
export type FindingWeight = 'sound' | 'doubtful' | 'wrong' | 'unseen'

export interface FindingView {
  /** Stable name; those of health among them. */
  readonly code: string
  readonly weight: FindingWeight
  readonly message: string
  /** What to do; empty where nothing is to be done. */
  readonly next: string
}

export interface DoctorView {
  readonly v: 1
  readonly ok: boolean
  readonly findings: readonly FindingView[]
}

/** What was measured. Bytes and milliseconds; null where it could not be. */
export interface DoctorFacts {
  readonly problems: readonly ProblemView[]
  /** This clock against the peers' median, and how wrong that may be. */
  readonly clock: { readonly aheadMs: number; readonly errorMs: number; readonly peers: number } | null
  /** Connections by who dialled, from other machines than this one. */
  readonly inbound: number
  readonly outbound: number
  /** What peers found that were asked to dial this node back. */
  readonly dialledBack: readonly ReachAnswer[]
  readonly listen: readonly string[]
  /** Null: where it listens. */
  readonly announce: readonly string[] | null
  readonly api: string | null
  /** IP addresses of this machine, and those that peers say they see it at, with how many do. */
  readonly own: readonly string[]
  readonly seenAt: ReadonlyMap<string, number>
  /** Peers that gossip with this node in one direction only. */
  readonly oneWay: readonly string[]
  readonly peers: number
  readonly mesh: number
  readonly meshWanted: number
  /** How many members run which version; this node's own. */
  readonly versions: Readonly<Record<string, number>>
  readonly version: string
  readonly disk: { readonly freeBytes: number; readonly syncMs: number } | null
  readonly files: { readonly open: number; readonly max: number } | null
  readonly rssBytes: number
  /** What the control group allows. */
  readonly groupBytesMax: number | null
  readonly height: number
  /** The highest head that a living member claims, and who. */
  readonly best: { readonly height: number; readonly names: readonly string[] } | null
}

/** A clock that is further off than this, beyond the error of the measure, makes delays look wrong. */
const CLOCK_APART_MS = 500
/** Blocks of a lag that passes by itself, and of one that does not. */
const LAG_DOUBTFUL = 2
const LAG_WRONG = 10
/** A database grows by this much within hours under load; and LevelDB needs room to compact. */
const DISK_DOUBTFUL_BYTES = 2 * 1_073_741_824
const DISK_WRONG_BYTES = 256 * 1_048_576
/** A transaction is acknowledged after one sync: slower disks bound what one user may hand in. */
const SYNC_SLOW_MS = 50
/** Of a limit that is used up: beyond it, the next burst meets it. */
const SHARE_DOUBTFUL = 0.8

interface Words {
  readonly message: string
  readonly next: string
}

function finding<Facts extends readonly unknown[]>(weight: FindingWeight, words: (...facts: Facts) => Words) {
  return { weight, words }
}

const NOTHING = ''

const FINDINGS = {
  'clock-agrees': finding('sound', (clock: Clock) => ({ message: `the clock ${clockText(clock)}`, next: NOTHING })),
  'clock-apart': finding('doubtful', (clock: Clock) => ({
    message: `the clock ${clockText(clock)}`,
    next: 'let a time service keep it (timedatectl shows whether one does): delays are told wrong by as much',
  })),
  'clock-unseen': finding('unseen', () => ({
    message: 'the clock can not be compared: fewer than three peers have told the time so far',
    next: 'ask again when more peers are connected; `timedatectl` shows whether a time service keeps it',
  })),
  'dialled-back': finding('sound', (reached: number, asked: number) => ({
    message: `reachable: ${reached} of ${asked} ${asked === 1 ? 'peer' : 'peers'} dialled this node back and reached it`,
    next: NOTHING,
  })),
  'not-dialled-back': finding('doubtful', (failures: readonly ReachFailure[], listen: readonly string[]) => ({
    message: `${failures.length} ${failures.length === 1 ? 'peer' : 'peers'} dialled this node back in vain: ${[...new Set(failures)].map((why) => dialWords({ kind: why, detail: '' }).message).join('; ')}`,
    next: `let ${portsText(listen)} through the firewall and the router, and see that --announce names an address of this node`,
  })),
  reached: finding('sound', (inbound: number) => ({
    message: `reachable: ${inbound} ${inbound === 1 ? 'peer has' : 'peers have'} connected from other machines`,
    next: NOTHING,
  })),
  unreached: finding('doubtful', (outbound: number, listen: readonly string[]) => ({
    message: `nobody has connected from another machine, and this node is connected with ${outbound} that it dialled`,
    next: `let ${portsText(listen)} through the firewall and the router, and see that --announce names an address of this node`,
  })),
  'reach-unseen': finding('unseen', () => ({
    message: 'whether others reach this node can not be told: no peer of another machine is connected',
    next: 'connect it with a node on another machine and ask again',
  })),
  'seen-here': finding('sound', (ips: readonly string[]) => ({
    message: `peers see it at ${ips.join(', ')}`,
    next: NOTHING,
  })),
  translated: finding('doubtful', (ip: string, peers: number, listen: readonly string[]) => ({
    message: `${peers} ${peers === 1 ? 'peer sees' : 'peers see'} it at ${ip}, which no interface of this machine has: its address is translated (NAT)`,
    next: `forward ${portsText(listen)} of ${ip} to this machine, and start the node with --announce ${announceText(ip, listen)}`,
  })),
  'address-unseen': finding('unseen', () => ({ message: 'no peer has said where it sees this node', next: NOTHING })),
  ports: finding('sound', (listen: readonly string[], api: string | null) => ({
    message: `peers at ${listen.join(' ') || 'nowhere'}, API ${api ?? 'none'}`,
    next: NOTHING,
  })),
  deaf: finding('doubtful', () => ({
    message: 'it listens nowhere: peers can not connect to it',
    next: 'give it an address with --listen',
  })),
  'one-way': finding('doubtful', (names: readonly string[]) => ({
    message: `gossip goes in one direction only with ${listText(names)}`,
    next: '`hearsay peers` shows which: the node dials them again by itself; where it stays so, their program ends our streams',
  })),
  'links-unseen': finding('unseen', () => ({ message: 'no peer is connected to gossip with', next: NOTHING })),
  'both-ways': finding('sound', (peers: number) => ({
    message: `gossip goes both ways with all of ${peers} ${peers === 1 ? 'peer' : 'peers'}`,
    next: NOTHING,
  })),
  'mesh-stands': finding('sound', (mesh: number, peers: number) => ({
    message: `${mesh} of ${peers} peers in the mesh`,
    next: NOTHING,
  })),
  'mesh-thin': finding('doubtful', (mesh: number, peers: number, wanted: number) => ({
    message: `${mesh} in the mesh, where ${wanted} keep it whole when some go: ${peers < wanted ? `only ${peers} ${peers === 1 ? 'peer is' : 'peers are'} connected` : 'the meshes of the other peers are full, or they score this node low'}`,
    next:
      peers < wanted
        ? 'give it more addresses with --bootstrap, or let it look for peers with --discovery'
        : '`hearsay mesh` shows who hears what, `hearsay peers` the scores; a mesh grows within some seconds',
  })),
  'one-version': finding('sound', (version: string) => ({
    message: `all members run ${version}`,
    next: NOTHING,
  })),
  'versions-differ': finding('doubtful', (versions: Readonly<Record<string, number>>, own: string) => ({
    message: `versions differ: ${Object.entries(versions)
      .map(([version, count]) => `${count} run ${version}`)
      .join(', ')}; this node runs ${own}`,
    next: 'bring all to one version, one node after the other; the changelog says which of them go together',
  })),
  'disk-sound': finding('sound', (disk: Disk) => ({ message: diskText(disk), next: NOTHING })),
  'disk-slow': finding('doubtful', (disk: Disk) => ({
    message: diskText(disk),
    next: 'give it a faster disk: every transaction of a user waits for one sync',
  })),
  'disk-short': finding('doubtful', (disk: Disk) => ({
    message: diskText(disk),
    next: 'make room on the disk of the data directory: when it is full, the node takes nothing more',
  })),
  'disk-full': finding('wrong', (disk: Disk) => ({
    message: diskText(disk),
    next: 'make room on the disk of the data directory now: a failed write ends what the node can promise',
  })),
  'disk-unseen': finding('unseen', () => ({
    message: 'the node keeps nothing on a disk that it can measure',
    next: NOTHING,
  })),
  'files-sound': finding('sound', (open: number, max: number) => ({
    message: `${open} of ${max} files open`,
    next: NOTHING,
  })),
  'files-short': finding('doubtful', (open: number, max: number) => ({
    message: `${open} of ${max} files open`,
    next: 'raise the limit (ulimit -n, LimitNOFILE=) and start the node again',
  })),
  'files-unseen': finding('unseen', () => ({
    message: 'the system does not say how many files may be open',
    next: NOTHING,
  })),
  'memory-sound': finding('sound', (rss: number, max: number | null) => ({
    message: memoryText(rss, max),
    next: NOTHING,
  })),
  'memory-tight': finding('doubtful', (rss: number, max: number | null) => ({
    message: memoryText(rss, max),
    next: 'raise what its control group allows (MemoryMax=, the limit of the container): at the whole of it the kernel ends the node',
  })),
  'head-current': finding('sound', (height: number) => ({
    message: `the head is at ${height}, as others have it`,
    next: NOTHING,
  })),
  'head-behind': finding('doubtful', (height: number, best: Best) => ({
    message: behindText(height, best),
    next: 'it catches up by itself within seconds; ask again',
  })),
  'head-far-behind': finding('wrong', (height: number, best: Best) => ({
    message: behindText(height, best),
    next: '`hearsay peers` shows their heads, `hearsay health` whether bodies are withheld; where no peer is ahead, those members can not be reached from here',
  })),
  'head-unseen': finding('unseen', () => ({ message: 'no other member has told its head', next: NOTHING })),
} as const

export type FindingCode = keyof typeof FINDINGS

export const FINDING_CODES = Object.keys(FINDINGS) as readonly FindingCode[]

type Clock = NonNullable<DoctorFacts['clock']>
type Disk = NonNullable<DoctorFacts['disk']>
type Best = NonNullable<DoctorFacts['best']>

/** Decides which findings hold. */
export function diagnose(facts: DoctorFacts): DoctorView {
  const findings = [
    ...facts.problems.map(({ code, weight, message, cause, next }) => ({
      code,
      weight: weight === 'problem' ? ('wrong' as const) : ('doubtful' as const),
      message: `${message}: ${cause}`,
      next,
    })),
    ...LOOKS.map((look) => look(facts)),
  ]
  return { v: 1, ok: findings.every(({ weight }) => weight !== 'wrong'), findings }
}

function found<Code extends FindingCode>(
  code: Code,
  ...facts: Parameters<(typeof FINDINGS)[Code]['words']>
): FindingView {
  const { weight, words } = FINDINGS[code] as { weight: FindingWeight; words: (...of: typeof facts) => Words }
  return { code, weight, ...words(...facts) }
}

/** Each thing that is looked at, in the order in which it is told. */
const LOOKS: readonly ((facts: DoctorFacts) => FindingView)[] = [
  ({ clock }) => {
    if (clock === null) return found('clock-unseen')
    const isApart = Math.abs(clock.aheadMs) > CLOCK_APART_MS + clock.errorMs
    return found(isApart ? 'clock-apart' : 'clock-agrees', clock)
  },
  ({ inbound, outbound, listen, dialledBack }) => {
    const failed = dialledBack.flatMap((answer) => (answer.kind === 'unreached' ? [answer.why] : []))
    const reached = dialledBack.filter(({ kind }) => kind === 'reached').length
    if (reached > 0) return found('dialled-back', reached, reached + failed.length)
    if (failed.length > 0) return found('not-dialled-back', failed, listen)
    if (inbound > 0) return found('reached', inbound)
    return outbound > 0 ? found('unreached', outbound, listen) : found('reach-unseen')
  },
  ({ seenAt, own, announce, listen }) => {
    const announced = (announce ?? []).map(ipOf)
    const known = new Set([...own, ...announced])
    const [strange] = [...seenAt]
      .filter(([ip]) => !known.has(ip) && reachOf(ip) !== 'loopback')
      .sort(([, a], [, b]) => b - a)
    if (strange !== undefined) return found('translated', strange[0], strange[1], listen)
    return seenAt.size === 0 ? found('address-unseen') : found('seen-here', [...seenAt.keys()])
  },
  ({ listen, api }) => (listen.length === 0 ? found('deaf') : found('ports', listen, api)),
  ({ oneWay, peers }) => {
    if (peers === 0) return found('links-unseen')
    return oneWay.length === 0 ? found('both-ways', peers) : found('one-way', oneWay)
  },
  ({ mesh, peers, meshWanted }) =>
    mesh < meshWanted ? found('mesh-thin', mesh, peers, meshWanted) : found('mesh-stands', mesh, peers),
  ({ versions, version }) =>
    Object.keys(versions).some((other) => other !== version)
      ? found('versions-differ', versions, version)
      : found('one-version', version),
  ({ disk }) => {
    if (disk === null) return found('disk-unseen')
    if (disk.freeBytes < DISK_WRONG_BYTES) return found('disk-full', disk)
    if (disk.freeBytes < DISK_DOUBTFUL_BYTES) return found('disk-short', disk)
    return found(disk.syncMs > SYNC_SLOW_MS ? 'disk-slow' : 'disk-sound', disk)
  },
  ({ files }) => {
    if (files === null) return found('files-unseen')
    return found(files.open > SHARE_DOUBTFUL * files.max ? 'files-short' : 'files-sound', files.open, files.max)
  },
  ({ rssBytes, groupBytesMax }) =>
    found(
      groupBytesMax !== null && rssBytes > SHARE_DOUBTFUL * groupBytesMax ? 'memory-tight' : 'memory-sound',
      rssBytes,
      groupBytesMax,
    ),
  ({ height, best }) => {
    if (best === null) return found('head-unseen')
    const lag = best.height - height
    if (lag < LAG_DOUBTFUL) return found('head-current', height)
    return found(lag < LAG_WRONG ? 'head-behind' : 'head-far-behind', height, best)
  },
]

function clockText({ aheadMs, errorMs, peers }: Clock): string {
  const off = Math.round(Math.abs(aheadMs))
  return `is ${off} ms ${aheadMs < 0 ? 'behind' : 'ahead of'} the median of ${peers} peers, give or take ${Math.ceil(errorMs)} ms`
}

function diskText({ freeBytes, syncMs }: Disk): string {
  return `the disk of its data has ${mebibytes(freeBytes)} free, and syncs a small write in ${syncMs.toFixed(1)} ms`
}

function memoryText(rssBytes: number, max: number | null): string {
  return `it takes ${mebibytes(rssBytes)} of memory${max === null ? '; no control group bounds it' : ` of the ${mebibytes(max)} that its control group allows`}`
}

function behindText(height: number, { height: best, names }: Best): string {
  return `the head is at ${height}, ${best - height} blocks behind what ${listText(names)} ${names.length === 1 ? 'says' : 'say'}`
}

function listText(names: readonly string[]): string {
  return `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MiB`
}

function portOf(listen: readonly string[]): string {
  return /\/tcp\/(\d+)/.exec(listen[0] ?? '')?.[1] ?? '4601'
}

function portsText(listen: readonly string[]): string {
  return `TCP port ${portOf(listen)}`
}

function announceText(ip: string, listen: readonly string[]): string {
  return `/ip${ip.includes(':') ? 6 : 4}/${ip}/tcp/${portOf(listen)}`
}
