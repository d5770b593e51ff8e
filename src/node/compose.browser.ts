/** What takes the place of compose.ts in the library for browsers (scripts/build.js): there is no node in a page. */
import type { NodeOpening } from './compose.ts'

export async function openNode(): Promise<NodeOpening> {
  return { ok: false, message: 'a browser cannot run a node', hint: 'run one beside it, and use connect()' }
}
