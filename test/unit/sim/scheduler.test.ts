import { describe, expect, it } from 'vitest'
import { createPrng } from '../../../src/lib/prng.ts'
import { Scheduler, SimProcess } from '../../../src/sim/scheduler.ts'

const EPOCH_MS = 1_000_000

function world() {
  const random = createPrng(1)
  const scheduler = new Scheduler({ epochMs: EPOCH_MS, random })
  const processes = ['a', 'b'].map((name) => new SimProcess(name, random.child(name)))
  const log: string[] = []
  const say = (text: string) => () => void log.push(`${scheduler.nowMs} ${text}`)
  return { scheduler, log, say, a: processes[0] as SimProcess, b: processes[1] as SimProcess }
}

describe('the scheduler', () => {
  it('runs by time, then in the order of scheduling, and stands at the time it was told', async () => {
    const { scheduler, log, say } = world()
    scheduler.schedule(20, say('c'))
    scheduler.schedule(10, say('a'))
    scheduler.schedule(10, say('b'))
    scheduler.schedule(31, say('later'))
    await scheduler.runUntil(30)
    expect(log).toEqual(['10 a', '10 b', '20 c'])
    expect(scheduler.nowMs).toBe(30)
    await scheduler.runFor(1)
    expect(log.at(-1)).toBe('31 later')
  })

  it('lets all promises of a task settle before the next one, and gives what they do to its process', async () => {
    const { scheduler, log, say, a, b } = world()
    const chain = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
      log.push(`${scheduler.process?.name} drew ${scheduler.random() === a.random}`)
      scheduler.schedule(5, () => void log.push(`timer of ${scheduler.process?.name}`))
    }
    scheduler.schedule(10, () => void chain(), a)
    scheduler.schedule(10, say('b'), b)
    await scheduler.runUntil(20)
    expect(log).toEqual(['a drew true', '10 b', 'timer of a'])
  })

  it('holds the tasks of a paused process, in order, and drops those of a dead one', async () => {
    const { scheduler, log, say, a, b } = world()
    scheduler.schedule(10, say('a1'), a)
    scheduler.schedule(11, say('a2'), a)
    scheduler.schedule(12, say('b'), b)
    a.pause()
    b.kill()
    await scheduler.runUntil(50)
    expect(log).toEqual([])
    scheduler.resume(a)
    await scheduler.runUntil(60)
    expect(log).toEqual(['50 a1', '50 a2'])
    a.kill()
    a.pause()
    scheduler.resume(a)
    expect(a.state).toBe('dead')
  })

  it('cancels a task that waits, also one that a pause holds', async () => {
    const { scheduler, log, say, a } = world()
    const soon = scheduler.schedule(10, say('soon'))
    const held = scheduler.schedule(10, say('held'), a)
    a.pause()
    soon.run = null
    await scheduler.runUntil(20)
    held.run = null
    scheduler.resume(a)
    await scheduler.runUntil(30)
    expect(log).toEqual([])
  })

  it('shows each process its own clock', async () => {
    const { scheduler, a, b } = world()
    const seen: number[] = []
    a.skewMs = -700
    scheduler.schedule(10.9, () => void seen.push(scheduler.wallMs()), a)
    scheduler.schedule(10.9, () => void seen.push(scheduler.wallMs()), b)
    await scheduler.runUntil(20)
    expect(seen).toEqual([EPOCH_MS + 10 - 700 + 0, EPOCH_MS + 10])
  })

  it('ends with what a task throws, and with what is reported from outside', async () => {
    const { scheduler } = world()
    scheduler.schedule(10, () => {
      throw new Error('broken')
    })
    await expect(scheduler.runUntil(20)).rejects.toThrow('broken')
    scheduler.schedule(1, () => scheduler.fail(new Error('unheard rejection')))
    await expect(scheduler.runUntil(30)).rejects.toThrow('unheard rejection')
  })
})
