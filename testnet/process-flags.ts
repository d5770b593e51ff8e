/** How Node is started for the processes of nodes. */
import { HEAP_MIB_MAX, SEMI_SPACE_MIB } from './limits.ts'

/**
 * A heap that grows without end is found by the process's own end, not by the machine's (SECURITY.md). And a young
 * generation of the size that a node can use: Node's own bound of 64 MiB costs each node 80 MiB and longer pauses, and
 * brings no throughput (scripts/experiments/bench/RESULTS.md).
 * @param nodes how many share the process
 */
export function processFlags(nodes: number): string[] {
  return [
    '--disable-proto=delete',
    `--max-old-space-size=${HEAP_MIB_MAX * nodes}`,
    `--max-semi-space-size=${SEMI_SPACE_MIB}`,
  ]
}

/**
 * Environment of such a process beside what it inherits. glibc gives each thread of a process its own arena, of which a
 * node at rest keeps 5 MB; its threads are few and seldom allocate at once.
 */
export const PROCESS_ENVIRONMENT = { MALLOC_ARENA_MAX: '2' } as const
