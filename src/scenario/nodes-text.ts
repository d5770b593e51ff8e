/** Nodes as a scenario names them, by their numbers from 0: `3`, `"3"`, `"0-4"`, `"0,2,5-7"`, `"all"`. */

export type ParsedNodes =
  | { readonly ok: true; readonly nodes: readonly number[] }
  /** What is wrong with it. */
  | { readonly ok: false; readonly message: string }

/** @param count how many nodes there are by then */
export function parseNodes(given: string | number, count: number): ParsedNodes {
  if (given === 'all') return { ok: true, nodes: Array.from({ length: count }, (_, index) => index) }
  const nodes = new Set<number>()
  for (const part of String(given).split(',')) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part.trim())
    if (match === null) return { ok: false, message: `"${given}" names no nodes: write 3, "0-4", "0,2,5" or "all"` }
    const from = Number(match[1])
    const to = Number(match[2] ?? match[1])
    if (from > to) return { ok: false, message: `"${part.trim()}" counts down: write ${to}-${from}` }
    if (to >= count) return { ok: false, message: `there is no node ${to} by then: ${count} nodes count from 0` }
    for (let node = from; node <= to; node++) nodes.add(node)
  }
  return { ok: true, nodes: [...nodes].sort((a, b) => a - b) }
}

/** `0-4,7`: the shortest text that `parseNodes` reads as these. */
export function nodesText(nodes: readonly number[]): string {
  const sorted = [...nodes].sort((a, b) => a - b)
  const parts: string[] = []
  for (let at = 0; at < sorted.length;) {
    let end = at
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end++
    parts.push(end === at ? `${sorted[at]}` : `${sorted[at]}-${sorted[end]}`)
    at = end + 1
  }
  return parts.join(',')
}
