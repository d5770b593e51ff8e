import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { watchProcess } from '../../../src/adapters/system.ts'

/** Lets the loop turn for so long. */
async function turn(ms: number): Promise<void> {
  for (const until = performance.now() + ms; performance.now() < until;) await setImmediate()
}

it('sees that the event loop was held, and for how long', async () => {
  const gauge = watchProcess()
  try {
    await turn(60)
    for (const until = performance.now() + 200; performance.now() < until;);
    await turn(60)
    // The probe that was due when the loop was held was late by all of it but its own interval of 20 ms.
    expect(gauge.eventLoopDelayP99Ms()).toBeGreaterThan(150)
    expect(gauge.eventLoopDelayP99Ms()).toBeLessThan(2_000)
    expect(gauge.rssBytes()).toBeGreaterThan(10 * 1_048_576)
  } finally {
    gauge.stop()
  }
})
