/** What takes the place of fitting-node.ts in the library for browsers (scripts/build.js): a page asks for no Node. */
import type { NodeFault } from './fitting-node.ts'

export const FITTING_NODES = '*'

export function nodeFault(): NodeFault | null {
  return null
}

export function needFittingNode(): void {
  // None is needed.
}
