/** What one RPC may hold and cost, beyond what its decoding bounds. Pure. */
import type { MessageId } from '../../domain/ids.ts'
import { IDS_PER_UNIT } from './limits.ts'
import { RPC_BYTES_MAX, RPC_MESSAGES_MAX } from './gossip-options.ts'
import type { Rpc, RpcMessage } from './router.ts'

/** Bytes of messages answered to one IWANT in one RPC: leaves a third of the largest RPC for topics and framing. */
const ANSWER_BYTES_MAX = Math.floor((RPC_BYTES_MAX * 2) / 3)
/** Messages answered in one RPC: half of what the other side takes, since control may ride along. */
const ANSWER_MESSAGES_MAX = RPC_MESSAGES_MAX / 2

/** What an RPC costs of its sender's budget (limits.ts, rpcBudget). */
export function costOf(rpc: Rpc): number {
  let ids = 0
  for (const lists of [rpc.control?.ihave, rpc.control?.iwant, rpc.control?.idontwant])
    for (const list of lists ?? []) ids += list.messageIDs.length
  return 1 + rpc.messages.length + Math.ceil(ids / IDS_PER_UNIT)
}

/** What of an RPC says nothing, or may change nothing: an empty one, and each subscription, graft and prune. */
export function idleThings(rpc: Rpc): number {
  const { subscriptions, messages, control } = rpc
  const entries = subscriptions.length + (control?.graft.length ?? 0) + (control?.prune.length ?? 0)
  if (entries > 0 || messages.length > 0) return entries
  const ids = (control?.ihave.length ?? 0) + (control?.iwant.length ?? 0) + (control?.idontwant.length ?? 0)
  return ids > 0 ? 0 : 1
}

/**
 * Whether a relayer may have handed the message on without seeing what is wrong with it: a key alone, at which not
 * every library looks. It goes no further, and is nobody's offence.
 */
export function isBlameless({ key, ...rest }: RpcMessage, topics: ReadonlySet<string>): boolean {
  return key !== undefined && isPlain(rest, topics)
}

/**
 * Whether an honest node may have sent the message: on one of our topics, with data, and without the four fields that
 * StrictNoSign forbids. We don't leave it to the router to hold all of them empty (SECURITY.md L10).
 */
export function isPlain(message: RpcMessage, topics: ReadonlySet<string>): boolean {
  return (
    topics.has(message.topic) &&
    message.data !== undefined &&
    message.data.byteLength > 0 &&
    message.from === undefined &&
    message.seqno === undefined &&
    message.signature === undefined &&
    message.key === undefined
  )
}

/**
 * Cuts what an IWANT asks for into lists whose answers the asker can decode: the router answers one IWANT with one RPC,
 * however large. `sizeOf`: length of a known message, 0 of an unknown one.
 */
export function answerable(
  asked: readonly Uint8Array[],
  textOf: (id: Uint8Array) => string,
  sizeOf: (id: MessageId) => number,
): Uint8Array[][] {
  const lists: Uint8Array[][] = []
  let list: Uint8Array[] = []
  let bytes = 0
  for (const id of asked) {
    const size = sizeOf(textOf(id) as MessageId)
    if (list.length > 0 && (list.length === ANSWER_MESSAGES_MAX || bytes + size > ANSWER_BYTES_MAX)) {
      lists.push(list)
      list = []
      bytes = 0
    }
    list.push(id)
    bytes += size
  }
  if (list.length > 0) lists.push(list)
  return lists
}

/**
 * Cuts what we ask for by IWANT into RPCs of no more ids than we take messages in an answer: go-libp2p-pubsub answers
 * one IWANT with one RPC, which it cuts by its bytes alone, and an honest answer must be no offence.
 */
export function askable(rpc: Rpc): readonly Rpc[] {
  const { control } = rpc
  if (control === undefined || control.iwant.length === 0) return [rpc]
  const asked = control.iwant.flatMap((list) => list.messageIDs)
  if (asked.length <= RPC_MESSAGES_MAX) return [rpc]
  const further: Rpc[] = []
  for (let at = RPC_MESSAGES_MAX; at < asked.length; at += RPC_MESSAGES_MAX) {
    further.push(iwantRpc(asked.slice(at, at + RPC_MESSAGES_MAX)))
  }
  return [{ ...rpc, control: { ...control, iwant: [{ messageIDs: asked.slice(0, RPC_MESSAGES_MAX) }] } }, ...further]
}

/** An RPC that asks for these ids and says nothing else. */
export function iwantRpc(messageIDs: Uint8Array[]): Rpc {
  const control = { ihave: [], iwant: [{ messageIDs }], idontwant: [], graft: [], prune: [] }
  return { subscriptions: [], messages: [], control }
}
