/**
 * What counts as overload: messages given up for want of room or time, at whichever door; what a peer brought on itself
 * does not.
 */
import { expect, test } from 'vitest'
import { asMessageId } from '../../../src/domain/ids.ts'
import { Observer } from '../../../src/node/observe.ts'
import type { Meter } from '../../../src/ports/meter.ts'

const quiet = (): void => undefined

function observed(): { observer: Observer; shed: Record<string, number> } {
  const shed: Record<string, number> = {}
  const count: Meter['count'] = (name, labels, by = 1) => {
    if (name !== 'shed') return
    const { topic, reason } = labels as { topic: string; reason: string }
    shed[`${topic} ${reason}`] = (shed[`${topic} ${reason}`] ?? 0) + by
  }
  const observer = new Observer({
    name: 'node-0',
    clock: { now: () => ({ wallMs: 0, monoMs: 0 }), wallNs: () => 0n, after: () => quiet, soon: quiet },
    meter: { count, observe: quiet },
    journal: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  })
  return { observer, shed }
}

test('what finds no room before the router is shed as much as what gives way in the queue or comes too late', () => {
  const { observer, shed } = observed()
  observer.conservation.arrived('transactions', 5, 'full')
  for (const why of ['full', 'late'] as const) {
    observer.conservation.arrived('blocks', 1, 'passed')
    observer.raised(asMessageId(why), 'blocks')
    observer.judged(asMessageId(why), 'ignore', why)
  }
  expect(shed).toEqual({ 'transactions full': 5, 'blocks full': 1, 'blocks late': 1 })
})

test('what a muted, graylisted or flooding peer sends is no overload', () => {
  const { observer, shed } = observed()
  for (const fate of ['muted', 'graylisted', 'flood', 'malformed'] as const)
    observer.conservation.arrived('transactions', 3, fate)
  expect(shed).toEqual({})
})
