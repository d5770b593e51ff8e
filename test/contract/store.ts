/** What every implementation of the store port must do. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store, StoreWrite } from '../../src/ports/store.ts'
import { utf8 } from '../../src/lib/bytes.ts'

/** Where there is a disk it says how often it was synced. */
type TestedStore = Store & { readonly syncs?: number }

export interface StoreUnderTest {
  readonly store: TestedStore
  /** Makes every later write fail, as a full or broken disk does. */
  breakDisk(): Promise<void>
  /** The store as it is found after it was closed. */
  reopen(): Promise<Store>
}

const put = (key: string, value = key): StoreWrite => ({ kind: 'put', space: 'pool', key, value: utf8(value) })
const remove = (key: string): StoreWrite => ({ kind: 'delete', space: 'pool', key })
const text = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString()

export function storeContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the store port on ${name}`, () => {
    let under: StoreUnderTest
    let store: TestedStore

    beforeEach(async () => {
      under = await open()
      store = under.store
    })
    afterEach(async () => {
      await store.close()
    })

    it('gives back what was put, as plain bytes', async () => {
      expect(await store.write([put('a', 'one'), put('b', '')], { durable: true })).toEqual({ ok: true })
      expect(text(await store.get('pool', 'a'))).toBe('one')
      expect((await store.get('pool', 'b'))?.byteLength).toBe(0)
      expect(await store.get('pool', 'c')).toBeUndefined()
      const read = [await store.get('pool', 'a'), (await store.entries('pool'))[0]?.[1]]
      for (const bytes of read) expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype)
    })

    it('keeps spaces apart, also those whose names begin alike', async () => {
      await store.write(
        [
          { kind: 'put', space: 'peers', key: 'k', value: utf8('peers') },
          { kind: 'put', space: 'pool', key: 'k', value: utf8('pool') },
        ],
        { durable: false },
      )
      expect(text(await store.get('peers', 'k'))).toBe('peers')
      expect(await store.get('bans', 'k')).toBeUndefined()
      expect(await store.entries('pool')).toHaveLength(1)
    })

    it('lists entries in the order of their keys, within a range and a limit', async () => {
      await store.write(
        ['d', 'a', 'c', 'b'].map((key) => put(key)),
        { durable: false },
      )
      const keys = async (range?: Parameters<Store['entries']>[1]): Promise<string[]> =>
        (await store.entries('pool', range)).map(([key]) => key)
      expect(await keys()).toEqual(['a', 'b', 'c', 'd'])
      expect(await keys({ from: 'b' })).toEqual(['b', 'c', 'd'])
      expect(await keys({ from: 'b', to: 'd' })).toEqual(['b', 'c'])
      expect(await keys({ to: 'b' })).toEqual(['a'])
      expect(await keys({ limit: 2 })).toEqual(['a', 'b'])
      expect(text((await store.entries('pool', { from: 'c', to: 'd' }))[0]?.[1])).toBe('c')
    })

    it('carries writes out in the order in which they were asked for', async () => {
      const outcomes = [
        store.write([put('a', 'first')], { durable: true }),
        store.write([put('a', 'second'), remove('b')], { durable: false }),
        store.write([put('b', 'third'), remove('a'), put('a', 'fourth')], { durable: true }),
      ]
      await Promise.all(outcomes)
      expect(text(await store.get('pool', 'a'))).toBe('fourth')
      expect(text(await store.get('pool', 'b'))).toBe('third')
    })

    it('holds bytes of its own, whatever writer and reader do with theirs', async () => {
      const value = utf8('before')
      await store.write([{ kind: 'put', space: 'pool', key: 'a', value }], { durable: true })
      value.fill(0)
      expect(text(await store.get('pool', 'a'))).toBe('before')
      ;(await store.get('pool', 'a'))?.fill(0)
      expect(text(await store.get('pool', 'a'))).toBe('before')
    })

    it('lets durable writes that come together share a sync', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 64 }, (_, index) => store.write([put(`k${index}`)], { durable: true })),
      )
      expect(outcomes.every((outcome) => outcome.ok)).toBe(true)
      expectSyncs(store, 1)
      for (let index = 0; index < 5; index++) await store.write([put(`alone${index}`)], { durable: true })
      expectSyncs(store, 6)
      expect(await store.entries('pool')).toHaveLength(69)
    })

    it('lets writes that come during a sync share the next one', async () => {
      const first = store.write([put('first')], { durable: true })
      // The first batch has left the queue when a later microtask runs.
      for (let turn = 0; turn < 5; turn++) await Promise.resolve()
      const later = Array.from({ length: 20 }, (_, index) => store.write([put(`later${index}`)], { durable: true }))
      await Promise.all([first, ...later])
      expectSyncs(store, 2)
    })

    it('syncs only when somebody asks for durability', async () => {
      await store.write([put('a')], { durable: false })
      expectSyncs(store, 0)
      await Promise.all([store.write([put('b')], { durable: false }), store.write([put('c')], { durable: true })])
      expectSyncs(store, 1)
    })

    it('writes all of a call or none, and a failed write is final', async () => {
      await store.write([put('before')], { durable: true })
      expect(store.healthy).toBe(true)
      await under.breakDisk()
      const outcomes = await Promise.all([
        store.write([put('a'), put('b')], { durable: true }),
        store.write([put('c')], { durable: false }),
      ])
      for (const outcome of outcomes) expect(outcome).toMatchObject({ ok: false, reason: expect.stringMatching(/./) })
      expect(store.healthy).toBe(false)
      expect(await store.write([put('d')], { durable: true })).toMatchObject({ ok: false })
      expect(await store.write([], { durable: false })).toMatchObject({ ok: false })
    })

    it('answers every write that is under way when it is closed, and refuses later ones', async () => {
      const writes = Array.from({ length: 10 }, (_, index) => store.write([put(`k${index}`)], { durable: true }))
      await store.close()
      expect((await Promise.all(writes)).every((outcome) => outcome.ok)).toBe(true)
      expect(await store.write([put('late')], { durable: true })).toEqual({ ok: false, reason: 'the store is closed' })
      await store.close()
    })

    it('has what it acknowledged when it is opened again', async () => {
      await store.write([put('kept', 'value'), put('gone')], { durable: true })
      await store.write([remove('gone')], { durable: true })
      await store.close()
      const again = await under.reopen()
      try {
        expect((await again.entries('pool')).map(([key, value]) => [key, text(value)])).toEqual([['kept', 'value']])
        expect(again.healthy).toBe(true)
      } finally {
        await again.close()
      }
    })
  })
}

function expectSyncs({ syncs }: TestedStore, count: number): void {
  if (syncs !== undefined) expect(syncs).toBe(count)
}
