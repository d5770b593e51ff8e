/** Asks many nodes for what they recorded: of one object, or of everything that they still remember. */
import type { PropagationRecord } from '../domain/propagation.ts'
import type { StreamItem } from './event-stream.ts'
import { connect, type Client } from './connect.ts'

/** How long one node may take to answer, ms: a paused one never does. */
const ANSWER_MS_MAX = 2_000
/** Nodes asked at the same time: enough to overlap their answers, few beside a user's limit of open files. */
const AT_ONCE = 32
/** What a node remembers counts as read when nothing came for so long, ms. */
const QUIET_MS = 250
/** And how long reading it may take on a node where something happens all the time, ms. */
const READ_MS_MAX = 3_000

export interface AskedNode {
  readonly name: string
  readonly apiUrl: string
}

export interface NodeAnswer {
  readonly name: string
  /** Why it could not be asked; null where it answered. */
  readonly trouble: string | null
  readonly records: readonly PropagationRecord[]
  /** It says that it has the object, though it may not remember how it came. */
  readonly hasIt: boolean
}

/** What every node recorded of one object; `id` may be a prefix that is unique on each node. */
export function gatherObject(id: string, nodes: readonly AskedNode[]): Promise<NodeAnswer[]> {
  return overAll(nodes, async (client, name) => {
    const propagation = await client.propagation(id)
    if (!propagation.ok && propagation.kind === 'unreachable')
      return { name, trouble: 'unreachable', records: [], hasIt: false }
    const records = propagation.ok ? propagation.value.records.map((record) => ({ ...record, node: name })) : []
    const hasIt = (propagation.ok && propagation.value.known) || (await client.transaction(id)).ok
    return { name, trouble: null, records, hasIt }
  })
}

export interface NodeMemory {
  readonly name: string
  readonly trouble: string | null
  readonly items: readonly StreamItem[]
}

/** Every event that the nodes still remember of propagation, mesh and blocks. */
export function gatherMemory(nodes: readonly AskedNode[]): Promise<NodeMemory[]> {
  return overAll(nodes, async (client, name) => {
    const reading = new AbortController()
    const items: StreamItem[] = []
    const longest = setTimeout(() => reading.abort(), READ_MS_MAX)
    let quiet = setTimeout(() => reading.abort(), ANSWER_MS_MAX)
    let trouble: string | null = null
    const stream = client.events({
      topics: ['propagation', 'mesh', 'blocks'],
      lastEventId: '0',
      signal: reading.signal,
      reconnect: false,
    })
    for await (const item of stream) {
      if (item.kind === 'disconnected') trouble = 'unreachable'
      else items.push(item)
      clearTimeout(quiet)
      quiet = setTimeout(() => reading.abort(), QUIET_MS)
    }
    clearTimeout(longest)
    clearTimeout(quiet)
    return { name, trouble, items }
  })
}

async function overAll<T>(
  nodes: readonly AskedNode[],
  ask: (client: Client, name: string) => Promise<T>,
): Promise<T[]> {
  const answers: T[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let at = next++; at < nodes.length; at = next++) {
      const node = nodes[at]
      if (node === undefined) return
      const client = connect(node.apiUrl, { timeoutMs: ANSWER_MS_MAX })
      answers[at] = await ask(client, node.name)
      client.close()
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, nodes.length) }, worker))
  return answers
}
