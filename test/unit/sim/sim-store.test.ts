import { describe, expect, it } from 'vitest'
import { SimDisk } from '../../../src/sim/sim-store.ts'
import { utf8 } from '../../../src/lib/bytes.ts'

const put = (key: string) => ({ kind: 'put', space: 'pool', key, value: utf8(key) }) as const

describe('the simulated disk', () => {
  it('keeps what was written through a kill, and what was synced through a power cut', async () => {
    const disk = new SimDisk()
    const timers: (() => void)[] = []
    const store = disk.open((_ms, callback) => void timers.push(callback))
    const synced = store.write([put('a'), put('b')], { durable: true })
    for (const timer of timers.splice(0)) timer()
    expect(await synced).toEqual({ ok: true })
    await store.write([put('c'), { kind: 'delete', space: 'pool', key: 'a' }], { durable: false })
    // Its sync never ends.
    void store.write([put('d')], { durable: true })
    const keys = async (): Promise<string[]> => {
      const entries = await disk.open(() => undefined).entries('pool')
      return entries.map(([key]) => key)
    }
    expect(await keys()).toEqual(['b', 'c', 'd'])
    disk.cutPower()
    expect(await keys()).toEqual(['a', 'b'])
  })

  it('gives out copies', async () => {
    const store = new SimDisk().open((_ms, callback) => callback())
    const value = Uint8Array.of(1)
    await store.write([{ kind: 'put', space: 'bans', key: 'k', value }], { durable: true })
    value[0] = 2
    const read = await store.get('bans', 'k')
    expect(read).toEqual(Uint8Array.of(1))
    if (read !== undefined) read[0] = 3
    expect(await store.get('bans', 'k')).toEqual(Uint8Array.of(1))
    expect(await store.get('pool', 'k')).toBeUndefined()
  })
})
