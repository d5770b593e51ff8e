/**
 * What a peer makes of a message, seen from outside: handed on or not, charged to its sender or not. The three
 * verdicts of PROTOCOL.md follow from these two.
 */
import type { Topic } from '../domain/protocols.ts'
import { CHARGED_MS, QUIET_MS, SOON_MS } from './limits.ts'
import { miss, must } from './outcome.ts'
import { until, type PlayedNode } from './played-node.ts'
import type { Stage } from './stage.ts'
import type { MessageParts } from './wire.ts'

/** A message, and on which topic; by default as a valid one is sent. */
export interface Sent {
  readonly topic?: Topic
  readonly data: Uint8Array
  /** Fields beside topic and data. */
  readonly fields?: Partial<MessageParts>
}

/** What is said where a rejection should have been charged. */
export const FREE = 'cost its sender nothing'

/** A stranger publishes it, and it is neither handed on nor forgiven: `reject`. */
export async function rejected(stage: Stage, what: string, sent: Sent): Promise<void> {
  const visitor = await stage.visitor()
  const before = visitor.heard.length
  await keptBack(stage, visitor, what, sent)
  must(await stage.isCharged(visitor, before), `${what} ${FREE}: it is still in the meshes after ${CHARGED_MS} ms`)
}

/** A stranger publishes it, and it is not handed on and costs nothing: `ignore`. Returns the stranger. */
export async function ignored(stage: Stage, what: string, sent: Sent): Promise<PlayedNode> {
  const visitor = await stage.visitor()
  const before = visitor.heard.length
  await keptBack(stage, visitor, what, sent)
  await unharmed(stage, visitor, before, what)
  return visitor
}

/** A stranger publishes it, and it is handed on as it is: `accept`. Returns the stranger. */
export async function accepted(stage: Stage, what: string, sent: Sent): Promise<PlayedNode> {
  const visitor = await stage.visitor()
  await stage.handsOn(visitor, sent.topic ?? 'transactions', sent.data, what)
  return visitor
}

/**
 * What counts as invalid without a verdict, because it is dropped before one: the score of the router says nothing of
 * it, so that its sender sees only the tenth. Misses where ten of them do not end the connection.
 */
export async function offends(stage: Stage, node: PlayedNode, what: string, again: () => Promise<void>): Promise<void> {
  if (!stage.mayBan) return
  for (let count = 0; count < INVALID_MAX && node.isConnected; count++) await again()
  must(await until(() => !node.isConnected, SOON_MS), `${what}, ${INVALID_MAX} times, did not end the connection`)
}

/** Invalid objects of one peer within an hour that ban it (PROTOCOL.md, Offences and bans). */
export const INVALID_MAX = 10

/** Misses where the node is charged for something within the time in which that would show. */
export async function unharmed(stage: Stage, node: PlayedNode, sinceHeard: number, what: string): Promise<void> {
  if (await stage.isCharged(node, sinceHeard, QUIET_MS))
    miss(node.isConnected ? `${what} took its sender out of a mesh` : `${what} ended the connection of its sender`)
}

/** Misses where it is handed on. */
export async function keptBack(stage: Stage, from: PlayedNode, what: string, sent: Sent): Promise<void> {
  const { topic = 'transactions', data, fields } = sent
  const name = stage.setting.topic(topic)
  await stage.keeps(from, topic, data, what, () => from.send({ messages: [{ topic: name, data, ...fields }] }))
}

/** Whether the node hears of an id in a control message of that kind. */
export function hearsId(
  node: PlayedNode,
  kind: 'ihave' | 'iwant' | 'idontwant',
  id: Uint8Array,
  withinMs: number,
): Promise<boolean> {
  const isIt = (other: Uint8Array): boolean => Buffer.from(other).equals(id)
  return until(
    () => node.heard.some(({ rpc }) => rpc.control?.[kind].some(({ messageIDs }) => messageIDs.some(isIt)) === true),
    withinMs,
  )
}
