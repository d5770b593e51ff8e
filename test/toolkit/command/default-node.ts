/** Commands that are told nothing ask the default address: a test of what they say then needs nobody there. */
import { DEFAULT_API } from '../../../src/cli/discovery.ts'

export const A_NODE_IS_THERE = `a node of yours answers at ${DEFAULT_API}`

/** Whether somebody runs a node where commands look for one. */
export function isNodeAtDefault(): Promise<boolean> {
  return fetch(`http://${DEFAULT_API}/livez`).then(
    () => true,
    () => false,
  )
}
