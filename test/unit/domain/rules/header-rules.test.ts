import { describe, expect, it } from 'vitest'
import { headerOf, shortIdOf, type BlockHeader, type CompactBlock } from '../../../../src/domain/block.ts'
import { asBlockHash } from '../../../../src/domain/ids.ts'
import { checkCompact, checkHeader, checkParent, timingOf } from '../../../../src/domain/rules/header-rules.ts'
import { slotTimeMs } from '../../../../src/domain/slots.ts'
import {
  accountKey,
  buildHeader,
  buildNetwork,
  buildTransaction,
  TEST_NETWORK,
} from '../../../toolkit/objects/builders.ts'

const network = buildNetwork({ validators: 4 })
const parent = asBlockHash('aa'.repeat(32))
const header: BlockHeader = headerOf(
  { parent, height: 3, slot: 6, proposer: accountKey('v2'), ledgerRoot: 'bb'.repeat(32) },
  [],
)
const check = (changes: Partial<BlockHeader>) => checkHeader({ ...header, ...changes }, network, TEST_NETWORK)

describe('a header alone', () => {
  it('is by the proposer of its slot', () => {
    expect(check({})).toBeNull()
    expect(check({ proposer: accountKey('v1') })).toBe('wrong-proposer')
    expect(check({ slot: 7 })).toBe('wrong-proposer')
    expect(checkHeader(header, { ...network, validators: [] }, TEST_NETWORK)).toBe('wrong-proposer')
  })

  it('has values that a block can have', () => {
    expect(check({ height: 0 })).toBe('header-impossible')
    expect(check({ height: 7 })).toBe('header-impossible')
    expect(check({ height: 6 })).toBeNull()
    expect(check({ txCount: 4_097 })).toBe('header-impossible')
    expect(check({ height: 1 })).toBe('header-impossible')
    expect(check({ height: 1, parent: asBlockHash(TEST_NETWORK) })).toBeNull()
    expect(check({ parent: asBlockHash(TEST_NETWORK) })).toBe('header-impossible')
  })

  it('is due from the start of its slot, held 2 s before, ignored earlier (A8)', () => {
    const start = slotTimeMs(network, 6)
    expect(timingOf(header, network, start)).toEqual({ kind: 'due' })
    expect(timingOf(header, network, start + 3_600_000)).toEqual({ kind: 'due' })
    expect(timingOf(header, network, start - 1_900)).toEqual({ kind: 'early', dueMs: start })
    expect(timingOf(header, network, start - 2_000)).toEqual({ kind: 'early', dueMs: start })
    expect(timingOf(header, network, start - 2_001)).toEqual({ kind: 'too-early' })
  })

  it('follows its parent', () => {
    expect(checkParent(header, { height: 2, slot: 5 })).toBeNull()
    expect(checkParent(header, { height: 2, slot: 6 })).toBe('parent-mismatch')
    expect(checkParent(header, { height: 1, slot: 5 })).toBe('parent-mismatch')
  })
})

describe('a compact block', () => {
  const body = [0, 1, 2].map((nonce) => buildTransaction({ nonce }))
  const block: CompactBlock = {
    header: buildHeader(headerOf(header, body)),
    shortIds: body.map(({ hash }) => shortIdOf(hash)),
    prefilled: [0, 2].map((index) => ({ index, transaction: body[index]! })),
    bytes: new Uint8Array(0),
  }

  it('has the short ids of its header, and its transactions where they belong', () => {
    expect(checkCompact(block)).toBeNull()
    const broken: Partial<CompactBlock>[] = [
      { shortIds: block.shortIds.slice(1) },
      { shortIds: [...block.shortIds].reverse() },
      { shortIds: [...block.shortIds, '00'.repeat(8)] },
      { prefilled: [...block.prefilled].reverse() },
      { prefilled: [block.prefilled[0]!, block.prefilled[0]!] },
      { prefilled: [{ index: 1, transaction: body[0]! }] },
      { prefilled: [{ index: 3, transaction: body[0]! }] },
      { prefilled: [{ index: 0, transaction: buildTransaction({ nonce: 0, signature: 'other' }) }] },
    ]
    for (const change of broken) expect(checkCompact({ ...block, ...change })).toBe('compact-mismatch')
  })
})
