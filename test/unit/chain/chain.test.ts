import { describe, expect, it } from 'vitest'
import { Chain } from '../../../src/chain/chain.ts'
import { CHAIN_LIMITS, EVIDENCE_MAX, SLOTS_REMEMBERED_MAX } from '../../../src/chain/limits.ts'
import { Sightings } from '../../../src/chain/sightings.ts'
import type { SignedHeader } from '../../../src/domain/block.ts'
import { asBlockHash } from '../../../src/domain/ids.ts'
import { Ledger } from '../../../src/domain/ledger/ledger.ts'
import { proposerOf } from '../../../src/domain/slots.ts'
import { buildEmptyHeader, buildNetwork, TEST_NETWORK } from '../../toolkit/objects/builders.ts'

const network = buildNetwork({ validators: 4 })
const ledger = Ledger.genesis(network.accounts)
const genesis = { hash: asBlockHash(TEST_NETWORK), height: 0, slot: 0, makers: [] }

/** Hashes of the blocks whose bodies the best branch lacks. */
const missing = (chain: Chain): string[] => (chain.branches()[0]?.missing(8) ?? []).map(({ hash }) => hash)

function createChain(limits = CHAIN_LIMITS): Chain {
  return new Chain({ root: genesis, headers: [], ledger, validatorCount: 4 }, limits)
}

function on(parent: { hash: string; height: number }, slot: number, salt = ''): SignedHeader {
  const proposer = proposerOf(network, slot)!
  return buildEmptyHeader({ parent: parent.hash, height: parent.height + 1, slot, proposer, salt })
}

function follow(chain: Chain): void {
  for (let step = chain.nextStep(); step !== null; step = chain.nextStep())
    if (step.kind === 'check') chain.setValid(step.header.hash, step.parent, [])
    else if (step.kind === 'read-changes') chain.setChanges(step.hash, [])
    else chain.adopt(step.reorg)
}

function extend(chain: Chain, ...headers: SignedHeader[]): void {
  for (const header of headers) {
    expect(chain.addHeader(header)).toMatchObject({ kind: 'added' })
    chain.addBody(header.hash)
  }
  follow(chain)
}

describe('the head', () => {
  it('waits for bodies, and for those of all ancestors', () => {
    const chain = createChain()
    const a = on(genesis, 1)
    const b = on(a, 2)
    for (const header of [a, b]) chain.addHeader(header)
    expect(missing(chain)).toEqual([a.hash, b.hash])
    chain.addBody(b.hash)
    expect(chain.nextStep()).toBeNull()
    expect(missing(chain)).toEqual([a.hash])
    chain.addBody(a.hash)
    follow(chain)
    expect(chain.head.hash).toBe(b.hash)
    expect(chain.locator()).toEqual([b.hash, a.hash, genesis.hash])
  })

  it('never moves to a block that breaks a rule, nor to one above it', () => {
    const chain = createChain()
    const good = on(genesis, 1)
    extend(chain, good)
    const bad = on(good, 2)
    const above = on(bad, 3)
    for (const header of [bad, above]) {
      chain.addHeader(header)
      chain.addBody(header.hash)
    }
    expect(chain.nextStep()).toMatchObject({ kind: 'check', header: { hash: bad.hash } })
    expect(chain.setInvalid(bad.hash)).toEqual([bad.hash, above.hash])
    expect(chain.nextStep()).toBeNull()
    expect(chain.head.hash).toBe(good.hash)
    expect(chain.precheck(on(above, 4))).toBe('ancestor-invalid')
  })

  it('does not move when something better has come between plan and adoption', () => {
    const chain = createChain()
    const a = on(genesis, 1)
    chain.addHeader(a)
    chain.addBody(a.hash)
    const check = chain.nextStep()
    if (check?.kind !== 'check') throw new Error('a body is to be checked')
    chain.setValid(a.hash, check.parent, [])
    const step = chain.nextStep()
    if (step?.kind !== 'adopt') throw new Error('a head is to be adopted')
    expect(chain.adopt(step.reorg)).not.toBeNull()
    expect(chain.adopt(step.reorg)).toBeNull()
  })
})

describe('settled', () => {
  it('is what 3 of 4 validators have built on, and empty blocks end with it', () => {
    const chain = createChain()
    const headers = [on(genesis, 1)]
    for (let slot = 2; slot <= 6; slot++) headers.push(on(headers[headers.length - 1]!, slot))
    extend(chain, headers[0]!, headers[1]!, headers[2]!)
    expect(chain.settled.height).toBe(0)
    extend(chain, headers[3]!)
    expect(chain.settled.height).toBe(1)
    extend(chain, headers[4]!, headers[5]!)
    expect(chain.settled.height).toBe(3)
    expect(chain.isUnsettled).toBe(false)
  })

  it('never happens with two of four, and takes three by three once they are there', () => {
    const chain = createChain()
    let parent: SignedHeader = on(genesis, 1)
    extend(chain, parent)
    // Validators 1 and 2 alone.
    for (const slot of [2, 5, 6, 9, 10, 13, 14]) {
      parent = on(parent, slot)
      extend(chain, parent)
    }
    expect(chain.settled.height).toBe(0)
    const third = on(parent, 15)
    extend(chain, third)
    expect(chain.settled.height).toBe(0)
    const [next, last] = [on(third, 17), on({ ...third, height: third.height + 1, hash: on(third, 17).hash }, 18)]
    extend(chain, next, last)
    expect(chain.settled.height).toBe(third.height - 1)
  })

  it('is crossed by a longer chain, which is counted', () => {
    const chain = createChain()
    let parent: { hash: string; height: number } = genesis
    for (const slot of [1, 2, 3, 4]) {
      const header = on(parent, slot)
      extend(chain, header)
      parent = header
    }
    expect(chain.settled.height).toBe(1)
    parent = genesis
    for (const slot of [5, 6, 7, 8, 9]) {
      const header = on(parent, slot)
      extend(chain, header)
      parent = header
    }
    expect(chain.head.hash).toBe(parent.hash)
    expect(chain.settledReorgs).toBe(1)
  })
})

describe('a proposer that signs twice', () => {
  it('gives evidence with its second header, and its third is ignored', () => {
    const chain = createChain()
    const [first, second, third] = ['a', 'b', 'c'].map((salt) => on(genesis, 1, salt)) as [
      SignedHeader,
      SignedHeader,
      SignedHeader,
    ]
    expect(chain.addHeader(first)).toEqual({ kind: 'added', evidence: null })
    expect(chain.addHeader(second)).toMatchObject({ kind: 'added', evidence: { first, second } })
    expect(chain.addHeader(third)).toEqual({ kind: 'refused', code: 'too-many-headers' })
    // As part of a chain that others have built on it comes in all the same: else whoever heard the other two could
    // never follow.
    expect(chain.addHeader(third, true)).toEqual({ kind: 'added', evidence: null })
    expect(chain.evidence.length).toBe(1)
    expect(chain.addHeader(first)).toEqual({ kind: 'refused', code: 'known' })
    expect(chain.evidence).toHaveLength(1)
  })

  it('is remembered within bounds', () => {
    const sightings = new Sightings()
    for (let slot = 1; slot <= SLOTS_REMEMBERED_MAX + 50; slot++) {
      const header = on(genesis, 1)
      for (const hash of ['a', 'b'].slice(0, slot <= EVIDENCE_MAX + 20 ? 2 : 1))
        sightings.note({ ...header, slot, hash: asBlockHash(hash) })
    }
    expect(sightings.size).toBe(SLOTS_REMEMBERED_MAX)
    expect(sightings.evidence).toHaveLength(EVIDENCE_MAX)
    expect(sightings.evidence.at(-1)?.slot).toBe(EVIDENCE_MAX + 20)
    // The lowest slots were forgotten.
    expect(sightings.isExcess(1, asBlockHash('c'))).toBe(false)
  })
})

describe('a full tree', () => {
  it('takes of one maker only what is better than its worst leaf, and keeps the best chain', () => {
    const chain = createChain({ ...CHAIN_LIMITS, undoWindow: 6, headersMax: 12 })
    let parent: { hash: string; height: number } = genesis
    for (let slot = 1; slot <= 6; slot++) {
      const header = on(parent, slot)
      extend(chain, header)
      parent = header
    }
    // A validator's headers on genesis, for many slots.
    const spam = Array.from({ length: 30 }, (_, i) => chain.addHeader(on(genesis, 20 + 4 * i)))
    expect(spam.filter(({ kind }) => kind === 'added')).toHaveLength(5)
    expect(spam.at(-1)).toEqual({ kind: 'refused', code: 'headers-full' })
    for (let slot = 160; slot < 166; slot++) {
      const header = on(parent, slot)
      extend(chain, header)
      parent = header
    }
    expect(chain.head.hash).toBe(parent.hash)
    expect(chain.sizes()[0]?.size).toBeLessThanOrEqual(12)
    chain.invariants()
  })
})
