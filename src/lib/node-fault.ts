/** The oldest Nodes that run this, as package.json's `engines` says it: a test holds the two together. */
export const FITTING_NODES = '^22.22.2 || >=24.14.1'

/** Why a Node of this version can't be used, with what to do; null where it can. */
export function nodeFault(version: string): string | null {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  const isAtLeast = (a: number, b: number, c: number): boolean => (major - a || minor - b || patch - c) >= 0
  if ((major === 22 && isAtLeast(22, 22, 2)) || isAtLeast(24, 14, 1)) return null
  return `the package "hearsay" needs Node ${FITTING_NODES}, and this is Node ${version}: install Node 24`
}
