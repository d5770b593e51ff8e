import { describe, expect, it } from 'vitest'
import { Chain } from '../../src/chain/chain.ts'
import { CHAIN_LIMITS } from '../../src/chain/limits.ts'
import type { SignedHeader } from '../../src/domain/block.ts'
import { asBlockHash } from '../../src/domain/ids.ts'
import { Ledger } from '../../src/domain/ledger/ledger.ts'
import { proposerOf } from '../../src/domain/slots.ts'
import { createPrng } from '../../src/lib/prng.ts'
import { buildEmptyHeader, buildNetwork, TEST_NETWORK } from '../toolkit/objects/builders.ts'
import { NaiveChain } from '../toolkit/naive/naive-chain.ts'

const OPERATIONS = 10_000
const VALIDATORS = 4
// Short, so that the window moves on all the time and reorgs leave the ledgers that are kept.
const limits = { ...CHAIN_LIMITS, undoWindow: 60, unsettledWindow: 90, ledgersKept: 3 }
const network = buildNetwork({ validators: VALIDATORS })

/** Headers and bodies in any order, some broken, some twice a slot, some orphans; the ledger stays as it is. */
function runModel(seed: number): void {
  const prng = createPrng(seed)
  const genesis = { hash: asBlockHash(TEST_NETWORK), height: 0, slot: 0, makers: [] }
  const ledger = Ledger.genesis(network.accounts)
  const chain = new Chain({ root: genesis, headers: [], ledger, validatorCount: VALIDATORS }, limits)
  const naive = new NaiveChain(genesis, limits, VALIDATORS)
  const isValid = (hash: string): boolean => !/^0[0-7]/.test(hash)
  const kinds = new Set<string>()
  const made: SignedHeader[] = []
  let settledHeight = 0
  const recent = (): { hash: string; height: number; slot: number } =>
    prng.below(2) === 0 ? naive.head : (made[Math.max(0, made.length - 1 - prng.below(12))] ?? genesis)

  const take = (header: SignedHeader): void => {
    const outcome = chain.addHeader(header)
    const expected = naive.addHeader(header)
    expect(outcome.kind === 'refused' ? outcome.code : outcome.kind).toBe(expected)
    kinds.add(expected)
    if (outcome.kind === 'refused' || outcome.evidence === null) return
    const { first, second } = outcome.evidence
    expect([first.slot, first.proposer]).toEqual([second.slot, second.proposer])
    expect(first.hash).not.toBe(second.hash)
    kinds.add('evidence')
  }

  const build = (parent: { hash: string; height: number }, slot: number, rise = 1): SignedHeader => {
    const header = buildEmptyHeader({
      parent: parent.hash,
      height: parent.height + rise,
      slot,
      proposer: proposerOf(network, slot) ?? network.validators[0]!,
      salt: `${seed} ${made.length}`,
    })
    made.push(header)
    return header
  }

  const addHeader = (): void => {
    const parent = recent()
    // Slots are used up by two headers, so now and then the clock moves on.
    const highest = made.reduce((slot, header) => Math.max(slot, header.slot), 0)
    const later = prng.below(6) === 0 ? Math.max(parent.slot, highest) + 1 : parent.slot + 1 + prng.below(3)
    const slot = prng.below(40) === 0 ? parent.slot : later
    const again = prng.below(15) === 0 ? made[prng.below(made.length)] : undefined
    const below = prng.below(30) === 0 ? { ...parent, hash: 'ab'.repeat(32) } : parent
    const header = again ?? build(below, slot, prng.below(40) === 0 ? 2 : 1)
    take(header)
    if (prng.below(3) > 0) addBody(header.hash)
  }

  /** The other side of a partition: a longer chain from far below the head, that comes at once. */
  const heal = (): void => {
    const ancestors = naive.ancestors()
    const depth = Math.min(ancestors.length - 1, 1 + prng.below(25))
    let parent = ancestors[depth] as { hash: string; height: number; slot: number }
    for (let i = 0; i <= depth; i++) {
      const header = build(parent, parent.slot + 1 + prng.below(3))
      take(header)
      addBody(header.hash)
      parent = header
    }
  }

  const addBody = (hash: string): void => {
    chain.addBody(asBlockHash(hash))
    const block = naive.find(hash)
    if (block !== undefined) block.hasBody = true
  }

  const follow = (): void => {
    for (let step = chain.nextStep(); step !== null; step = chain.nextStep()) {
      kinds.add(step.kind)
      if (step.kind === 'check') {
        const { hash } = step.header
        if (isValid(hash)) chain.setValid(hash, ledger, [])
        else {
          chain.setInvalid(hash)
          const block = naive.find(hash)
          if (block !== undefined) block.isBroken = true
        }
      } else if (step.kind === 'read-changes') {
        chain.setChanges(step.hash, [])
      } else {
        const adoption = chain.adopt(step.reorg)
        if (adoption === null) throw new Error('nothing came between')
        // Once built on by enough, a block stays settled as long as it is on the best chain.
        const before = adoption.reorg.common.height < settledHeight ? 0 : settledHeight
        settledHeight = Math.max(before, naive.settledHeight(adoption.reorg.to.hash))
        expect(adoption.settled.height).toBe(Math.max(settledHeight, chain.root.height))
        expect(step.reorg.crossesSettled).toBe(adoption.reorg.common.height < adoption.settledBefore)
        if (step.reorg.disconnect.length > 0) kinds.add('reorg')
        if (step.reorg.crossesSettled) kinds.add('across settled')
      }
    }
    naive.settleHead(isValid)
  }

  for (let operation = 0; operation < OPERATIONS; operation++) {
    const dice = prng.below(200)
    if (dice === 0) heal()
    else if (dice < 150) addHeader()
    else {
      const missing = chain.branches().flatMap((branch) => branch.missing(3))
      for (const header of missing) expect(naive.find(header.hash)?.hasBody).toBe(false)
      const late = missing[0] ?? made[Math.max(0, made.length - 1 - prng.below(40))]
      if (late !== undefined) addBody(late.hash)
    }
    follow()
    expect(chain.head.hash).toBe(naive.head.hash)
    expect(chain.root.hash).toBe(naive.root.hash)
    chain.invariants()
    if (operation % 10 === 0) {
      expect(chain.at(chain.settled.height)?.hash).toBe(chain.settled.hash)
    }
  }
  expect(chain.head.height).toBeGreaterThan(3 * limits.undoWindow)
  expect(chain.evidence.length).toBe(Math.min(256, naive.equivocations))
  expect([...kinds].sort()).toEqual(
    [
      ...['added', 'orphan', 'known', 'outside-window', 'ancestor-invalid', 'parent-mismatch', 'too-many-headers'],
      ...['evidence', 'check', 'read-changes', 'adopt', 'reorg', 'across settled'],
    ].sort(),
  )
}

describe('fork choice and its naive twin', () => {
  it(`agree on ${OPERATIONS} headers and bodies in any order (seed 8)`, { timeout: 120_000 }, () => {
    runModel(8)
  })
})
