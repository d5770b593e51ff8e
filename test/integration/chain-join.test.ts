/** A node that comes to a long chain: how long it takes, and what a lying source can do about it. */
import { readFileSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { encodeHello } from '../../src/domain/codec/hello-codec.ts'
import { decodeChainRequest } from '../../src/domain/codec/chain-codec.ts'
import { openDiskStore } from '../../src/adapters/store/open-disk-store.ts'
import type { BlockHash } from '../../src/domain/ids.ts'
import { networkIdOf } from '../../src/domain/params.ts'
import { PROTOCOL_VERSION } from '../../src/domain/protocols.ts'
import { signingPrefix } from '../../src/domain/signing.ts'
import type { Node } from '../../src/node/compose.ts'
import { serveChain } from '../../src/node/serve-chain.ts'
import type { RequestHandler } from '../../src/ports/requests.ts'
import type { Store } from '../../src/ports/store.ts'
import { startNode as startPeer, type TestNode } from '../toolkit/libp2p/libp2p-node.ts'
import { longNetwork, writeLongChain } from '../toolkit/kernel/long-chain.ts'
import { addressOf, startNode } from '../toolkit/processes/nodes.ts'
import { until } from '../toolkit/until.ts'
import { drawn } from '../toolkit/api/depth.ts'

const HEIGHT = drawn(200, 500)
const PER_BLOCK = 100
/** How long a joiner may take, on a machine that does nothing else: 20 s for 500 blocks of 100 transactions. */
const JOIN_MS_MAX = HEIGHT * 40

/** How long this process was ready to run while the processors did something else, ms (Linux tells; elsewhere 0). */
function waitedForProcessorMs(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6
  } catch {
    return 0
  }
}

const params = longNetwork(HEIGHT)
const blockPrefix = signingPrefix('hearsay/block/1', networkIdOf(params))

let folder = ''
let head: BlockHash
const nodes: Node[] = []
const peers: TestNode[] = []
const stores: Store[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearsay-join-'))
  head = await writeLongChain(join(folder, 'chain'), params, HEIGHT, PER_BLOCK)
}, 120_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

afterEach(async () => {
  await Promise.all([...nodes.splice(0).map((node) => node.stop()), ...peers.splice(0).map((peer) => peer.stop())])
  await Promise.all(stores.splice(0).map((store) => store.close()))
})

let copies = 0
async function copyOfChain(): Promise<string> {
  const place = join(folder, `copy-${++copies}`)
  await cp(join(folder, 'chain'), join(place, 'store'), { recursive: true })
  return place
}

async function source(): Promise<Node> {
  const node = await startNode({ network: params, dataDir: await copyOfChain() })
  nodes.push(node)
  return node
}

/** A peer that greets with the head of the chain, or another, and answers questions about the chain as it likes. */
async function liar(chain: RequestHandler, height = HEIGHT, hash: BlockHash = head): Promise<TestNode> {
  const hello = encodeHello({
    version: PROTOCOL_VERSION,
    networkId: networkIdOf(params),
    headHeight: BigInt(height),
    headHash: hash,
    settledHeight: 0n,
    mempoolCount: 0n,
    mempoolFingerprint: '00'.repeat(32),
    name: 'liar',
  })
  const peer = await startPeer('liar', {
    network: networkIdOf(params),
    beforeStart: async ({ requests }) => {
      await requests.serve('hello', async () => [hello])
      await requests.serve('chain', chain)
    },
  })
  peers.push(peer)
  return peer
}

/** Joins by these sources; the time until it is at the head, and the offences that it counted against the peer. */
async function joinBy(addresses: readonly string[], watched?: string): Promise<{ ms: number; offences: string[] }> {
  const offences: string[] = []
  const startedMs = performance.now()
  const waitedMs = waitedForProcessorMs()
  const cpu = process.cpuUsage()
  const joiner = await startNode({ network: params, dataDir: join(folder, `joiner-${++copies}`), bootstrap: addresses })
  nodes.push(joiner)
  joiner.control.subscribe(['peers'], ({ event, data }) => {
    if (event !== 'offence' && event !== 'banned') return
    const { peerId, code, subject } = data as { peerId?: string; code?: string; subject?: string }
    if (watched !== undefined) expect(`${peerId}${subject}`).toContain(watched)
    offences.push(code ?? event)
  })
  await until(() => joiner.control.status().head.hash === head, 'the joiner is at the head', 100_000)
  const wallMs = performance.now() - startedMs
  const ms = wallMs - (waitedForProcessorMs() - waitedMs)
  const { user, system } = process.cpuUsage(cpu)
  expect(joiner.control.account(params.accounts[0]!.key)).toMatchObject({ nonce: String(2 * HEIGHT) })
  const seconds = (value: number): string => (value / 1_000).toFixed(1)
  console.log(
    `at height ${HEIGHT} after ${seconds(ms)} s (${seconds(wallMs)} s beside other work, processor ${seconds((user + system) / 1_000)} s)`,
    new Set(offences),
  )
  return { ms, offences }
}

async function honestAnswers(): Promise<(request: Uint8Array) => Promise<readonly Uint8Array[]>> {
  const opening = await openDiskStore(join(await copyOfChain(), 'store'))
  if (!opening.ok) throw new Error(opening.message)
  stores.push(opening.store)
  return async (request) => {
    const asked = decodeChainRequest(request)
    return asked === null ? [] : serveChain(opening.store, asked, blockPrefix)
  }
}

describe(`a node that joins at height ${HEIGHT}, ${PER_BLOCK} transactions a block`, { timeout: 120_000 }, () => {
  it('is at the head in 20 s though one of its three sources serves other bodies, and bans it', async () => {
    const answer = await honestAnswers()
    const bad = await liar(async (_, request) => {
      const frames = await answer(request)
      // Each block under the header of another one.
      return decodeChainRequest(request)?.kind === 'blocks' ? [...frames].reverse() : frames
    })
    const honest = [await source(), await source()]
    const { ms, offences } = await joinBy([bad.address(), ...honest.map(addressOf)], bad.self)
    expect(ms).toBeLessThan(JOIN_MS_MAX)
    expect(new Set(offences)).toEqual(new Set(['body-mismatch', 'banned']))
  })

  it('is so though one answers nothing', async () => {
    const silent = await liar(() => new Promise(() => undefined))
    const honest = [await source(), await source()]
    const { ms } = await joinBy([silent.address(), ...honest.map(addressOf)], silent.self)
    expect(ms).toBeLessThan(JOIN_MS_MAX)
  })

  it('is so though one shows the headers of another chain, and charges it', async () => {
    const other = longNetwork(HEIGHT, 1_001)
    const place = join(folder, 'other')
    const otherHead = await writeLongChain(place, other, HEIGHT, 1)
    const opening = await openDiskStore(place)
    if (!opening.ok) throw new Error(opening.message)
    stores.push(opening.store)
    const otherPrefix = signingPrefix('hearsay/block/1', networkIdOf(other))
    const bad = await liar(
      async (_, request) => {
        const asked = decodeChainRequest(request)
        return asked === null ? [] : serveChain(opening.store, asked, otherPrefix)
      },
      HEIGHT + 100,
      otherHead,
    )
    const honest = [await source(), await source()]
    const { ms, offences } = await joinBy([bad.address(), ...honest.map(addressOf)], bad.self)
    expect(ms).toBeLessThan(JOIN_MS_MAX)
    expect(offences.length).toBeGreaterThan(0)
  })
})
