/** Waits for readiness (readiness.ts has the condition), or says which node waits for what. */
import type { Gap, Outcome } from './control.ts'
import type { NodeRecord } from './host.ts'
import { MESH_MS_MAX } from './limits.ts'
import type { LinkRecord } from './links.ts'
import { readinessWaits, type ObservedNode, type Wait } from './readiness.ts'
import { refuse } from './refuse.ts'
import { until } from './until.ts'

export type Readiness = Outcome<null> & { readonly gaps?: readonly Gap[] }

/**
 * Waits until all nodes that run are ready together.
 * @param concerned nodes that must be among them: one that has failed is a gap at once
 */
export async function whenReady(options: {
  concerned: readonly NodeRecord[]
  nodes: () => readonly NodeRecord[]
  links: () => readonly LinkRecord[]
  /** What a node says of itself. */
  observe: (node: NodeRecord) => Promise<ObservedNode>
  /** How often it is asked, ms. */
  everyMs: number
  signal: AbortSignal
  onProgress: (text: string) => void
}): Promise<Readiness> {
  const { concerned, nodes, signal, onProgress } = options
  /** A process may end at any time, also while the others are waited for. */
  const failed = (): readonly NodeRecord[] => concerned.filter((node) => node.state === 'failed')
  let waits: readonly Wait[] = []
  let told = ''
  const look = async (): Promise<boolean> => {
    if (failed().length > 0) return true
    const live = nodes().filter((node) => node.state === 'ready')
    waits = readinessWaits(await Promise.all(live.map(options.observe)), options.links())
    const text = `${live.length - new Set(waits.map(({ node }) => node)).size} of ${live.length} nodes have their mesh`
    if (text !== told) onProgress(text)
    told = text
    return waits.length === 0
  }
  const isOver = await until(look, { timeoutMs: MESH_MS_MAX, everyMs: options.everyMs, signal })
  if (isOver && failed().length === 0) return { ok: true, value: null }
  const logOf = (name: string): string => nodes().find((node) => node.name === name)?.logFile ?? ''
  const gaps = [
    ...failed().map(({ name, reason }) => ({ node: name, waitsFor: `a restart: ${reason ?? 'it failed'}` })),
    ...(isOver ? [] : waits),
  ].map((wait) => ({ ...wait, logFile: logOf(wait.node) }))
  const [first] = gaps
  if (first === undefined) return refuse('not-ready', 'the network was stopped before it was ready', 'start it again')
  const message = `the network is not ready: ${first.node} waits for ${first.waitsFor}`
  return { ...refuse('not-ready', message, `its log is ${first.logFile}`), gaps }
}
