import { describe, expect, it } from 'vitest'
import { Orphanage } from '../../../src/chain/orphanage.ts'
import { ORPHAN_BYTES_MAX, ORPHAN_LIFE_MS, ORPHANS_MAX, ORPHANS_PER_PEER_MAX } from '../../../src/chain/limits.ts'
import { asBlockHash, asPeerId, type BlockHash } from '../../../src/domain/ids.ts'
import { utf8 } from '../../../src/lib/bytes.ts'
import { sha256Hex } from '../../../src/lib/hash.ts'
import { createPrng } from '../../../src/lib/prng.ts'

const hashOf = (name: string): BlockHash => asBlockHash(sha256Hex(utf8(name)))
const orphan = (name: string, from: string, bytes = 1_000, parent = `${name}'s parent`) => ({
  hash: hashOf(name),
  parent: hashOf(parent),
  from: asPeerId(from),
  bytes,
  value: name,
})

describe('the orphanage', () => {
  it('holds 64 of 10,000 from 100 peers, each peer an equal share, at most 8 (A20)', () => {
    const orphanage = new Orphanage<string>()
    for (let peer = 0; peer < 100; peer++)
      for (let i = 0; i < 100; i++) orphanage.add(orphan(`${peer} ${i}`, `peer ${peer}`), peer * 100 + i)
    orphanage.invariants()
    expect(orphanage.size).toBe(ORPHANS_MAX)
    for (let peer = 0; peer < 64; peer++) expect(orphanage.heldOf(asPeerId(`peer ${peer}`))).toBe(1)
  })

  it('lets one peer have 8 and not more', () => {
    const orphanage = new Orphanage<string>()
    const added = Array.from({ length: 20 }, (_, i) => orphanage.add(orphan(`${i}`, 'greedy'), i))
    expect(added.filter(Boolean)).toHaveLength(ORPHANS_PER_PEER_MAX)
  })

  it('never takes what lies within an equal share', () => {
    const orphanage = new Orphanage<string>()
    for (let peer = 0; peer < 32; peer++)
      for (let i = 0; i < 2; i++) expect(orphanage.add(orphan(`${peer} ${i}`, `peer ${peer}`), 0)).toBe(true)
    // 32 peers hold two each. A newcomer may have one; it can't push anybody below its own number.
    expect(orphanage.add(orphan('new 0', 'newcomer'), 0)).toBe(true)
    expect(orphanage.add(orphan('new 1', 'newcomer'), 0)).toBe(false)
    for (let peer = 0; peer < 32; peer++) expect(orphanage.heldOf(asPeerId(`peer ${peer}`))).toBeGreaterThan(0)
  })

  it('holds 16 MiB at most', () => {
    const orphanage = new Orphanage<string>()
    const huge = ORPHAN_BYTES_MAX / 16
    for (let i = 0; i < 40; i++) orphanage.add(orphan(`${i}`, `peer ${i}`, huge), i)
    expect(orphanage.size).toBe(16)
    expect(orphanage.add(orphan('impossible', 'peer', ORPHAN_BYTES_MAX + 1), 50)).toBe(false)
    orphanage.invariants()
  })

  it('gives children back one generation at a time, and names what is missing', () => {
    const orphanage = new Orphanage<string>()
    const chain = Array.from({ length: 6 }, (_, i) => orphan(`b${i + 1}`, `peer ${i}`, 10, `b${i}`))
    for (const block of [...chain].reverse()) expect(orphanage.add(block, 0)).toBe(true)
    expect(orphanage.missingBefore(hashOf('b6'))).toBe(hashOf('b0'))
    expect(orphanage.missingBefore(hashOf('b0'))).toBeNull()
    const taken: string[] = []
    const ready = [hashOf('b0')]
    for (const hash of ready)
      for (const child of orphanage.takeChildren(hash)) {
        taken.push(child.value)
        ready.push(child.hash)
      }
    expect(taken).toEqual(['b1', 'b2', 'b3', 'b4', 'b5', 'b6'])
    expect(orphanage.size).toBe(0)
    orphanage.invariants()
  })

  it('forgets after ten minutes and not before', () => {
    const orphanage = new Orphanage<string>()
    orphanage.add(orphan('a', 'peer'), 0)
    expect(orphanage.expire(ORPHAN_LIFE_MS - 1)).toBe(0)
    expect(orphanage.expire(ORPHAN_LIFE_MS)).toBe(1)
    expect(orphanage.bytes).toBe(0)
  })

  it('keeps its invariants under 5,000 random operations, and ends empty (seed 9)', () => {
    const prng = createPrng(9)
    const orphanage = new Orphanage<string>()
    for (let step = 0; step < 5_000; step++) {
      const name = `${prng.below(300)}`
      const peer = asPeerId(`peer ${prng.below(14)}`)
      const dice = prng.below(20)
      if (dice === 0) orphanage.forgetPeer(peer)
      else if (dice < 3) orphanage.takeChildren(hashOf(`${prng.below(300)}`))
      else {
        const before = orphanage.heldOf(peer)
        const isAdded = orphanage.add(orphan(name, peer, prng.below(900_000), `${prng.below(300)}`), step * 1_000)
        if (isAdded) expect(orphanage.heldOf(peer)).toBeGreaterThan(0)
        else expect(orphanage.heldOf(peer)).toBeLessThanOrEqual(before)
      }
      orphanage.invariants()
    }
    orphanage.expire(5_000_000 + ORPHAN_LIFE_MS)
    expect([orphanage.size, orphanage.bytes]).toEqual([0, 0])
  })
})
