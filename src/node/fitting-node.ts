/** Which Nodes can run a node: an older one loads all of it, and then gives other answers. */

/** As package.json's `engines` says it: a test holds the two together. */
export const FITTING_NODES = '^22.22.2 || >=24.14.1'

export interface NodeFault {
  readonly message: string
  readonly hint: string
}

/** Why a Node of this version can't be used; null where it can. */
export function nodeFault(version = process.versions.node): NodeFault | null {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  const isAtLeast = (a: number, b: number, c: number): boolean => (major - a || minor - b || patch - c) >= 0
  if ((major === 22 && isAtLeast(22, 22, 2)) || isAtLeast(24, 14, 1)) return null
  return {
    message: `the package "hearsay" needs Node ${FITTING_NODES} here, and this is Node ${version}`,
    hint: 'install Node 24, or run the program with `npx --package node@24 -- node FILE`',
  }
}

/** @throws Error where this Node is too old. */
export function needFittingNode(): void {
  const fault = nodeFault()
  if (fault !== null) throw new Error(`${fault.message}: ${fault.hint}`)
}
