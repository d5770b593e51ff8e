/** What the process of a simulation writes to its standard output, a document a line. */
import type { Evidence } from '../expect.ts'

export type SimulationLine =
  | { readonly kind: 'progress'; readonly atMs: number }
  | { readonly kind: 'ran'; readonly evidence: Evidence; readonly digest: string }
