/**
 * Runs as a process of its own: puts virtual time under itself, uses every source of time and chance, and prints what
 * they said.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as promisedTimeout } from 'node:timers/promises'
import { createPrng } from '../../../src/lib/prng.ts'
import { Scheduler, SimProcess } from '../../../src/sim/scheduler.ts'
import { installVirtualTime } from '../../../src/sim/virtual-time.ts'

export interface ProbeReport {
  readonly log: readonly string[]
  readonly chance: readonly string[]
  readonly forbidden: readonly string[]
}

const seed = Number(process.argv[2])
const random = createPrng(seed)
const scheduler = new Scheduler({ epochMs: 1_700_000_000_000, random })
installVirtualTime(scheduler)

const log: string[] = []
const say = (what: string): void =>
  void log.push(`${what} ${performance.now()} ${Date.now() - scheduler.epochMs} ${new Date().getTime() - Date.now()}`)

const skewed = new SimProcess('skewed', random.child('skewed'))
skewed.skewMs = 5_000
const forbidden: string[] = []

scheduler.schedule(0, () => {
  setTimeout(say, 10_000, 'ten seconds')
  const cancelled = setTimeout(say, 20, 'never')
  setTimeout(() => clearTimeout(cancelled), 10)
  const ticks = setInterval(() => {
    say('tick')
    if (log.filter((line) => line.startsWith('tick')).length === 3) clearInterval(ticks)
  }, 100)
  setImmediate(say, 'soon')
  void Promise.resolve().then(() => say('microtask'))
  AbortSignal.timeout(1_500).addEventListener('abort', ({ target }) =>
    say((target as AbortSignal).reason.name as string),
  )
})
scheduler.schedule(50, () => say('by a wrong clock'), skewed)
scheduler.schedule(60, () => {
  const attempt = (name: string, use: () => unknown): void => {
    try {
      use()
    } catch {
      forbidden.push(name)
    }
  }
  attempt('subtle', () => crypto.subtle.digest('SHA-256', new Uint8Array(1)))
  attempt('promised timers', () => promisedTimeout(1))
})
await scheduler.runUntil(60_000)

const bytes = crypto.getRandomValues(new Uint8Array(4))
const chance = [Math.random(), randomBytes(4).toString('hex'), randomUUID(), crypto.randomUUID(), bytes.join()].map(
  String,
)
process.stdout.write(JSON.stringify({ log, chance, forbidden } satisfies ProbeReport))
