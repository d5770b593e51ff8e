import { describe, expect, it } from 'vitest'
import { GroupCommit } from '../../../../src/adapters/store/group-commit.ts'
import type { StoreWrite } from '../../../../src/ports/store.ts'

const put = (key: string): StoreWrite => ({ kind: 'put', space: 'pool', key, value: new Uint8Array() })

/** A disk whose batches end when the test says so. */
function slowDisk() {
  const batches: { keys: string[]; sync: boolean; end: (error?: Error) => void }[] = []
  const commit = (writes: readonly StoreWrite[], { sync }: { sync: boolean }): Promise<void> =>
    new Promise((resolve, reject) => {
      batches.push({
        keys: writes.map((write) => write.key),
        sync,
        end: (error) => {
          if (error === undefined) resolve()
          else reject(error)
        },
      })
    })
  return { batches, commit }
}

/** Lets everything run that needs no disk. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

describe('group commit', () => {
  it('takes all that came during a batch into the next one, and tells nobody before its own batch ended', async () => {
    const disk = slowDisk()
    const group = new GroupCommit(disk.commit, 100)
    const told: string[] = []
    const write = (key: string, durable: boolean) => group.write([put(key)], durable).then(() => told.push(key))
    const writes = [write('a', true)]
    await settle()
    writes.push(write('b', false), write('c', true))
    await settle()
    expect(disk.batches.map((batch) => batch.keys)).toEqual([['a']])
    expect(told).toEqual([])
    disk.batches[0]?.end()
    await settle()
    expect(told).toEqual(['a'])
    expect(disk.batches[1]).toMatchObject({ keys: ['b', 'c'], sync: true })
    disk.batches[1]?.end()
    await Promise.all(writes)
    expect(told).toEqual(['a', 'b', 'c'])
    expect(group.syncs).toBe(2)
  })

  it('splits a long queue, never a single call', async () => {
    const disk = slowDisk()
    const group = new GroupCommit(disk.commit, 2)
    const writes = [
      group.write([put('a')], false),
      group.write([put('b'), put('c'), put('d')], false),
      group.write([put('e')], false),
    ]
    for (let batch = 0; batch < 3; batch++) {
      await settle()
      disk.batches[batch]?.end()
    }
    await Promise.all(writes)
    expect(disk.batches.map((batch) => batch.keys)).toEqual([['a'], ['b', 'c', 'd'], ['e']])
  })

  it('fails all who were in the batch or behind it with the first reason', async () => {
    const disk = slowDisk()
    const group = new GroupCommit(disk.commit, 100)
    const first = group.write([put('a')], true)
    await settle()
    const second = group.write([put('b')], true)
    disk.batches[0]?.end(new Error('no space left'))
    const third = group.write([put('c')], false)
    await settle()
    // Nothing more is tried, so that nothing hangs on the disk either.
    expect(disk.batches).toHaveLength(1)
    const failed = { ok: false, reason: 'no space left' }
    expect(await Promise.all([first, second, third])).toEqual([failed, failed, failed])
    expect(await group.write([put('d')], false)).toEqual(failed)
    expect(disk.batches).toHaveLength(1)
    expect(group.syncs).toBe(0)
  })
})
