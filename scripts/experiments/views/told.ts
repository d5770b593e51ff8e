/** What each view of a network says, in one shape, so that they can be compared to the unit. */
import type { Page } from 'playwright-core'
import { connect } from '../../../src/client/connect.ts'
import type { ManifestNode } from '../../../src/home/manifest.ts'

export interface ToldNode {
  readonly name: string
  readonly taken: number
  readonly duplicates: number | null
  readonly refused: number | null
  readonly head: string | null
}

export interface ToldNetwork {
  readonly view: string
  readonly nodes: readonly ToldNode[]
}

/** What the last transactions came to. */
export interface ToldSpread {
  readonly transactions: number
  readonly has: number
  readonly lacking: number
  readonly pending: number
  readonly absent: number
}

/** The table of nodes on the page, as a reader of the screen sees it. */
export async function pageSays(page: Page): Promise<ToldNetwork> {
  const rows: string[][] = await page.evaluate(
    `[...document.querySelectorAll('#nodes tr')].map((row) => [...row.cells].map((cell) => cell.textContent))`,
  )
  return {
    view: 'page',
    nodes: rows.map(([name = '', , head = '', , taken, duplicates, refused]) => ({
      name,
      taken: Number(taken),
      duplicates: Number(duplicates),
      refused: Number(refused),
      head: head === '–' ? null : head,
    })),
  }
}

/** The heat map in words. */
export async function heatSays(page: Page): Promise<ToldSpread> {
  const text = (await page.locator('#heat').getAttribute('aria-label')) ?? ''
  const numbers = (text.match(/\d+/g) ?? []).map(Number)
  const [, transactions = 0, has = 0, lacking = 0, pending = 0, absent = 0] = numbers
  return { transactions, has, lacking, pending, absent }
}

/** Counters of /metrics and the head of the status of every node that is up. */
export async function metricsSay(nodes: readonly ManifestNode[]): Promise<ToldNetwork> {
  const told = await Promise.all(
    nodes
      .filter(({ state }) => state === 'ready')
      .map(async ({ name, apiUrl }): Promise<ToldNode> => {
        const client = connect(apiUrl)
        const [metrics, status] = await Promise.all([client.metrics(), client.status()])
        client.close()
        // On a busy machine it may not; then it agrees with nobody, and is asked again.
        if (!metrics.ok || !status.ok) return { name, taken: Number.NaN, duplicates: null, refused: null, head: null }
        const count = (event: string): number => counter(metrics.value, event)
        const { height, hash } = status.value.head
        return {
          name,
          taken: sample(metrics.value, 'hearsay_transactions_taken_total'),
          duplicates: count('DUPLICATE'),
          refused: count('REJECT'),
          head: `${height} ${hash.slice(0, 8)}`,
        }
      }),
  )
  return { view: 'metrics', nodes: told }
}

function counter(metrics: string, event: string): number {
  return sample(metrics, `hearsay_propagation_records_total{kind="transaction",event="${event}"}`)
}

/** The value of one series; 0 where it is not there. */
function sample(metrics: string, series: string): number {
  const line = metrics.split('\n').find((each) => each.startsWith(`${series} `))
  return Number(line?.slice(series.length + 1) ?? 0)
}

interface ReportDocument {
  readonly older: number
  readonly unasked: readonly { readonly node: string; readonly why: string }[]
  readonly dropped: number
  readonly transactions: {
    readonly journeys: number
    readonly everywhere: number
    readonly lacking: number
    readonly pending: number
    readonly absent: number
  }
  readonly nodes: readonly {
    readonly name: string
    readonly origins: number
    readonly delivered: number
    readonly duplicates: number
    readonly refused: number
  }[]
  readonly invariants: { readonly heads: number | null }
}

/** `testnet report --json`. */
export function reportSays(stdout: string): ToldNetwork & { readonly report: ReportDocument } {
  const report = JSON.parse(stdout) as ReportDocument
  return {
    view: 'report',
    report,
    nodes: report.nodes.map(({ name, origins, delivered, duplicates, refused }) => ({
      name,
      taken: origins + delivered + report.older,
      duplicates: report.older > 0 ? null : duplicates,
      // Refusals of objects that nobody took are no part of a transaction's journey.
      refused: report.older > 0 ? null : refused,
      head: null,
    })),
  }
}

/** `top --once --json`. */
export function topSays(stdout: string): ToldNetwork {
  const top = JSON.parse(stdout) as { nodes: { name: string; taken: number | null }[] }
  return {
    view: 'top',
    nodes: top.nodes.map(({ name, taken }) => ({
      name,
      taken: taken ?? Number.NaN,
      duplicates: null,
      refused: null,
      head: null,
    })),
  }
}

/** Where two views say different things of the nodes that both name; empty where they agree. */
export function disagreements(one: ToldNetwork, other: ToldNetwork): string[] {
  const byName = new Map(other.nodes.map((node) => [node.name, node]))
  return one.nodes.flatMap((a) => {
    const b = byName.get(a.name)
    if (b === undefined) return []
    return (['taken', 'duplicates', 'refused', 'head'] as const).flatMap((what) =>
      a[what] === null || b[what] === null || a[what] === b[what]
        ? []
        : [`${a.name}: ${what} is ${a[what]} by ${one.view}, ${b[what]} by ${other.view}`],
    )
  })
}
