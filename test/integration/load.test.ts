/** A load against the API: what is sent, what is measured, and what becomes of nonces and blocks. */
import { afterEach, describe, expect, it } from 'vitest'
import { ChainFollower } from '../../src/cli/load/chain-follower.ts'
import { Inclusion } from '../../src/cli/load/inclusion.ts'
import { openLanes, type Lanes } from '../../src/cli/load/lanes.ts'
import { LoadRun } from '../../src/cli/load/load-run.ts'
import { LoadTally } from '../../src/cli/load/load-tally.ts'
import { OpenLoop } from '../../src/cli/load/open-loop.ts'
import { verifySignature } from '../../src/adapters/crypto/verify-signature.ts'
import { connect } from '../../src/client/connect.ts'
import { decodeTransaction } from '../../src/domain/codec/transaction-codec.ts'
import { asNetworkId } from '../../src/domain/ids.ts'
import { signingPrefix } from '../../src/domain/signing.ts'
import type { Transaction } from '../../src/domain/transaction.ts'
import type { BlockListView } from '../../src/domain/views.ts'
import type { SubmitResult } from '../../src/ports/control.ts'
import { fakeBlock, FakeControl } from '../toolkit/api/fake-control.ts'
import { openTestApi, TOKEN, type TestApi } from '../toolkit/api/http-api.ts'

const PREFIX = signingPrefix('hearsay/tx/1', asNetworkId('0'.repeat(64)))

let apis: TestApi[] = []
let lanes: Lanes | null = null
afterEach(async () => {
  lanes?.close()
  await Promise.all(apis.map(({ api }) => api.close()))
  apis = []
})

function read(bytes: Uint8Array): Transaction {
  const decoded = decodeTransaction(bytes, PREFIX)
  if (!decoded.ok) throw new Error(decoded.code)
  return decoded.value
}

const accept = (item: Uint8Array): SubmitResult => ({ kind: 'accepted', id: read(item).id, state: 'pending' })

async function open(controls: readonly FakeControl[], accounts: number, size = 250): Promise<Lanes> {
  const targets = []
  for (const [index, control] of controls.entries()) {
    const opened = await openTestApi({ control })
    apis.push(opened)
    targets.push({
      apiUrl: opened.url,
      token: () => TOKEN,
      tokenFile: null,
      nodeName: `node-${index}`,
      manifest: null,
      source: 'the test',
    })
  }
  lanes = await openLanes(targets, { accounts, size, fee: 1n })
  return lanes
}

interface Load {
  readonly rate: number
  readonly forMs: number
  readonly size?: number
  readonly inclusion?: Inclusion
  readonly stop?: AbortSignal
}

async function run({ lanes: used }: Lanes, { rate, forMs, size = 250, inclusion, stop }: Load) {
  const tally = new LoadTally(used.map(({ name }) => name))
  const load = new LoadRun({
    lanes: used,
    loop: new OpenLoop({ ratePerSecond: rate, durationMs: forMs }),
    tally,
    inclusion: inclusion ?? null,
    sizeBytes: size,
    now: () => performance.now(),
    wallMs: Date.now,
    stop: stop ?? new AbortController().signal,
  })
  const end = await load.whole()
  return { end, figures: tally.figures() }
}

function control(onSubmit: FakeControl['onSubmit'] = accept): FakeControl {
  const made = new FakeControl()
  made.onSubmit = onSubmit
  return made
}

describe('a load', () => {
  it('is what was asked for: so many, of that size, signed, each account in its order on one node', async () => {
    const controls = [control(), control(), control()]
    const { figures, end } = await run(await open(controls, 7, 400), { rate: 1_000, forMs: 300, size: 400 })
    expect(figures).toMatchObject({ sent: 300, accepted: 300, refused: {}, failed: {}, unsent: 0 })
    expect(end.isWhole).toBe(true)
    expect(figures.latencyMs?.count).toBe(300)
    const nodesOfSender = new Map<string, Set<number>>()
    const noncesOfSender = new Map<string, bigint[]>()
    for (const [index, { submitted }] of controls.entries()) {
      expect(submitted.length).toBe(figures.nodes[index]?.accepted)
      expect(submitted.length).toBeGreaterThan(50)
      for (const bytes of submitted) {
        expect(bytes.byteLength).toBe(400)
        const { sender, nonce, senderKey, signedBytes, signature } = read(bytes)
        expect(verifySignature(senderKey, signedBytes, signature)).toBe(true)
        nodesOfSender.set(sender, (nodesOfSender.get(sender) ?? new Set()).add(index))
        noncesOfSender.set(sender, [...(noncesOfSender.get(sender) ?? []), nonce])
      }
    }
    expect([...nodesOfSender.values()].map(({ size }) => size)).toEqual(Array.from({ length: 7 }, () => 1))
    for (const nonces of noncesOfSender.values()) {
      const ascending = [...nonces].sort((a, b) => Number(a - b))
      expect(ascending).toEqual(nonces.map((_, index) => BigInt(index)))
    }
  })

  it('goes on at its rate while a node does not answer, and the wait is in the figures', async () => {
    let release: () => void = () => undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    let arrived = 0
    const slow = control(async (item) => {
      arrived++
      // All 100 are here before the first is answered.
      if (arrived === 100) release()
      await released
      return accept(item)
    })
    const { figures } = await run(await open([slow], 4), { rate: 1_000, forMs: 100 })
    expect(figures).toMatchObject({ sent: 100, accepted: 100 })
    // The first one was due at 0 and had its answer after the last one was sent.
    expect(figures.latencyMs?.max).toBeGreaterThanOrEqual(90)
  })

  it('uses a refused nonce again before any other, and leaves one alone that is taken', async () => {
    const refusedOnce = new Set<bigint>()
    const taken: bigint[] = []
    const picky = control((item) => {
      const { nonce, id } = read(item)
      if (nonce % 5n === 3n && !refusedOnce.has(nonce)) {
        refusedOnce.add(nonce)
        return { kind: 'rejected', code: 'pool-full', id }
      }
      if (nonce % 5n === 4n) return { kind: 'rejected', code: 'nonce-too-low', id }
      taken.push(nonce)
      return accept(item)
    })
    const { figures } = await run(await open([picky], 1), { rate: 100, forMs: 1_000 })
    expect(figures.sent).toBe(100)
    expect(figures.refused['pool-full']).toBe(refusedOnce.size)
    expect(new Set(taken).size).toBe(taken.length)
    // All that came back were sent again, but for those of the last moment.
    const highest = taken.reduce((a, b) => (a > b ? a : b))
    const missing = [...refusedOnce].filter((nonce) => nonce < highest - 20n && !taken.includes(nonce))
    expect(missing).toEqual([])
    expect(figures.refused['nonce-too-low']).toBeGreaterThan(10)
  })

  it('counts what has no answer, and goes on with the others', async () => {
    const opened = await open([control(), control()], 2)
    const [lost] = apis.splice(0, 1)
    await lost?.api.close()
    const { figures } = await run(opened, { rate: 200, forMs: 200 })
    expect(figures).toMatchObject({ sent: 40, accepted: 20, failed: { unreachable: 20 } })
  })

  it('ends when it is stopped, with what was sent by then', async () => {
    const stopping = new AbortController()
    const stopper = control((item) => {
      stopping.abort()
      return accept(item)
    })
    const { end, figures } = await run(await open([stopper], 1), { rate: 100, forMs: 60_000, stop: stopping.signal })
    expect(end.isWhole).toBe(false)
    expect(figures.sent).toBeLessThan(100)
    expect(figures.accepted).toBe(figures.sent)
  })

  it('needs a development network, and accounts with money', async () => {
    class Elsewhere extends FakeControl {
      override identity() {
        return { ...super.identity(), network: 'mainnet' as never }
      }
    }
    await expect(open([new Elsewhere()], 1)).rejects.toThrow('load is for development networks, and this is mainnet')
    class Poor extends FakeControl {
      override account(key: string) {
        return { ...super.account(key), balance: '0' }
      }
    }
    await expect(open([new Poor()], 2)).rejects.toThrow('funds no account load-')
  })
})

describe('following the chain', () => {
  class ChainControl extends FakeControl {
    chain = [fakeBlock(1), fakeBlock(2)]
    settledHeight = 1
    asked = 0

    override async blocks({ limit, before = Infinity }: { limit: number; before?: number }): Promise<BlockListView> {
      const highest = this.chain.at(-1) ?? fakeBlock(0)
      const blocks = this.chain.filter(({ height }) => height < before).reverse()
      return {
        v: 1,
        head: { height: highest.height, hash: highest.hash },
        settled: { height: this.settledHeight },
        blocks: blocks.slice(0, limit).map((block) => ({ ...block, settled: block.height <= this.settledHeight })),
      }
    }
    override async block(which: string) {
      this.asked++
      const value = this.chain.find(({ hash }) => hash === which)
      return value === undefined ? ({ kind: 'missing' } as const) : ({ kind: 'found', value } as const)
    }
    add(height: number, transactions: string[], fields: { hash?: string } = {}): void {
      this.chain.push(fakeBlock(height, { transactions, txCount: transactions.length, ...fields }))
    }
  }
  const id = (digit: string): string => digit.repeat(64)

  async function follow(chain: ChainControl) {
    const opened = await openTestApi({ control: chain })
    apis.push(opened)
    const inclusion = new Inclusion()
    for (const digit of ['a', 'b', 'c']) {
      inclusion.offer(id(digit), 0)
      inclusion.accept(id(digit))
    }
    let nowMs = 0
    const client = connect(opened.url)
    const follower = new ChainFollower(client, inclusion, () => nowMs)
    return {
      figures: () => inclusion.figures(),
      look: async (atMs: number) => {
        nowMs = atMs
        await follower.look()
      },
    }
  }

  it('sees transactions come into blocks and be settled, and asks for each block once', async () => {
    const chain = new ChainControl()
    const { look, figures } = await follow(chain)
    await look(0)
    chain.add(3, [id('a'), id('b')])
    await look(100)
    await look(200)
    expect(figures()).toMatchObject({ inBlock: 2, settled: 0, inBlockMs: { max: 100 } })
    chain.add(4, [])
    chain.add(5, [id('c')])
    chain.settledHeight = 4
    await look(300)
    expect(figures()).toMatchObject({ inBlock: 3, settled: 2, settledMs: { min: 300, max: 300 } })
    chain.settledHeight = 5
    await look(400)
    expect(figures()).toMatchObject({ inBlock: 3, settled: 3, settledMs: { max: 400 } })
    // Empty ones are not asked for.
    expect(chain.asked).toBe(2)
  })

  it('after a reorg counts the block that is settled', async () => {
    const chain = new ChainControl()
    const { look, figures } = await follow(chain)
    await look(0)
    chain.add(3, [id('a')])
    await look(100)
    chain.chain.pop()
    chain.add(3, [id('b')], { hash: '33'.repeat(32) })
    chain.settledHeight = 3
    await look(200)
    expect(figures()).toMatchObject({ inBlock: 2, settled: 1, settledMs: { count: 1, max: 200 } })
  })

  it('catches up with more blocks than one answer holds', async () => {
    const chain = new ChainControl()
    const { look, figures } = await follow(chain)
    await look(0)
    chain.add(3, [id('a')])
    for (let height = 4; height < 250; height++) chain.add(height, height === 130 ? [id('b')] : [])
    chain.add(250, [id('c')])
    chain.settledHeight = 249
    await look(100)
    expect(figures()).toMatchObject({ inBlock: 3, settled: 2 })
  })
})
