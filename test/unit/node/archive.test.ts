/** A transaction that has left the pool can still be shown, also one of which nothing was told while many came. */
import { expect, it } from 'vitest'
import type { Transaction } from '../../../src/domain/transaction.ts'
import { Archive } from '../../../src/node/archive.ts'
import { ARCHIVE_BYTES_MAX, ARCHIVE_MAX } from '../../../src/node/limits.ts'
import { asTxId, type TxId } from '../../../src/domain/ids.ts'
import { sha256Hex } from '../../../src/lib/hash.ts'
import { utf8 } from '../../../src/lib/bytes.ts'
import { Observer } from '../../../src/node/observe.ts'

const quiet = (): void => undefined

it('is told of every transaction that is admitted, traced or not', () => {
  const observer = new Observer({
    name: 'node-0',
    clock: { now: () => ({ wallMs: 0, monoMs: 0 }), wallNs: () => 0n, after: () => quiet, soon: quiet },
    meter: { count: quiet, observe: quiet },
    journal: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  })
  const admitted: TxId[] = []
  let shown = 0
  observer.onAdmitted((id) => admitted.push(id))
  observer.events.subscribe(['transactions'], ({ event }) => {
    if (event === 'admitted') shown++
  })
  const ids = Array.from({ length: 2_000 }, (_, number) => asTxId(sha256Hex(utf8(`${number}`))))
  observer.note({
    kind: 'transactions-admitted',
    transactions: ids.map((id) => ({ id, bytes: new Uint8Array(200), createdAtMs: 0 })),
    states: ids.map(() => 'pending'),
    wallMs: 0,
    provenance: { way: 'gossip', from: null, messageId: null, waitedMs: 0 },
  })
  // Within one moment there are too many to trace: the stream tells of a share of them.
  expect(shown).toBeLessThan(ids.length)
  expect(admitted).toEqual(ids)
})

it('keeps no more than so many, nor more than so many bytes, and the latest of them', () => {
  const archive = new Archive()
  const keep = (number: number, bytes: number): TxId => {
    const id = asTxId(sha256Hex(utf8(`kept ${number}`)))
    archive.keep({ id, bytes: new Uint8Array(bytes) } as unknown as Transaction)
    return id
  }
  const size = (name: string): number => archive.sizes().find((each) => each.name === name)?.size ?? -1
  const large = 65_536
  const fit = ARCHIVE_BYTES_MAX / large
  const ids = Array.from({ length: fit + 3 }, (_, number) => keep(number, large))
  expect([size('archive'), size('archive.bytes')]).toEqual([fit, ARCHIVE_BYTES_MAX])
  expect(ids.map((id) => archive.get(id) !== undefined).lastIndexOf(false)).toBe(2)
  // Kept again, it counts once.
  keep(fit + 2, 10)
  expect(size('archive.bytes')).toBe(ARCHIVE_BYTES_MAX - large + 10)
  for (let number = 0; number < ARCHIVE_MAX + 5; number++) keep(1_000 + number, 1)
  expect([size('archive'), size('archive.bytes')]).toEqual([ARCHIVE_MAX, ARCHIVE_MAX])
})
