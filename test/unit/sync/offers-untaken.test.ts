import { expect, it } from 'vitest'
import { asPeerId } from '../../../src/domain/ids.ts'
import { itemKey } from '../../../src/domain/item-key.ts'
import { OFFER_AFTER_MS } from '../../../src/sync/limits.ts'
import { Offers } from '../../../src/sync/offers.ts'

const FOR_MS = 30_000
const [first, second] = [itemKey(1, 'aa'.repeat(32)), itemKey(2, 'bb'.repeat(32))]

it('counts own transactions that were offered and that nobody is known to have', () => {
  const offers = new Offers()
  const peers = ['a', 'b'].map(asPeerId)
  for (const peer of peers) offers.connected(peer)
  offers.add(first, 0)
  offers.add(second, 0)
  // Nobody was asked yet: gossip has its time first.
  expect(offers.untaken(FOR_MS, FOR_MS)).toEqual({ transactions: 0, peers: 0 })
  for (let ms = OFFER_AFTER_MS; ms < FOR_MS; ms += 1_000) offers.due(ms)
  expect(offers.untaken(FOR_MS - 1, FOR_MS)).toEqual({ transactions: 0, peers: 0 })
  expect(offers.untaken(FOR_MS, FOR_MS)).toEqual({ transactions: 2, peers: 2 })
  // One that has one is enough for this one; the other is still refused by both.
  offers.known(peers[0]!, first)
  expect(offers.untaken(FOR_MS, FOR_MS)).toEqual({ transactions: 1, peers: 2 })
  // Whom it was offered to is gone: that nobody takes it is not known any more.
  for (const peer of peers) offers.disconnected(peer)
  expect(offers.untaken(FOR_MS, FOR_MS)).toEqual({ transactions: 0, peers: 0 })
})
