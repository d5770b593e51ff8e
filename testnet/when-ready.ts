/** Waits for readiness (readiness.ts has the condition), or says which node waits for what. */
import type { Gap, Outcome } from './control.ts'
import type { NodeRecord } from './host.ts'
import { BUSY_TOLD_MS, MESH_BUSY_MS_MAX, MESH_MS_MAX } from './limits.ts'
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
  const startMs = performance.now()
  let lookedMs = startMs
  let busyMs = 0
  let roundMs = 0
  const look = async (): Promise<boolean> => {
    // Being asked costs nodes time of the start that is waited for: half of it at most, however many they are.
    await pause(roundMs - options.everyMs)
    if (failed().length > 0) return true
    // The wait is for the network: what the machine takes to ask its nodes comes on top, as long as that is bounded.
    if (lookedMs - startMs - Math.min(busyMs, MESH_BUSY_MS_MAX) >= MESH_MS_MAX) return true
    const live = nodes().filter((node) => node.state === 'ready')
    const askedMs = performance.now()
    waits = readinessWaits(await Promise.all(live.map(options.observe)), options.links())
    const nowMs = performance.now()
    roundMs = nowMs - askedMs
    if (waits.some(({ isUnanswered }) => isUnanswered === true)) {
      const isNews = busyMs < BUSY_TOLD_MS && busyMs + nowMs - lookedMs >= BUSY_TOLD_MS
      busyMs += nowMs - lookedMs
      if (isNews) onProgress(busyText(waits.length, live.length))
    }
    lookedMs = nowMs
    const text = `${live.length - new Set(waits.map(({ node }) => node)).size} of ${live.length} nodes have their mesh`
    if (text !== told) onProgress(text)
    told = text
    return waits.length === 0
  }
  await until(look, { timeoutMs: MESH_MS_MAX + MESH_BUSY_MS_MAX, everyMs: options.everyMs, signal })
  const isReady = told !== '' && waits.length === 0
  if (isReady && failed().length === 0) return { ok: true, value: null }
  const logOf = (name: string): string => nodes().find((node) => node.name === name)?.logFile ?? ''
  const gaps = [
    ...failed().map(({ name, reason }) => ({ node: name, waitsFor: `a restart: ${reason ?? 'it failed'}` })),
    ...(failed().length > 0 ? [] : waits),
  ].map((wait) => ({ node: wait.node, waitsFor: wait.waitsFor, logFile: logOf(wait.node) }))
  const [first] = gaps
  if (first === undefined) return refuse('not-ready', 'the network was stopped before it was ready', 'start it again')
  const message = `the network is not ready: ${first.node} waits for ${first.waitsFor}`
  if (failed().length === 0 && waits.some(({ isUnanswered }) => isUnanswered === true))
    return { ...refuse('not-ready', message, busyText(waits.length, nodes().length)), gaps }
  return { ...refuse('not-ready', message, `its log is ${first.logFile}`), gaps }
}

async function pause(ms: number): Promise<void> {
  if (ms > 0)
    await new Promise((resolve) => {
      setTimeout(resolve, ms)
    })
}

function busyText(unanswered: number, live: number): string {
  const who = `${unanswered} of ${live} nodes run and do not answer in time`
  return `${who}: the machine is busy; several nodes in a process need less of it (\`--per-process 8\`)`
}
