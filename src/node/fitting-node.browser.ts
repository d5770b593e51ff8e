/** What takes the place of fitting-node.ts in the library for browsers (scripts/build.js), which run no node anyway. */
import type { NodeFault } from './fitting-node.ts'

export function nodeFault(): NodeFault | null {
  return null
}
