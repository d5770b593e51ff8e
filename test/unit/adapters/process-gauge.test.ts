import { expect, it, vi } from 'vitest'
import { watchProcess } from '../../../src/adapters/system.ts'

function holdTheLoop(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}

it('sees that the event loop was held, and for how long', async () => {
  const gauge = watchProcess()
  try {
    await vi.waitFor(
      () => {
        holdTheLoop(200)
        // The probe that was due meanwhile was late by all of it but its own interval of 20 ms.
        expect(gauge.eventLoopDelayP99Ms()).toBeGreaterThan(150)
      },
      { timeout: 10_000, interval: 30 },
    )
    expect(gauge.eventLoopDelayP99Ms()).toBeLessThan(5_000)
    expect(gauge.rssBytes()).toBeGreaterThan(10 * 1_048_576)
  } finally {
    gauge.stop()
  }
})
