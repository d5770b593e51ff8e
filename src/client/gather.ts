/**
 * Asks many nodes for what they recorded: of one object, of everything that they still remember, or of what they told
 * nothing of.
 */
import type { PropagationRecord } from '../domain/propagation.ts'
import type { RememberedObject, SeenCounts, StatusView } from '../domain/views.ts'
import { connect, type Client } from './connect.ts'
import { failureText, type Outcome } from './outcome.ts'

/** How long one node may take to answer, ms: a paused one never does. */
const ANSWER_MS_MAX = 2_000
/** Nodes asked at the same time: enough to overlap their answers, few beside a user's limit of open files. */
const AT_ONCE = 32
/**
 * How long a page of what a node remembers may take, ms: with the answers of many nodes on few cores it waits for its
 * turn.
 */
const PAGE_MS_MAX = 5_000
/** How often a question is asked before its node counts as one that does not answer. */
const ATTEMPTS = 3
/** Objects of a page; the node ends it earlier where they have many records. */
const PAGE_OBJECTS = 500
/** Records that are gathered over all nodes: about 300 MB while the report is made. */
const GATHERED_RECORDS_MAX = 1_000_000
/** And of each node at least: one page. */
const PAGE_RECORDS_MIN = 2_000
/** Ids of one question. */
const IDS_AT_ONCE = 24

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

/** What one node remembers, as far as it could be asked. */
export interface NodeMemory {
  readonly name: string
  /** Why it could not be asked, or not for all; null where it told everything. */
  readonly trouble: string | null
  readonly status: StatusView | null
  /** Names by peer id are the reader's business: peer ids of its mesh on the transactions topic. */
  readonly mesh: readonly string[] | null
  /** Its wall clock when it was asked last, ms. */
  readonly at: number
  /** What happened since it started. */
  readonly seen: SeenCounts | null
  /** The newest first. */
  readonly objects: readonly RememberedObject[]
  /**
   * Objects whose first record is older than this are not among them, ns since the Unix epoch; null: it remembers
   * nothing older.
   */
  readonly edgeNs: bigint | null
}

/** All that the nodes remember, the newest first and at most `recordsMax` records over all of them. */
export function gatherMemory(nodes: readonly AskedNode[], recordsMax = GATHERED_RECORDS_MAX): Promise<NodeMemory[]> {
  const recordsOfOne = Math.max(PAGE_RECORDS_MIN, Math.floor(recordsMax / Math.max(1, nodes.length)))
  return overAll(nodes, (client, name) => memoryOfOne(client, name, recordsOfOne), PAGE_MS_MAX)
}

async function memoryOfOne(client: Client, name: string, recordsMax: number): Promise<NodeMemory> {
  const objects: RememberedObject[] = []
  const [status, mesh] = await Promise.all([client.status(), client.mesh()])
  let seen: SeenCounts | null = null
  let at = 0
  let records = 0
  const end = (trouble: string | null, edgeNs: bigint | null): NodeMemory => ({
    name,
    trouble,
    status: status.ok ? status.value : null,
    mesh: mesh.ok ? (mesh.value.topics.find(({ topic }) => topic === 'transactions')?.mesh ?? []) : null,
    at,
    seen,
    objects,
    edgeNs,
  })
  for (let before: number | undefined; ;) {
    const page = await asked(() => client.memory({ ...(before === undefined ? {} : { before }), limit: PAGE_OBJECTS }))
    if (!page.ok) return end(failureText(page), edgeOf(objects))
    // Counts and clock of the first page: nothing that came after it is missed by the others.
    seen ??= page.value.seen
    if (at === 0) at = page.value.at
    objects.push(...page.value.objects)
    records += page.value.objects.reduce((sum, object) => sum + object.records.length, 0)
    if (page.value.next === null) return end(null, seen.forgotten > 0 ? edgeOf(objects) : null)
    if (records >= recordsMax) return end(null, edgeOf(objects))
    before = page.value.next
  }
}

/** First record of the oldest object. */
function edgeOf(objects: readonly RememberedObject[]): bigint | null {
  const [first] = objects.at(-1)?.records ?? []
  return first === undefined ? null : BigInt(first.t_ns)
}

/** What each node says of the ids that it is asked for; a node that does not answer says nothing. */
export function askForObjects(
  nodes: readonly (AskedNode & { readonly ids: readonly string[] })[],
): Promise<{ readonly name: string; readonly at: number; readonly objects: readonly RememberedObject[] }[]> {
  const idsOf = new Map(nodes.map(({ name, ids }) => [name, ids]))
  return overAll(
    nodes,
    async (client, name) => {
      const objects: RememberedObject[] = []
      const ids = idsOf.get(name) ?? []
      let at = 0
      for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
        const answer = await asked(() => client.memoryOf(ids.slice(from, from + IDS_AT_ONCE)))
        if (!answer.ok) break
        if (at === 0) at = answer.value.at
        objects.push(...answer.value.objects)
      }
      return { name, at, objects }
    },
    PAGE_MS_MAX,
  )
}

/** A question that is asked again: on a busy machine one that was answered late is no node that does not answer. */
async function asked<T>(ask: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask()
    if (answer.ok || attempt >= ATTEMPTS || (answer.kind === 'problem' && answer.status < 429)) return answer
  }
}

async function overAll<T>(
  nodes: readonly AskedNode[],
  ask: (client: Client, name: string) => Promise<T>,
  timeoutMs = ANSWER_MS_MAX,
): Promise<T[]> {
  const answers: T[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let at = next++; at < nodes.length; at = next++) {
      const node = nodes[at]
      if (node === undefined) return
      const client = connect(node.apiUrl, { timeoutMs })
      answers[at] = await ask(client, node.name)
      client.close()
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, nodes.length) }, worker))
  return answers
}
