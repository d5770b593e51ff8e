import { describe, expect, it } from 'vitest'
import { verifyAccountProof, type AccountProof } from '../../../../src/domain/ledger/account-proof.ts'
import { Ledger } from '../../../../src/domain/ledger/ledger.ts'
import { accountKey, buildTransaction } from '../../../toolkit/objects/builders.ts'

const ledger = Ledger.genesis(
  Array.from({ length: 37 }, (_, i) => ({ key: accountKey(i), balance: 1_000n + BigInt(i) })),
)
const proofOf = (i: number): AccountProof => {
  const proof = ledger.proof(accountKey(i))
  if (proof === null) throw new Error('the account is there')
  return proof
}

describe('a proof of an account', () => {
  it('holds for every account, and for nothing that differs from it', () => {
    for (const i of [0, 1, 17, 36]) {
      const proof = proofOf(i)
      expect(verifyAccountProof(proof)).toBe(true)
      expect(proof.balance).toBe(1_000n + BigInt(i))
      const other = proofOf((i + 1) % 37)
      const altered: Partial<AccountProof>[] = [
        { balance: proof.balance + 1n },
        { nonce: 1n },
        { key: other.key },
        { index: other.index },
        { size: 38 },
        { branch: other.branch },
        { ledgerRoot: 'ab'.repeat(32) },
      ]
      for (const change of altered) expect(verifyAccountProof({ ...proof, ...change })).toBe(false)
    }
  })

  it('is false, and never throws, for what is no proof', () => {
    const proof = proofOf(3)
    const broken = [
      { branch: proof.branch.slice(1) },
      { branch: [...proof.branch, proof.branch[0]] },
      { branch: proof.branch.map(() => 'zz') },
      { branch: proof.branch.map(() => 5) },
      { index: -1 },
      { index: 1.5 },
      { index: 37, size: 37 },
      { size: Number.POSITIVE_INFINITY },
      { balance: -1n },
      { balance: 2n ** 64n },
      { nonce: 2n ** 64n },
      { key: '' },
      { ledgerRoot: '00' },
    ]
    for (const change of broken) expect(verifyAccountProof({ ...proof, ...change } as AccountProof)).toBe(false)
  })

  it('is not given for a key that has not appeared', () => {
    expect(ledger.proof(accountKey('nobody'))).toBeNull()
    expect(ledger.account(accountKey('nobody'))).toEqual({ nonce: 0n, balance: 0n })
  })
})

describe('4,096 changed accounts', () => {
  it('are one block of at most 100 ms of CPU', () => {
    const rich = Ledger.genesis(Array.from({ length: 4_096 }, (_, i) => ({ key: accountKey(i), balance: 1_000n })))
    const body = Array.from({ length: 2_048 }, (_, i) =>
      buildTransaction({ sender: accountKey(i), recipient: accountKey(i + 2_048) }),
    )
    const times = Array.from({ length: 5 }, () => {
      const before = process.threadCpuUsage()
      const applied = rich.apply(body, accountKey(0))
      if (!applied.ok) throw new Error(applied.code)
      applied.ledger.root()
      const { user, system } = process.threadCpuUsage(before)
      return (user + system) / 1_000
    })
    const best = Math.min(...times)
    console.log(`4,096 accounts: ${times.map((time) => time.toFixed(0)).join(', ')} ms`)
    expect(best).toBeLessThanOrEqual(100)
  })
})
