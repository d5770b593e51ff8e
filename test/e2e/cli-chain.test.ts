/** The chain from the command line, and load, against a real API over a fake node. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decodeTransaction } from '../../src/domain/codec/transaction-codec.ts'
import { asAccountId, asNetworkId } from '../../src/domain/ids.ts'
import { proofDocument } from '../../src/domain/ledger/account-proof.ts'
import { Ledger } from '../../src/domain/ledger/ledger.ts'
import { signingPrefix } from '../../src/domain/signing.ts'
import type { AccountProofView } from '../../src/domain/views.ts'
import { documentsOf, freshFolder, removeFolders, runCli, startCli, type CliResult } from '../toolkit/command/cli.ts'
import { fakeBlock, FakeControl } from '../toolkit/api/fake-control.ts'
import { openTestApi, TOKEN, type TestApi } from '../toolkit/api/http-api.ts'
import { until } from '../toolkit/until.ts'

let cwd = ''
let control = new FakeControl()
let open: TestApi
beforeEach(async () => {
  cwd = freshFolder()
  writeFileSync(join(cwd, 'token'), `${TOKEN}\n`)
  control = new FakeControl()
  open = await openTestApi({ control })
})
afterEach(async () => {
  await open.api.close()
  removeFolders()
})

const words = (line: string): string[] => [...line.split(' '), '--api', open.url, '--token-file', join(cwd, 'token')]
const hearsay = (line: string): Promise<CliResult> => runCli(words(line), { cwd })

describe('blocks', () => {
  it('are shown by name, and are not found where there is none', async () => {
    const block = fakeBlock(7, { txCount: 1, transactions: ['ee'.repeat(32)] })
    for (const name of ['head', '7']) control.blockLookups.set(name, { kind: 'found', value: block })
    const shown = await hearsay('block show head')
    expect(shown.code, shown.stderr).toBe(0)
    expect(shown.stdout).toContain(block.hash)
    expect(shown.stdout).toContain('ee'.repeat(32))
    expect(JSON.parse((await hearsay('block show 7 --json')).stdout)).toEqual(block)
    expect((await hearsay('block show 8')).code).toBe(6)
    const wrong = await hearsay('block show tail')
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain('"tail" is not head, settled, a height')
  })

  it('are listed, with evidence against who signs two for one slot', async () => {
    expect(JSON.parse((await hearsay('block list --limit 5 --before 9 --json')).stdout)).toMatchObject({ v: 1 })
    expect(control.blocksAsked).toEqual({ limit: 5, before: 9 })
    expect((await hearsay('block list')).stdout).toMatch(/^head 1, settled 0\n\nHEIGHT/)
    expect((await hearsay('block list --limit 0')).code).toBe(2)
    expect((await hearsay('block evidence')).stdout).toMatch(/^none/)
    control.evidenceKept = [{ slot: 9, proposer: 'ths1liar', hashes: ['aa', 'bb'], headers: ['00'] }]
    expect((await hearsay('block evidence')).stdout).toContain('slot 9: ths1liar signed 2 blocks')
  })
})

describe('the proof of an account', () => {
  const key = asAccountId('ab'.repeat(32))

  it('is checked before it is believed', async () => {
    const proof = Ledger.genesis([{ key, balance: 100n }]).proof(key)
    if (proof === null) throw new Error('the account is in the ledger')
    control.accountProof = proofDocument(proof) as unknown as AccountProofView
    const shown = await hearsay(`account show ${key} --proof`)
    expect(shown.code, shown.stderr).toBe(0)
    expect(shown.stdout).toContain(`valid: account 1 of 1 under ledger root ${proof.ledgerRoot}`)
    expect(JSON.parse((await hearsay(`account show ${key} --proof --json`)).stdout).proof).toEqual(control.accountProof)
    control.accountProof = { ...control.accountProof, ledgerRoot: '00'.repeat(32) }
    const lied = await hearsay(`account show ${key} --proof`)
    expect(lied).toMatchObject({ code: 1, stdout: '' })
    expect(lied.stderr).toContain('does not show this account')
  })
})

describe('load', () => {
  const idOf = (item: Uint8Array): string => {
    const decoded = decodeTransaction(item, signingPrefix('hearsay/tx/1', asNetworkId('0'.repeat(64))))
    if (!decoded.ok) throw new Error(decoded.code)
    return decoded.value.id
  }

  it('sends what was asked for and measures it', async () => {
    const { code, stdout, stderr } = await hearsay('load --rate 200 --size 300 --for 500ms --accounts 3 --json')
    expect(code, stderr).toBe(0)
    const document = JSON.parse(stdout)
    expect(document).toMatchObject({
      v: 1,
      accounts: 3,
      sizeBytes: 300,
      offered: { rate: 200, transactions: 100, forMs: 500 },
      sent: 100,
      accepted: 100,
      refused: {},
      failed: {},
      latencyMs: { count: 100 },
    })
    expect(control.submitted).toHaveLength(100)
    expect(new Set(control.submitted.map(({ byteLength }) => byteLength))).toEqual(new Set([300]))
    const text = (await hearsay('load --rate 100 --for 100ms')).stdout
    for (const line of ['offered', 'achieved', 'refused   none', 'latency   p50']) expect(text).toContain(line)
  })

  it('follows its transactions into settled blocks', async () => {
    let isSettled = false
    const included: string[] = []
    control.onSubmit = (item) => {
      included.push(idOf(item))
      return { kind: 'accepted', id: idOf(item), state: 'pending' }
    }
    const blockNow = () => fakeBlock(1, { transactions: [...included], txCount: 20, settled: isSettled })
    control.blocks = async () => {
      const { v, hash, height } = blockNow()
      const isFull = included.length === 20
      return { v, head: { height, hash }, settled: { height: isSettled ? 1 : 0 }, blocks: isFull ? [blockNow()] : [] }
    }
    control.block = async () => {
      isSettled = true
      return { kind: 'found', value: blockNow() }
    }
    const { code, stdout, stderr } = await hearsay('load --rate 100 --for 200ms --settled --json')
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout).inclusion).toMatchObject({
      followed: 20,
      inBlock: 20,
      settled: 20,
      inBlockMs: { count: 20 },
      settledMs: { count: 20 },
    })
  })

  it('exits with 5 when some are not settled in time, and with 4 when none was taken, with the code', async () => {
    const late = await hearsay('load --rate 100 --for 100ms --settled --timeout 300ms')
    expect(late.code).toBe(5)
    expect(late.stderr).toContain('accepted transactions were in no settled block in time')
    control.onSubmit = (item) => ({ kind: 'rejected', code: 'pool-full', id: idOf(item) })
    const refused = await hearsay('load --rate 100 --for 100ms --json')
    expect(refused.code).toBe(4)
    expect(JSON.parse(refused.stdout)).toMatchObject({ accepted: 0, refused: { 'pool-full': 10 } })
    expect(documentsOf(refused.stderr)[0].error.code).toBe('pool-full')
  })

  it('reports at Ctrl-C what it did until then', async () => {
    const running = startCli(words('load --rate 100 --for 60s --json'), { cwd })
    await until(() => control.submitted.length > 20, 'the load runs')
    running.child.kill('SIGINT')
    const { code, stdout } = await running.ended
    expect(code).toBe(130)
    const { offered, accepted, sent } = JSON.parse(stdout)
    expect(offered.forMs).toBeLessThan(60_000)
    expect(accepted).toBe(sent)
    expect(sent).toBeGreaterThan(20)
    expect(sent).toBeLessThan(6_000)
  })

  it.each([
    ['--size 167', '168 to 16552'],
    ['--rate 0', 'whole number from 1'],
    ['--accounts 65', 'from 1 to 64'],
    ['--nodes 0-4', 'no testnet'],
  ])('refuses %s', async (option, words) => {
    const { code, stderr } = await hearsay(`load --for 1s ${option}`)
    expect(code).toBe(2)
    expect(stderr).toContain(words)
  })
})
