/** The coverage of a transaction as people read it: one live line, then the laggards. */
import type { CoverageFigures } from './coverage.ts'

const BAR_CELLS = 10
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** `████████▌   46/50 nodes  p50 38 ms  p95 91 ms  max 120 ms  copies 2.1` */
export function coverageLine(figures: CoverageFigures): string {
  const { coverage, nodes, reached, p50Ms, p95Ms, maxMs, copies } = figures
  const count = `${String(reached).padStart(String(nodes).length)}/${nodes} ${nodes === 1 ? 'node' : 'nodes'}`
  const parts = [`${bar(coverage)}  ${count}`]
  if (p50Ms !== null && p95Ms !== null && maxMs !== null)
    parts.push(`p50 ${delay(p50Ms)}`, `p95 ${delay(p95Ms)}`, `max ${delay(maxMs)}`)
  if (copies !== null) parts.push(`copies ${copies.toFixed(1)}`)
  return parts.join('  ')
}

/** One line a laggard: its name and why. Empty where there are none. */
export function laggardLines(figures: Pick<CoverageFigures, 'laggards'>): readonly string[] {
  const width = Math.max(0, ...figures.laggards.map(({ name }) => name.length))
  return figures.laggards.map(({ name, reason }) => `  ${name.padEnd(width)}  ${reason}`)
}

/** A bar of ten cells in eighths; full only at 1, and never empty above 0. */
function bar(share: number): string {
  const eighths = Math.min(BAR_CELLS * 8, Math.max(share > 0 ? 1 : 0, Math.floor(share * BAR_CELLS * 8 + 1e-9)))
  const text = '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '')
  return text.padEnd(BAR_CELLS)
}

function delay(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}
