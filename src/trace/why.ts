/**
 * Why one node did not relay an object to another, from what both say: their records of it, their peers and what the
 * supervisor knows. Pure; the first finding that holds is the answer, the others are told too. A node that got the
 * object from elsewhere first needed no copy.
 */
import { isThere } from './attendance.ts'
import type { PropagationRecord } from '../domain/propagation.ts'
import type { PeersView } from '../domain/views.ts'

export interface Side {
  readonly name: string
  readonly peerId: string
  /** Why it could not be asked; null where it answered. */
  readonly trouble: string | null
  readonly known: boolean
  readonly records: readonly PropagationRecord[]
  readonly peers: PeersView | null
}

/**
 * In the order of what would have to change first: what was sent, then what keeps anything from being sent, then why it
 * was not needed.
 */
const WHY_CODES = [
  'relayed', // B has it from A
  'refused', // B refused what A sent
  'copied', // B had it already, and A sent a copy
  'node-down', // one of them does not run
  'not-asked', // one of them could not be asked: nothing is concluded from that
  'not-held', // A does not have it
  'cut', // their link is cut by a partition
  'banned', // one of them has banned the other
  'link-down', // they are not connected
  'score', // A's or B's score of the other is below what gossip needs
  'seen', // B had it from another before A would have sent it: it told A so, or A saw the copy
  'not-in-mesh', // A sends whole messages to its mesh only, and B is not in it
  'unknown',
] as const
export type WhyCode = (typeof WHY_CODES)[number]

export interface Finding {
  readonly code: WhyCode
  readonly text: string
}

export interface WhyQuestion {
  readonly a: Side
  readonly b: Side
  /** Groups that a partition separates now; null where there is none. */
  readonly partition: readonly (readonly string[])[] | null
  /** Score below which a router doesn't gossip with a peer. */
  readonly gossipThreshold: number
  readonly nameOf: (peerId: string) => string
}

/** At least one finding, the decisive one first. */
export function why(question: WhyQuestion): readonly Finding[] {
  const findings = [...outcomes(question), ...obstacles(question)].sort(
    (a, b) => WHY_CODES.indexOf(a.code) - WHY_CODES.indexOf(b.code),
  )
  return findings.length > 0
    ? findings
    : [
        {
          code: 'unknown',
          text: `${question.a.name} has it and ${question.b.name} is in its mesh, and neither remembers a copy: it was before their memory, or it is on its way`,
        },
      ]
}

function outcomes({ a, b, nameOf }: WhyQuestion): Finding[] {
  const findings: Finding[] = []
  const add = (code: WhyCode, text: string): void => {
    findings.push({ code, text })
  }
  const fromA = b.records.filter(({ from }) => from === a.peerId)
  const first = [...b.records].filter(isSight).sort(byTime)[0]
  const refusal = fromA.find(({ event }) => event === 'REJECT' || event === 'IGNORE')
  if (first?.from === a.peerId) add('relayed', `${b.name} has it from ${a.name}: it was relayed, first of all`)
  if (refusal !== undefined)
    add(
      'refused',
      `${b.name} ${refusal.event === 'REJECT' ? 'refused' : 'ignored'} what ${a.name} sent: ${refusal.reason ?? 'unknown'}`,
    )
  const copies = fromA.filter(({ event }) => event === 'DUPLICATE').length
  const source = first === undefined ? null : first.from === null ? 'its own user' : nameOf(first.from)
  if (copies > 0 && first?.from !== a.peerId)
    add(
      'copied',
      `${a.name} did send it (${copies} ${copies === 1 ? 'copy' : 'copies'}); ${b.name} had it already, from ${source ?? 'elsewhere'}`,
    )
  if (fromA.length > 0) return findings
  const firstA = [...a.records].filter(isSight).sort(byTime)[0]
  if (firstA?.from === b.peerId) add('seen', `${a.name} has it from ${b.name} itself, and nobody sends a message back`)
  else if (a.records.some(({ event, from }) => event === 'DUPLICATE' && from === b.peerId))
    add(
      'seen',
      `${b.name} had it from ${source ?? 'elsewhere'} and sent ${a.name} a copy, so ${a.name} did not send it back`,
    )
  else if (first !== undefined && firstA !== undefined && BigInt(first.t_ns) <= BigInt(firstA.t_ns))
    add(
      'seen',
      `${b.name} had it from ${source ?? 'elsewhere'} before ${a.name} had it at all, and says so to its mesh (IDONTWANT)`,
    )
  return findings
}

function obstacles({ a, b, partition, gossipThreshold }: WhyQuestion): Finding[] {
  const findings: Finding[] = []
  const add = (code: WhyCode, text: string): void => {
    findings.push({ code, text })
  }
  for (const { name, trouble } of [a, b]) {
    if (trouble === null) continue
    if (isThere(trouble) && trouble !== 'paused') add('not-asked', `${name} could not be asked: ${trouble}`)
    else add('node-down', `${name} is ${trouble}`)
  }
  if (a.trouble === null && !a.known) {
    const refused = a.records.find(({ event }) => event === 'REJECT' || event === 'IGNORE')
    add(
      'not-held',
      `${a.name} does not have it${refused === undefined ? '' : `: it refused it (${refused.reason ?? 'unknown'})`}`,
    )
  }
  const groupOf = (name: string): number => partition?.findIndex((group) => group.includes(name)) ?? -1
  if (partition !== null && groupOf(a.name) !== groupOf(b.name))
    add('cut', `a partition separates ${a.name} from ${b.name} now`)
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const ban = one.peers?.bans.find(({ subject }) => subject.includes(other.peerId))
    if (ban !== undefined) add('banned', `${one.name} has banned ${other.name}: ${ban.reason}`)
  }
  const theirs = a.peers?.peers.find(({ peerId }) => peerId === b.peerId)
  const ours = b.peers?.peers.find(({ peerId }) => peerId === a.peerId)
  if (a.peers !== null && b.peers !== null && theirs === undefined && ours === undefined)
    add('link-down', `${a.name} and ${b.name} are not connected`)
  for (const [name, other, score] of [
    [a.name, b.name, theirs?.score],
    [b.name, a.name, ours?.score],
  ] as const)
    if (score !== undefined && score < gossipThreshold)
      add('score', `${name}'s score of ${other} is ${score.toFixed(0)}, below the ${gossipThreshold} that gossip needs`)
  if (theirs !== undefined && !theirs.mesh.includes('transactions'))
    add(
      'not-in-mesh',
      `${b.name} is not in the mesh of ${a.name}: it is only told of messages (IHAVE), and asks for what it lacks`,
    )
  return findings
}

function isSight({ event }: PropagationRecord): boolean {
  return event === 'PUBLISH' || event === 'DELIVER' || event === 'RECOVERED'
}

function byTime(x: PropagationRecord, y: PropagationRecord): number {
  return BigInt(x.t_ns) < BigInt(y.t_ns) ? -1 : 1
}
