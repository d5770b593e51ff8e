/** A transaction that has left the pool can still be shown, also one of which nothing was told while many came. */
import { expect, it } from 'vitest'
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
  for (const id of ids)
    observer.note({
      kind: 'transaction-admitted',
      id,
      from: null,
      messageId: null,
      bytes: 200,
      state: 'pending',
      waitedMs: 0,
      ageMs: 0,
      way: 'gossip',
    })
  // Within one moment there are too many to trace: the stream tells of a share of them.
  expect(shown).toBeLessThan(ids.length)
  expect(admitted).toEqual(ids)
})
