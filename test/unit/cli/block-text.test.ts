import { describe, expect, it } from 'vitest'
import { blockListText, blockText, evidenceText } from '../../../src/cli/block-text.ts'
import { readBlockName } from '../../../src/cli/parse.ts'
import { fakeBlock } from '../../toolkit/api/fake-control.ts'

const id = (number: number): string => number.toString(16).padStart(64, 'e')

describe('a block as text', () => {
  it('says where it stands, when it came and from whom', () => {
    const text = blockText(fakeBlock(7, { txCount: 1, transactions: [id(1)], sizeBytes: 500 }))
    expect(text).toContain(`block       7  ${fakeBlock(7).hash}`)
    expect(text).toContain('on the best chain, not settled yet')
    expect(text).toContain('slot        8  2023-11-14 22:13:36.000')
    expect(text).toMatch(/first seen {2}.*12000 ms before its slot, from 12D3KooWOther/)
    expect(text).toContain('holds       1 transaction\n')
    expect(text).toContain(`  ${id(1)}`)
  })

  it.each([
    [{ settled: true }, 'on the best chain, settled'],
    [{ branch: 'side' as const }, 'beside the best chain'],
    [{ branch: 'invalid' as const, reason: 'body-ledger-root' }, 'breaks a rule (body-ledger-root)'],
    [{ firstSeenNs: null }, 'not remembered'],
    [{ from: null }, 'made here'],
    [{ firstSeenNs: '1700000016120000000' }, '120 ms into its slot'],
  ])('with %o says "%s"', (fields, words) => {
    expect(blockText(fakeBlock(7, fields))).toContain(words)
  })

  it('lists twenty transactions and says how many more there are', () => {
    const transactions = Array.from({ length: 25 }, (_, index) => id(index))
    const text = blockText(fakeBlock(7, { transactions, txCount: 25 }))
    expect(text).toContain(id(19))
    expect(text).not.toContain(id(20))
    expect(text).toContain('and 5 more')
  })

  it('does not let a peer write on the terminal', () => {
    expect(blockText(fakeBlock(1, { proposer: 'a\x1b[2Jb', from: 'c\rd' }))).not.toMatch(/[\x1b\r]/)
  })
})

describe('the list of blocks as text', () => {
  const head = { height: 2, hash: id(2) }

  it('has a line a block under the head', () => {
    const blocks = [fakeBlock(2), fakeBlock(1, { settled: true })]
    const lines = blockListText({ v: 1, head, settled: { height: 1 }, blocks }).split('\n')
    expect(lines[0]).toBe('head 2, settled 1')
    expect(lines.slice(3).map((line) => line.trim().split(/ {2,}/)[0])).toEqual(['2', '1'])
    expect(lines[3]).toContain('open')
    expect(lines[4]).toContain('settled')
  })

  it('says why it is empty', () => {
    const text = blockListText({ v: 1, head: { height: 0, hash: id(0) }, settled: { height: 0 }, blocks: [] })
    expect(text).toContain('no blocks yet')
  })
})

describe('evidence as text', () => {
  it('names the slot, the proposer and both blocks', () => {
    const evidence = [{ slot: 9, proposer: 'ths1liar', hashes: [id(1), id(2)], headers: [] }]
    const text = evidenceText({ v: 1, evidence })
    for (const part of ['slot 9', 'ths1liar', id(1), id(2)]) expect(text).toContain(part)
    expect(evidenceText({ v: 1, evidence: [] })).toMatch(/^none/)
  })
})

describe('the name of a block', () => {
  it.each(['head', 'settled', '0', '12', '999999999999999', 'abcd', 'f'.repeat(64)])('may be %s', (text) => {
    expect(readBlockName(text)).toEqual({ ok: true, value: text })
  })

  it('may be a hash as other tools print it', () => {
    expect(readBlockName('0xABCD')).toEqual({ ok: true, value: 'abcd' })
  })

  it.each(['tail', '-1', '1.5', 'abc', 'g123', '1'.repeat(16) + 'x', 'f'.repeat(65), ''])('is not "%s"', (text) => {
    expect(readBlockName(text).ok).toBe(false)
  })
})
