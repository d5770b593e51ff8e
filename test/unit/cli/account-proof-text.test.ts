import { describe, expect, it } from 'vitest'
import { proofText } from '../../../src/cli/account-proof-text.ts'
import { proofDocument } from '../../../src/domain/ledger/account-proof.ts'
import { Ledger } from '../../../src/domain/ledger/ledger.ts'
import type { AccountProofView, AccountView } from '../../../src/domain/views.ts'
import { accountKey } from '../../toolkit/objects/builders.ts'

const key = accountKey('alice')
const ledger = Ledger.genesis([
  { key: accountKey('bob'), balance: 7n },
  { key, balance: 100n },
])
const proof = ledger.proof(key)
if (proof === null) throw new Error('alice is in the ledger')
const view: AccountView = {
  v: 1,
  address: 'ths1alice',
  key,
  balance: '100',
  nonce: '0',
  nextNonce: '0',
  pending: 0,
  parked: 0,
  head: { height: 12, hash: 'ab'.repeat(32) },
  proof: proofDocument(proof) as unknown as AccountProofView,
  header: null,
}

describe('the proof of an account', () => {
  it('is checked, and named with its root', () => {
    expect(proofText(view)).toBe(`valid: account 2 of 2 under ledger root ${proof.ledgerRoot}, of block 12`)
  })

  it('is none for a key that the ledger has not seen', () => {
    expect(proofText({ ...view, proof: null })).toMatch(/^none/)
  })

  it.each([
    ['another balance than the one shown', { ...view, balance: '101' }],
    ['another nonce than the one shown', { ...view, nonce: '1' }],
    ['another key than the one asked for', { ...view, key: accountKey('bob') }],
    ['a balance that is not under the root', changed({ balance: '101' }, { balance: '101' })],
    ['another place', changed({ index: 0 })],
    ['another root', changed({ ledgerRoot: '00'.repeat(32) })],
    ['a branch that is too short', changed({ branch: view.proof?.branch.slice(1) ?? [] })],
    ['numbers that are none', changed({ balance: '1e3' }, { balance: '1e3' })],
  ])('with %s is refused', (_, answer) => {
    expect(() => proofText(answer)).toThrow('does not show this account')
  })

  it('that is missing is no proof', () => {
    const { proof: _, ...without } = view
    expect(() => proofText(without)).toThrow('sent no proof')
  })
})

function changed(inProof: Partial<AccountProofView>, shown: Partial<AccountView> = {}): AccountView {
  return { ...view, ...shown, proof: { ...(view.proof as AccountProofView), ...inProof } }
}
