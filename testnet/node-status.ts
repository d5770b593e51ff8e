/**
 * What `testnet status` says of a node, from what the supervisor knows of its process and what the node says of itself.
 */
import type { StatusView } from '../src/domain/views.ts'
import type { NodeStatus } from './control.ts'
import type { NodeRecord } from './host.ts'

type Known = Pick<NodeRecord, 'name' | 'peerId' | 'state' | 'validator' | 'apiUrl' | 'reason'>

/**
 * @param pid of its process; null where none runs
 * @param view what it answered; null where it was not asked, or did not answer
 */
export function nodeStatusOf(node: Known, pid: number | null, view: StatusView | null): Omit<NodeStatus, 'lag'> {
  const { name, peerId, validator, apiUrl } = node
  return {
    name,
    peerId,
    state:
      node.state !== 'ready' ? node.state : view === null ? 'unresponsive' : isTroubled(view) ? 'failing' : 'ready',
    pid,
    validator,
    apiUrl,
    peers: view?.peers ?? null,
    mesh: view?.mesh ?? null,
    head: view?.head ?? null,
    settled: view?.settled ?? null,
    mempool: view === null ? null : { count: view.mempool.count, fingerprint: view.mempool.fingerprint },
    rssBytes: view?.rssBytes ?? null,
    reason: node.reason ?? (view !== null && isTroubled(view) ? reasonOf(view) : null),
  }
}

/** It runs, and says itself that it does not do its work: its disk is full, say. */
function isTroubled({ state }: StatusView): boolean {
  return state === 'failing'
}

function reasonOf({ problems }: StatusView): string {
  const first = problems.find(({ weight }) => weight === 'problem')
  return first === undefined ? 'it says that it fails: see its log' : `${first.message}: ${first.next}`
}
