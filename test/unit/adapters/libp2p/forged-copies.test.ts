import { expect, it } from 'vitest'
import { ForgedCopies } from '../../../../src/adapters/libp2p/forged-copies.ts'
import { COPIERS_MAX, FORGED_IDS_MAX } from '../../../../src/adapters/libp2p/limits.ts'
import { SEEN_TTL_MS } from '../../../../src/adapters/libp2p/gossip-options.ts'
import { asMessageId, asPeerId } from '../../../../src/domain/ids.ts'

const id = (n: number) => asMessageId(n.toString(16).padStart(64, '0'))
const [first, second, third] = [asPeerId('first'), asPeerId('second'), asPeerId('third')]

it('names who sent copies of a forgery while it was judged, each once, and every later copy', () => {
  const copies = new ForgedCopies()
  copies.raised(id(1), 0)
  for (const peer of [second, first, second, third]) expect(copies.copied(id(1), peer, 1)).toBe(false)
  expect(copies.judged(id(1), first, 'reject', 2)).toEqual([second, third])
  expect(copies.isOpen(id(1), 2)).toBe(false)
  expect(copies.copied(id(1), third, 3)).toBe(true)
  expect(copies.copied(id(1), third, 2 + SEEN_TTL_MS + 1)).toBe(false)
})

it('charges nobody for copies of what was accepted or ignored', () => {
  const copies = new ForgedCopies()
  for (const [n, verdict] of [
    [1, 'accept'],
    [2, 'ignore'],
  ] as const) {
    copies.raised(id(n), 0)
    copies.copied(id(n), second, 1)
    expect(copies.judged(id(n), first, verdict, 2)).toEqual([])
    expect(copies.copied(id(n), second, 3)).toBe(false)
  }
})

it('stays within its bounds', () => {
  const copies = new ForgedCopies()
  copies.raised(id(0), 0)
  for (let n = 0; n < 2 * COPIERS_MAX; n++) copies.copied(id(0), asPeerId(`peer ${n}`), 0)
  expect(copies.judged(id(0), first, 'reject', 0)).toHaveLength(COPIERS_MAX)
  for (let n = 1; n <= FORGED_IDS_MAX + 5; n++) copies.judged(id(n), first, 'reject', n)
  expect(copies.sizes().forgedIds).toEqual({ size: FORGED_IDS_MAX, capacity: FORGED_IDS_MAX })
})
