import { describe, expect, it } from 'vitest'
import { headerOf } from '../../../../src/domain/block.ts'
import { asBlockHash } from '../../../../src/domain/ids.ts'
import { Ledger } from '../../../../src/domain/ledger/ledger.ts'
import { REJECTS } from '../../../../src/domain/reject.ts'
import { checkBody, checkBodyOf } from '../../../../src/domain/rules/body-rules.ts'
import { slotTimeMs } from '../../../../src/domain/slots.ts'
import type { Transaction } from '../../../../src/domain/transaction.ts'
import { toHex } from '../../../../src/lib/bytes.ts'
import { accountKey, buildNetwork, buildTransaction } from '../../../toolkit/objects/builders.ts'

const network = buildNetwork({ accounts: [{ key: accountKey('alice'), balance: 100n }] })
const genesis = Ledger.genesis(network.accounts)
const slot = 5
const timeMs = slotTimeMs(network, slot)
const pay = (nonce: number, amount = 10, createdAtMs = timeMs): Transaction =>
  buildTransaction({ sender: accountKey('alice'), recipient: accountKey('bob'), nonce, amount, fee: 2, createdAtMs })

function judge(body: readonly Transaction[], ledgerRoot?: string) {
  const applied = genesis.apply(body, accountKey('v1'))
  const root = ledgerRoot ?? (applied.ok ? toHex(applied.ledger.root()) : '00'.repeat(32))
  const place = { parent: asBlockHash('aa'.repeat(32)), height: 2, slot, proposer: accountKey('v1') }
  const header = headerOf({ ...place, ledgerRoot: root }, body)
  return checkBody(header, body, network, genesis)
}

describe('a body', () => {
  it('that keeps all rules gives the ledger after it', () => {
    const verdict = judge([pay(0), pay(1)])
    if (!verdict.ok) throw new Error(verdict.code)
    expect(verdict.ledger.account(accountKey('alice'))).toMatchObject({ nonce: 2n, balance: 76n })
    expect(verdict.ledger.account(accountKey('bob'))).toMatchObject({ nonce: 0n, balance: 20n })
    expect(verdict.ledger.account(accountKey('v1'))).toMatchObject({ nonce: 0n, balance: 4n })
    expect(verdict.changes.map(({ key }) => key)).toEqual(['alice', 'bob', 'v1'].map(accountKey))
    expect(genesis.account(accountKey('alice'))).toMatchObject({ nonce: 0n, balance: 100n })
  })

  it('leaves the ledger alone when it is empty', () => {
    const verdict = judge([])
    expect(verdict.ok && verdict.ledger).toBe(genesis)
  })

  it('is refused for what breaks a rule, with the place where it does', () => {
    expect(judge([pay(0), pay(0)])).toEqual({ ok: false, code: 'body-unpayable', position: 1 })
    expect(judge([pay(1)])).toEqual({ ok: false, code: 'body-unpayable', position: 0 })
    expect(judge([pay(0, 60), pay(1, 60)])).toEqual({ ok: false, code: 'body-unpayable', position: 1 })
    expect(judge([pay(0)], 'ee'.repeat(32))).toEqual({ ok: false, code: 'body-ledger-root', position: null })
    const window = { ok: false, code: 'body-window', position: 1 }
    expect(judge([pay(0), pay(1, 10, timeMs + 30_001)])).toEqual(window)
    expect(judge([pay(0), pay(1, 10, timeMs - network.txLifetimeMs - 1)])).toEqual(window)
    expect(judge([pay(0, 10, timeMs + 30_000), pay(1, 10, timeMs - network.txLifetimeMs)]).ok).toBe(true)
  })

  it('can not spend within the block what the block pays its proposer', () => {
    const spend = buildTransaction({ sender: accountKey('v1'), nonce: 0, amount: 0, fee: 1, createdAtMs: timeMs })
    expect(judge([pay(0), spend])).toEqual({ ok: false, code: 'body-unpayable', position: 1 })
  })

  it('is refused beyond 1 MiB', () => {
    const body = Array.from({ length: 70 }, (_, nonce) =>
      buildTransaction({
        sender: accountKey('alice'),
        nonce,
        amount: 0,
        fee: 1,
        payloadBytes: 16_000,
        createdAtMs: timeMs,
      }),
    )
    expect(judge(body)).toEqual({ ok: false, code: 'body-too-large', position: null })
  })

  it('is charged to whoever served it only when it is not the body of its header', () => {
    const header = headerOf(
      {
        parent: asBlockHash('aa'.repeat(32)),
        height: 2,
        slot,
        proposer: accountKey('v1'),
        ledgerRoot: '00'.repeat(32),
      },
      [pay(0), pay(1)],
    )
    expect(checkBodyOf(header, [pay(0), pay(1)])).toBeNull()
    for (const other of [[], [pay(0)], [pay(1), pay(0)], [pay(0), { ...pay(1), hash: pay(2).hash }]])
      expect(checkBodyOf(header, other)).toBe('body-mismatch')
    expect(REJECTS['body-mismatch'].offence).toBe('invalid')
    for (const code of [
      'body-unpayable',
      'body-window',
      'body-ledger-root',
      'body-signature',
      'body-too-large',
    ] as const)
      expect(REJECTS[code]).toMatchObject({ verdict: 'ignore', offence: null })
  })
})
