/** Peers come, greet and go. */
import type { WithMembers } from './members/state.ts'
import type { WithTransactions } from './transactions/state.ts'
import type { WithPeers } from './peers/state.ts'
import type { WithShared } from './shared/state.ts'
import { decodeHello, encodeHello } from '../domain/codec/hello-codec.ts'
import type { Hello } from '../domain/hello.ts'
import type { NetAddress, PeerId } from '../domain/ids.ts'
import { RETURNS_MAX_COUNT } from '../membership/limits.ts'
import { HELLO_TRIES } from '../peers/limits.ts'
import { PROTOCOL_VERSION } from '../domain/protocols.ts'
import { rebuilt } from './blocks/accept-block.ts'
import { catchUp } from './blocks/chain-requests.ts'
import { disconnect } from './peers/disconnect.ts'
import { ask } from './shared/ask.ts'
import type { Machines } from './machines.ts'
import { followMembership } from './members/on-records.ts'
import { tendRepair } from './repair/on-repair.ts'
import { recordChanged } from './members/own-record.ts'
import { penalise } from './peers/penalise.ts'
import type { AskFailure } from '../ports/requests.ts'
import type { Turn } from './shared/turn.ts'

export function onPeerConnected(
  machines: WithShared & WithPeers & WithTransactions & WithMembers,
  peer: PeerId,
  address: NetAddress,
  direction: 'inbound' | 'outbound',
  turn: Turn,
): void {
  if (!machines.peers.offences.admitsPeer(peer, turn.now.wallMs)) {
    disconnect(machines, peer, 'banned', turn)
    return
  }
  const { ip } = machines.peers.table.connected(peer, address, direction, turn.now.monoMs)
  machines.members.discovery.connected(peer, direction === 'outbound' ? (ip ?? '') : null)
  turn.note({ kind: 'peer-joined', peer, address, direction })
  // Whoever dialled asks; the answer greets back, so one exchange tells both.
  if (direction === 'outbound') askHello(machines, peer, turn)
}

/**
 * A dial of ours led to a peer. Where it dialled us at the same moment, its connection can be the first one here and
 * ours the first one there: then each end takes the other for the one who asks, nobody does, and both leave.
 */
export function onPeerDialled(machines: WithShared & WithPeers & WithTransactions, peer: PeerId, turn: Turn): void {
  const entry = machines.peers.table.get(peer)
  if (entry?.direction === 'inbound' && !entry.greeted && !entry.wasAsked) askHello(machines, peer, turn)
}

function askHello(machines: WithShared & WithPeers & WithTransactions, peer: PeerId, turn: Turn): void {
  const entry = machines.peers.table.get(peer)
  if (entry !== undefined) entry.wasAsked = true
  ask(machines, { kind: 'hello', peer }, encodeHello(ownHello(machines)), turn)
}

export function onPeerDisconnected(machines: Machines, peer: PeerId, turn: Turn): void {
  for (const wing of machines.wings) wing.peerGone?.(peer, turn.now)
  const wasOurs = machines.peers.partings.delete(peer) || machines.members.self.isLeaving
  const wasOutbound = machines.peers.table.get(peer)?.direction === 'outbound'
  followMembership(machines, machines.members.membership.onDisconnected(peer, wasOurs, wasOutbound, turn.now), turn)
  recordChanged(machines, 'neighbours', turn)
  for (const found of machines.blocks.compact.peerGone(peer, turn.now.monoMs)) rebuilt(machines, found, turn)
  if (machines.peers.table.disconnected(peer) !== undefined) turn.note({ kind: 'peer-left', peer })
}

/** Answers a hello. Another network's gets our hello all the same, so that both ends can say why they part. */
export function onHelloRequest(machines: Machines, request: number, from: PeerId, bytes: Uint8Array, turn: Turn): void {
  const hello = decodeHello(bytes)
  if (hello === null) {
    turn.do({ kind: 'reply', request, frames: null })
    penalise(machines, from, 'invalid', 'malformed-hello', turn)
    return
  }
  turn.do({ kind: 'reply', request, frames: [encodeHello(ownHello(machines))] })
  greeted(machines, from, hello, 'asked', turn)
}

export function onHelloAnswer(machines: Machines, peer: PeerId, frames: readonly Uint8Array[], turn: Turn): void {
  const hello = frames.length === 1 && frames[0] !== undefined ? decodeHello(frames[0]) : null
  if (hello === null) {
    penalise(machines, peer, 'invalid', 'malformed-hello', turn)
    return
  }
  greeted(machines, peer, hello, 'answered', turn)
}

function greeted(machines: Machines, peer: PeerId, hello: Hello, role: 'asked' | 'answered', turn: Turn): void {
  if (hello.networkId !== machines.shared.networkId || hello.version !== PROTOCOL_VERSION) {
    const [theirs, ours] = [nameOf(hello), nameOf({ networkId: machines.shared.networkId, version: PROTOCOL_VERSION })]
    turn.note({ kind: 'network-refused', peer, theirs, ours })
    const stranger = machines.peers.table.get(peer)
    if (stranger !== undefined)
      machines.peers.redial.unfit(peer, stranger.address, {
        kind: 'other-network',
        detail: `theirs ${theirs}, ours ${ours}`,
      })
    // Whoever asked ends it, after reading the answer; cutting from this side as well could overtake the answer that
    // explains it.
    if (role === 'answered') disconnect(machines, peer, 'another network', turn)
    else machines.peers.strangers.set(peer, turn.now.monoMs)
    return
  }
  const entry = machines.peers.table.get(peer)
  if (entry === undefined) return
  if (role === 'asked' && entry.greeted && entry.hasAsked) cameAgain(machines, peer, turn)
  entry.hasAsked ||= role === 'asked'
  entry.greeted = true
  machines.peers.redial.greeted(peer, entry.address)
  entry.name = hello.name
  entry.head = { height: Number(hello.headHeight), hash: hello.headHash }
  turn.note({ kind: 'peer-greeted', peer, name: hello.name })
  for (const wing of machines.wings) wing.peerGreeted?.(peer, entry.direction === 'outbound', turn.now)
  machines.blocks.chainSync.headTold(peer, entry.head)
  followMembership(machines, machines.members.membership.onConnected(peer, turn.now), turn)
  recordChanged(machines, 'neighbours', turn)
  tendRepair(machines, turn)
  catchUp(machines, turn)
}

/**
 * Whom we dialled and who does not greet, we leave: at once where it does not know our hello and runs something else,
 * after some tries where it is silent, since places that we chose are few and nobody else gets one of them meanwhile
 * (SECURITY.md A40).
 */
export function onHelloFailed(
  machines: WithShared & WithPeers & WithTransactions,
  peer: PeerId,
  reason: AskFailure,
  turn: Turn,
): void {
  const entry = machines.peers.table.get(peer)
  if (entry === undefined) return
  if (reason !== 'unsupported') {
    if (entry.greeted || reason === 'unreachable') return
    entry.hellosFailed++
    if (entry.hellosFailed < HELLO_TRIES) askHello(machines, peer, turn)
    else disconnect(machines, peer, 'it does not say hello', turn)
    return
  }
  machines.peers.redial.unfit(peer, entry.address, { kind: 'not-hearsay', detail: '' })
  disconnect(machines, peer, 'not a hearsay node', turn)
}

/**
 * A peer says hello once, on its first connection. One that does so again has lost that connection, and we have not
 * heard of it yet; or it is another node with the same identity, to whom our streams don't lead as long as the first
 * one is there. Whoever came last is kept: the one that has lost its line is whole again at once, and two with one
 * identity take turns, by which each comes to hear of the other.
 */
function cameAgain(machines: WithPeers, peer: PeerId, turn: Turn): void {
  turn.do({ kind: 'keep-newest', peer })
  const times = (machines.peers.returns.get(peer, turn.now.monoMs) ?? 0) + 1
  machines.peers.returns.set(peer, times, turn.now.monoMs)
  if (times >= RETURNS_MAX_COUNT) turn.note({ kind: 'member-twins', peer })
}

function nameOf({ networkId, version }: Pick<Hello, 'networkId' | 'version'>): string {
  return `${networkId.slice(0, 16)} version ${version}`
}

function ownHello(machines: WithShared & WithTransactions): Hello {
  const { height, hash, settledHeight } = machines.shared.announced
  return {
    version: PROTOCOL_VERSION,
    networkId: machines.shared.networkId,
    headHeight: BigInt(height),
    headHash: hash,
    settledHeight: BigInt(settledHeight),
    mempoolCount: BigInt(machines.transactions.pool.count),
    mempoolFingerprint: machines.transactions.pool.fingerprint(),
    name: machines.shared.config.name,
  }
}
