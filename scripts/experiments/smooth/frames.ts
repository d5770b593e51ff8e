/**
 * How long the frames of a page take, as the page itself sees them: the time between two calls of
 * requestAnimationFrame.
 */
import type { Page } from 'playwright-core'

export interface Frames {
  readonly count: number
  readonly worstMs: number
  readonly p99Ms: number
  readonly over50: number
  /** What the page says of what it drew. */
  readonly figures: string
}

/** Counts the frames of `forMs`, after `warmUpMs`. */
export async function watchFrames(page: Page, warmUpMs: number, forMs: number): Promise<Frames> {
  // In the page's words: it knows nothing of our types.
  const deltas = await page.evaluate<number[]>(`new Promise((done) => {
    const deltas = []
    const startMs = performance.now()
    let lastMs = null
    const frame = (nowMs) => {
      if (nowMs - startMs >= ${warmUpMs}) {
        if (lastMs !== null) deltas.push(nowMs - lastMs)
        lastMs = nowMs
      }
      if (nowMs - startMs < ${warmUpMs + forMs}) requestAnimationFrame(frame)
      else done(deltas)
    }
    requestAnimationFrame(frame)
  })`)
  const ascending = [...deltas].sort((a, b) => a - b)
  const at = (share: number): number =>
    round(ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))] ?? 0)
  return {
    count: deltas.length,
    worstMs: round(ascending.at(-1) ?? Number.POSITIVE_INFINITY),
    p99Ms: at(0.99),
    over50: deltas.filter((ms) => ms > 50).length,
    figures: (await page.locator('#figures').textContent()) ?? '',
  }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10
}
