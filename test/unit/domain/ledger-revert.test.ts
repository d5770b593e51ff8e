import { expect, it } from 'vitest'
import { Ledger } from '../../../src/domain/ledger/ledger.ts'
import { toHex } from '../../../src/lib/bytes.ts'
import { accountKey, buildTransaction } from '../../toolkit/objects/builders.ts'

/** Payments to so many accounts that nobody has heard of. */
const payments = (tag: string, count: number) =>
  Array.from({ length: count }, (_, nonce) =>
    buildTransaction({ sender: accountKey(0), nonce, recipient: accountKey(`${tag} ${nonce}`) }),
  )

function after(ledger: Ledger, tag: string, count: number) {
  const applied = ledger.apply(payments(tag, count), accountKey(1))
  if (!applied.ok) throw new Error(applied.code)
  return applied
}

it('a block undone from what the disk says leaves a ledger on which every other block comes to its root', () => {
  for (let size = 2; size <= 40; size++) {
    const base = Ledger.genesis(Array.from({ length: size }, (_, at) => ({ key: accountKey(at), balance: 1_000n })))
    for (const [undone, fresh] of [
      [1, 1],
      [2, 3],
      [4, 2],
      [3, 0],
    ] as const) {
      const block = after(base, 'undone', undone)
      const reverted = Ledger.restore(block.ledger.entries()).revert(block.changes)
      // The root of the reverted one is not asked for before: nothing may depend on that.
      const root = toHex(after(reverted, 'fresh', fresh).ledger.root())
      expect(root, `${size} accounts, ${undone} undone, ${fresh} fresh`).toBe(
        toHex(after(base, 'fresh', fresh).ledger.root()),
      )
    }
  }
})
