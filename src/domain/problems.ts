/**
 * What can be wrong with a node, in one table: what is seen, what the likely cause is, and what to do next. Health, the
 * log, the metric `hearsay_problem`, the event stream and the command line all say it in these words.
 *
 * A `problem` keeps the node from its work: it is not ready while one holds. A `notice` is for its operator to know;
 * the node goes on. Each counts from when it has held for `afterMs`, so that what passes by itself within moments is
 * not told.
 */
import { dialWords, type DialFailure } from './dial.ts'

export type ProblemWeight = 'problem' | 'notice'

/** One of them as it is told. */
export interface ProblemView {
  readonly code: ProblemCode
  readonly weight: ProblemWeight
  /** What is seen, with its figures. */
  readonly message: string
  /** Why that probably is. */
  readonly cause: string
  /** What to do. */
  readonly next: string
}

interface Words {
  readonly message: string
  readonly cause: string
  readonly next: string
}

interface Kind<Facts> {
  readonly weight: ProblemWeight
  readonly afterMs: number
  readonly words: (facts: Facts) => Words
}

function kind<Facts>(weight: ProblemWeight, afterMs: number, words: (facts: Facts) => Words): Kind<Facts> {
  return { weight, afterMs, words }
}

function addresses(count: number): string {
  return count === 1 ? 'the configured address is' : `the ${count} configured addresses are`
}

/** A mesh grows within a few heartbeats of a second each. */
const MESH_GRACE_MS = 15_000

/** A body that is missing for less is on its way. */
const WITHHELD_GRACE_MS = 5_000

/** Peers of whom everything is ignored. */
export interface IgnoredFacts {
  /** The one of whom most was ignored, how often, and for what reason (a code of reject.ts). */
  readonly peer: string
  readonly times: number
  readonly reason: string
  /** What that says of who sent it. */
  readonly why: 'clock-ahead' | 'clock-behind' | 'other-ledger' | 'other-rules'
  /** Peers of whom everything is ignored and that says the same. */
  readonly peers: number
  /** Peers of whom something was taken or ignored of late. */
  readonly of: number
}

type IgnoredWords = Readonly<Record<IgnoredFacts['why'], { readonly cause: string; readonly next: string }>>

const IGNORED_THERE: IgnoredWords = {
  'clock-ahead': { cause: 'its clock is ahead', next: 'tell its operator; nothing has to be done here' },
  'clock-behind': {
    cause: 'its clock is behind, or it hands on what it has kept for long',
    next: 'tell its operator; nothing has to be done here',
  },
  'other-ledger': {
    cause: 'its chain is behind or on another branch, so that its accounts differ from those here',
    next: '`hearsay peers` shows its head beside the one of this node',
  },
  'other-rules': { cause: 'it runs with a lower fee floor', next: 'compare the network files of both' },
}

const IGNORED_HERE: IgnoredWords = {
  'clock-ahead': {
    cause: 'since it is so with most peers: the clock of this node is behind',
    next: 'set the clock right; the node goes on by itself',
  },
  'clock-behind': {
    cause: 'since it is so with most peers: the clock of this node is ahead',
    next: 'set the clock right; the node goes on by itself',
  },
  'other-ledger': {
    cause: 'since it is so with most peers: the chain of this node is behind or on another branch',
    next: '`hearsay peers` shows their heads beside the one of this node',
  },
  'other-rules': {
    cause: 'since it is so with most peers: the fee floor of this node is higher than theirs',
    next: 'compare the network files',
  },
}

const PROBLEMS = {
  'store-failed': kind('problem', 0, ({ reason }: { reason: string }) => ({
    message: `the store failed: ${reason}`,
    cause: 'the disk is full, broken, or no longer writable; after a failed write nothing that follows can be promised',
    next: 'free or mend the disk and restart the node: what was acknowledged is there',
  })),
  'no-peers': kind('problem', 0, ({ configured, failure }: { configured: number; failure: DialFailure | null }) => {
    if (configured === 0)
      return {
        message: 'no peer is connected, and no address to dial is configured',
        cause: 'the first node of a network has nobody to dial until others dial it',
        next: "give a peer's address with --bootstrap, or give others the address of this node",
      }
    if (failure === null)
      return {
        message: `no peer is connected: ${addresses(configured)} being dialled`,
        cause: 'the node has just started, or its peers have just left',
        next: '`hearsay peers` shows for each address what happened last and when it is tried again',
      }
    const { message, next } = dialWords(failure)
    return {
      message: `no peer is connected: ${addresses(configured)} not reached: ${message}`,
      cause: `that is what most of the last tries came to${failure.detail === '' ? '' : ` (${failure.detail})`}`,
      next: `${next}; \`hearsay peers\` shows each address and when it is tried again`,
    }
  }),
  'identity-shared': kind('problem', 0, ({ since }: { since: string }) => ({
    message: `another node runs with the identity of this one, since ${since}: this one started later, publishes nothing and takes no transactions`,
    cause: 'the data directory was copied, or the same one is used on two machines',
    next: 'stop this node, remove the file `identity` from its data directory, and start it again: it gets an identity of its own',
  })),
  'identity-copied': kind('notice', 0, ({ since }: { since: string }) => ({
    message: `another node runs with the identity of this one, since ${since}; this one started earlier and goes on`,
    cause: 'the data directory was copied, or the same one is used on two machines',
    next: 'find the other one and give it an identity of its own; peers confuse the two as long as it runs',
  })),
  'peer-twins': kind('notice', 0, ({ peer, times }: { peer: string; times: number }) => ({
    message: `two nodes run with the identity ${peer} (their records contradicted each other ${times} ${times === 1 ? 'time' : 'times'} of late)`,
    cause: 'its data directory was copied, or its clock was set back',
    next: 'tell its operator; what one of the two sends may be lost',
  })),
  unreached: kind(
    'notice',
    0,
    ({ missing, configured, failure }: { missing: readonly string[]; configured: number; failure: DialFailure }) => ({
      message: `${missing.length} of ${configured} configured addresses not reached: ${dialWords(failure).message}`,
      cause: `the last tries of ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', …' : ''} failed so`,
      next: dialWords(failure).next,
    }),
  ),
  'other-network': kind('notice', 0, ({ times, theirs }: { times: number; theirs: string }) => ({
    message: `peers of another network (${theirs}) came or were dialled ${times} ${times === 1 ? 'time' : 'times'} of late and were refused`,
    cause: 'they, or this node, run with another network file, or another version of the protocol',
    next: 'compare the network files: every field but the bootstrap addresses must be equal',
  })),
  'peer-ignored': kind('notice', 0, ({ peer, peers, of, times, reason, why }: IgnoredFacts) => ({
    message: `everything that ${peers === 1 ? peer : `${peers} of ${of} peers`} sent of late is ignored: ${reason}, ${times} times${peers === 1 ? '' : ` of ${peer} alone`}`,
    // Of several peers with one and the same fault it is likelier that the fault is here.
    ...(peers > 1 && peers * 2 > of ? IGNORED_HERE : IGNORED_THERE)[why],
  })),
  'own-untaken': kind('notice', 0, ({ transactions, peers }: { transactions: number; peers: number }) => ({
    message: `${transactions} ${transactions === 1 ? 'transaction' : 'transactions'} of this node's users ${transactions === 1 ? 'was' : 'were'} offered to ${peers} ${peers === 1 ? 'peer' : 'peers'}, and nobody has taken ${transactions === 1 ? 'it' : 'any'}`,
    cause:
      'the peers refuse them: the clock of this node is off, its chain is behind or on another branch, or their fee floor is higher; or the peers are overloaded',
    next: '`hearsay status` shows clock and head; they stay in the pool, and are offered again',
  })),
  'no-mesh': kind('problem', MESH_GRACE_MS, ({ peers }: { peers: number }) => ({
    message: `${peers} ${peers === 1 ? 'peer is' : 'peers are'} connected, and none of them is in the mesh`,
    cause: 'they run another protocol version, have their meshes full, or score this node low',
    next: '`hearsay mesh` shows who hears the topics; give further peers with --bootstrap',
  })),
  'few-files': kind(
    'notice',
    0,
    ({ filesMax, wanted, connectionsMax }: { filesMax: number; wanted: number; connectionsMax: number }) => ({
      message: `the process may open ${filesMax} files: ${connectionsMax} connections are allowed instead of ${wanted}`,
      cause: 'the limit of open files of this process (ulimit -n, LimitNOFILE) is lower than what the connections need',
      next: 'raise the limit and restart the node',
    }),
  ),
  'log-lost': kind('notice', 0, ({ lines }: { lines: number }) => ({
    message: `${lines} ${lines === 1 ? 'line' : 'lines'} of the log could not be written`,
    cause: 'whoever read the log is gone or too slow, or its disk is full',
    next: 'look at what the stderr of the node is connected to; what is wrong now stands in /v1/node/health too',
  })),
  'slow-verifier': kind('notice', 0, ({ reason }: { reason: string }) => ({
    message: `signatures are checked by the slow fallback: ${reason}`,
    cause: 'the native library is missing or broken for this machine',
    next: 'install again with `npm ci` on this machine; the node works meanwhile, at a tenth of the rate',
  })),
  'memory-short': kind('notice', 0, ({ rssBytes }: { rssBytes: number }) => ({
    message: `memory is short (${Math.round(rssBytes / 1_048_576)} MiB): inbound peers are disconnected`,
    cause: 'more load than the node is made for, a control group that allows less than it is made for, or a leak',
    next: '`hearsay doctor` shows what the control group allows, /v1/debug/limits what is full; report it if nothing is',
  })),
  'loop-late': kind('notice', 0, ({ maxMs, windowMs }: { maxMs: number; windowMs: number }) => ({
    message: `the process stood still for up to ${Math.round(maxMs)} ms within the last ${Math.round(windowMs / 1_000)} s`,
    cause: 'the machine is overloaded, swaps, or was paused',
    next: 'give the node more of the machine; peers call it suspect when it stands still for seconds',
  })),
  'head-withheld': kind(
    'notice',
    WITHHELD_GRACE_MS,
    ({ height, proposers }: { height: number; proposers: readonly string[] }) => ({
      message: `knows a better head, at height ${height}, whose bodies nobody has (proposer ${proposers.slice(0, 3).join(', ')}${proposers.length > 3 ? ', …' : ''})`,
      cause: 'a validator shows headers and keeps the bodies back, or whoever has them cannot be reached',
      next: 'nothing has to be done: the chain goes on without them, and takes them when they come',
    }),
  ),
  'clock-off': kind(
    'problem',
    0,
    ({ aheadMs, voters, isValidator }: { aheadMs: number; voters: number; isValidator: boolean }) => ({
      message: `the clock is ${Math.round(Math.abs(aheadMs) / 1_000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} those of ${voters} peers (median)${isValidator ? ': no blocks are signed' : ''}`,
      cause: 'the clock of this machine was set wrong, or is not kept by a time service',
      next: 'set the clock right; the node goes on by itself',
    }),
  ),
  'signed-ahead': kind('problem', 0, ({ slot, begins, until }: { slot: number; begins: string; until: string }) => ({
    message: `this validator has signed for slot ${slot}, which begins at ${begins}: it makes no block until ${until}`,
    cause: 'its clock was ahead when it signed, and no slot is signed twice',
    next: 'wait; other validators go on meanwhile. Do not delete the record of signed slots: to sign twice is evidence against you',
  })),
  'own-block-refused': kind('problem', 0, ({ slot, reason }: { slot: number; reason: string }) => ({
    message: `this validator's own block for slot ${slot} was not taken by its own chain: ${reason}`,
    cause: 'the chain had moved on, or has no room for another header',
    next: 'see chain.headers and chain.waiting in /v1/debug/limits; the next block it makes clears this',
  })),
} as const

export type ProblemCode = keyof typeof PROBLEMS

/** A problem with its figures, before it has words. */
export type FoundProblem = {
  [Code in ProblemCode]: { readonly code: Code } & Parameters<(typeof PROBLEMS)[Code]['words']>[0]
}[ProblemCode]

export const PROBLEM_CODES = Object.keys(PROBLEMS) as readonly ProblemCode[]

/** How long it must hold before it is told, ms. */
export function graceMs(code: ProblemCode): number {
  return PROBLEMS[code].afterMs
}

/** Puts it into words. */
export function problemView(found: FoundProblem): ProblemView {
  const { weight, words } = PROBLEMS[found.code] as Kind<FoundProblem>
  return { code: found.code, weight, ...words(found) }
}
