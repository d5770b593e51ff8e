import { describe, expect, it } from 'vitest'
import { asAccountId, asPeerId, type AccountId } from '../../../src/domain/ids.ts'
import { itemKey } from '../../../src/domain/item-key.ts'
import { HELD_BACK_MAX, HELD_BACK_MS, HeldBack } from '../../../src/kernel/repair/held-back.ts'

const FROM = asPeerId('peer')
const [ALICE, BOB] = ['aa', 'bb'].map((digits) => asAccountId(digits.repeat(32))) as [AccountId, AccountId]
const key = (sender: AccountId, nonce: number) => itemKey(nonce, sender)

function holding(...nonces: readonly (readonly [AccountId, number])[]): HeldBack {
  const held = new HeldBack()
  for (const [sender, nonce] of nonces)
    held.add(key(sender, nonce), { bytes: new Uint8Array(0), from: FROM, sender, nonce: BigInt(nonce), sinceMs: 0 })
  return held
}
const nonces = (items: readonly { nonce: bigint }[]): number[] => items.map(({ nonce }) => Number(nonce))

describe('transactions that came ahead of their turn', () => {
  it('are taken out in the order of nonces, up to what the pool takes, and what follows that without a gap', () => {
    const held = holding([ALICE, 30], [ALICE, 21], [ALICE, 20], [ALICE, 19], [ALICE, 22], [ALICE, 24])
    expect(nonces(held.takeReady([ALICE], () => 20n))).toEqual([19, 20, 21, 22])
    expect(held.size).toBe(2)
    expect(held.takeReady([ALICE], () => 20n)).toEqual([])
    expect(nonces(held.takeReady([ALICE], () => 30n))).toEqual([24, 30])
    expect(held.size).toBe(0)
  })

  it('keep nothing alive of the answer that brought them', () => {
    const held = new HeldBack()
    const bytes = new Uint8Array(1_048_576).subarray(7, 257).fill(3)
    held.add(key(ALICE, 1), { bytes, from: FROM, sender: ALICE, nonce: 1n, sinceMs: 0 })
    const [item] = held.takeReady([ALICE], () => 1n)
    expect(item?.bytes).toEqual(bytes)
    expect(item?.bytes.buffer.byteLength).toBe(bytes.byteLength)
  })

  it('are looked at for those senders only of whom something came in', () => {
    const held = holding([ALICE, 20], [BOB, 20])
    expect(held.takeReady([BOB], () => 20n).map(({ sender }) => sender)).toEqual([BOB])
    expect(held.size).toBe(1)
  })

  it('are forgotten when their time is over, and are few', () => {
    const held = holding([ALICE, 20])
    held.expire(HELD_BACK_MS)
    expect(held.size).toBe(1)
    held.expire(HELD_BACK_MS + 1)
    expect(held.size).toBe(0)
    expect(held.takeReady([ALICE], () => 20n)).toEqual([])
    const many = holding(...Array.from({ length: HELD_BACK_MAX }, (_, nonce) => [ALICE, nonce] as const))
    expect(many.size).toBe(HELD_BACK_MAX)
    const item = { bytes: new Uint8Array(0), from: FROM, sender: BOB, nonce: 1n, sinceMs: 0 }
    expect(many.add(key(BOB, 1), item)).toBe(false)
    expect(many.size).toBe(HELD_BACK_MAX)
  })

  it('of one peer that gives nothing but gaps leave room for what others give', () => {
    const held = holding(...Array.from({ length: HELD_BACK_MAX }, (_, nonce) => [ALICE, nonce] as const))
    const honest = asPeerId('honest')
    const give = (nonce: number): boolean =>
      held.add(key(BOB, nonce), {
        bytes: new Uint8Array(0),
        from: honest,
        sender: BOB,
        nonce: BigInt(nonce),
        sinceMs: 1,
      })
    for (let nonce = 0; nonce < HELD_BACK_MAX / 2; nonce++) expect(give(nonce), `nonce ${nonce}`).toBe(true)
    expect(held.size).toBe(HELD_BACK_MAX)
    // Halves are halves: from there on nobody takes from the other.
    expect(give(HELD_BACK_MAX)).toBe(false)
    expect(held.takeReady([BOB], () => BigInt(HELD_BACK_MAX))).toHaveLength(HELD_BACK_MAX / 2)
  })
})
