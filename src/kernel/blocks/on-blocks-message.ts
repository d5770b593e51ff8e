/**
 * A compact block from gossip (PROTOCOL.md, Blocks). It is handed on as soon as its header holds, before its body is
 * here: the slot rule bounds how many there can be, and waiting would add a round trip a hop.
 */
import type { WithBlocks } from './state.ts'
import type { WithTransactions } from '../transactions/state.ts'
import type { WithPeers } from '../peers/state.ts'
import type { WithShared } from '../shared/state.ts'
import { decodeCompactBlock } from '../../domain/codec/block-codec.ts'
import type { CompactBlock } from '../../domain/block.ts'
import type { MessageId, PeerId } from '../../domain/ids.ts'
import { REJECTS, type RejectCode } from '../../domain/reject.ts'
import { checkCompact, checkHeader, timingOf } from '../../domain/rules/header-rules.ts'
import { JOBS_MAX } from '../../relay/limits.ts'
import { acceptHeader, lookupFor, rebuilt } from './accept-block.ts'
import type { HeaderJob } from '../shared/jobs.ts'
import { refuseMessage } from '../peers/refuse-message.ts'
import { judge } from '../shared/judge.ts'
import { verify } from '../shared/verify.ts'
import type { Turn } from '../shared/turn.ts'

export interface BlockMessage {
  readonly bytes: Uint8Array
  readonly from: PeerId
  readonly messageId: MessageId
}

export function onBlocksMessage(
  machines: WithShared & WithPeers & WithTransactions & WithBlocks,
  message: BlockMessage,
  turn: Turn,
): void {
  const { from } = message
  if (!machines.peers.offences.admitsPeer(from, turn.now.wallMs)) {
    judge('blocks', message, 'ignore', 1, turn, 'banned')
    return
  }
  const decoded = decodeCompactBlock(message.bytes, machines.blocks.prefix, machines.transactions.prefix)
  if (!decoded.ok) {
    refuse(machines, message, message.messageId, message.bytes.byteLength, decoded.code, turn)
    return
  }
  onCompactBlock(machines, decoded.value, message, turn)
}

/** A compact block that can be read; also one that was held until its slot began. */
export function onCompactBlock(
  machines: WithShared & WithPeers & WithTransactions & WithBlocks,
  block: CompactBlock,
  message: Pick<BlockMessage, 'from' | 'messageId'>,
  turn: Turn,
): void {
  const { header } = block
  const size = block.bytes.byteLength
  const broken = checkHeader(header, machines.shared.config.network, machines.shared.networkId) ?? checkCompact(block)
  if (broken !== null) {
    refuse(machines, message, header.hash, size, broken, turn)
    return
  }
  if (machines.blocks.chain.header(header.hash) !== undefined || machines.blocks.orphans.has(header.hash)) {
    machines.blocks.chainSync.headerRelayed(message.from, header)
    rebuilt(machines, machines.blocks.compact.announced(header.hash, message.from, turn.now.monoMs), turn)
    refuse(machines, message, header.hash, size, 'known', turn)
    return
  }
  const timing = timingOf(header, machines.shared.config.network, turn.now.wallMs)
  if (timing.kind !== 'due') {
    const held = timing.kind === 'early' && machines.blocks.early.hold({ block, ...message }, timing.dueMs)
    if (!held) refuse(machines, message, header.hash, size, 'slot-too-early', turn)
    return
  }
  const code = machines.shared.jobs.size >= JOBS_MAX ? 'overloaded' : machines.blocks.chain.precheck(header)
  if (code !== null) {
    refuse(machines, message, header.hash, size, code, turn)
    return
  }
  const check = { publicKey: header.proposerKey, message: header.signedBytes, signature: header.signature }
  verify(machines, { kind: 'header', block, from: message.from, messageId: message.messageId }, [check], turn)
}

/** The signature of a header was checked. */
export function onHeaderVerified(
  machines: WithShared & WithPeers & WithTransactions & WithBlocks,
  job: HeaderJob,
  valid: boolean,
  turn: Turn,
): void {
  const { header } = job.block
  const size = job.block.bytes.byteLength
  if (!valid) {
    refuse(machines, job, header.hash, size, 'invalid-signature', turn)
    return
  }
  machines.blocks.chainSync.headerRelayed(job.from, header)
  const outcome = acceptHeader(
    machines,
    header,
    { way: 'gossip', from: job.from, messageId: job.messageId, bytes: size },
    turn,
  )
  if (outcome.kind === 'refused') {
    refuse(machines, job, header.hash, size, outcome.code, turn)
    return
  }
  if (outcome.kind === 'orphan') {
    const orphan = { hash: header.hash, parent: header.parent, from: job.from, bytes: size, value: job.block }
    if (!machines.blocks.orphans.add(orphan, turn.now.monoMs)) {
      refuse(machines, job, header.hash, size, 'orphans-full', turn)
      return
    }
  }
  judge('blocks', { from: job.from, messageId: job.messageId, bytes: size }, 'accept', 1, turn)
  if (outcome.kind === 'orphan') return
  const found = machines.blocks.compact.start(job.block, job.from, lookupFor(machines, header), turn.now.monoMs)
  rebuilt(machines, found, turn)
}

/** @param hash the block's, or the message's where the block could not be read */
function refuse(
  machines: WithPeers,
  { from, messageId }: Pick<BlockMessage, 'from' | 'messageId'>,
  hash: string,
  bytes: number,
  code: RejectCode,
  turn: Turn,
): void {
  const verdict = REJECTS[code].verdict === 'reject' ? 'reject' : 'ignore'
  turn.note({ kind: 'block-refused', hash, from, messageId, bytes, code, verdict })
  refuseMessage(machines, 'blocks', { from, messageId, bytes }, code, 1, turn)
}
