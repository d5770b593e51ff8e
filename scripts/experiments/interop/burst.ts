/**
 * A peer in Go publishes a burst of single transactions, serves no request protocol and sends nothing twice: the node
 * must take all of them within 15 s and hold nothing against it, at rest and while it checks signatures as fast as it
 * can.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sodium from 'sodium-native'
import {
  encodeBatch,
  encodeSignedTransaction,
  encodeTransactionBody,
} from '../../../src/domain/codec/transaction-codec.ts'
import { networkDocument, networkIdOf, type NetworkParams } from '../../../src/domain/params.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import { concatBytes, toHex } from '../../../src/lib/bytes.ts'
import { sha256 } from '../../../src/lib/hash.ts'
import type { Node } from '../../../src/node/compose.ts'
import { keysOf } from '../../../test/toolkit/objects/transactions.ts'
import { ATTACKER_ACCOUNTS, attackNetwork, HONEST_ACCOUNTS } from '../../../test/toolkit/processes/funded-network.ts'
import { startNode } from '../../../test/toolkit/processes/nodes.ts'
import { until } from '../../../testnet/until.ts'
import { ForeignPeer } from './foreign-peer.ts'
import { Broken, type Say, type Tried } from './outcome.ts'

const TAKEN_MS_MAX = 15_000
/** Transactions of the node's own users, which the peer must hear. */
const OWN = 200
/** Senders of a burst, of the own users' transactions (one each), and of the load, one after the other. */
const BURST_ACCOUNTS = ATTACKER_ACCOUNTS
const LOAD_FIRST = BURST_ACCOUNTS + OWN
const LOAD_ACCOUNTS = 128
/**
 * Replacements of one transaction of each sender of the load: each costs a check of its signature, and the pool does
 * not fill. A fee that grows by a tenth as often is still within the balance.
 */
const LOAD_ROUNDS = 180
const LOAD_BATCH = 64
/** The load has begun to be taken: the node is at work. */
const LOAD_STARTED = 256

export interface BurstOptions {
  readonly binary: string
  readonly burst: number
  readonly profile: 'node' | 'dev'
  /** While another peer brings more than the node can check. */
  readonly isLoaded: boolean
  /** RPCs that the peer's own queue holds. */
  readonly queue: number
  readonly folder: string
  readonly say: Say
}

export async function tryBurst(options: BurstOptions): Promise<Tried> {
  const { burst, profile, isLoaded, folder, say } = options
  const id = `burst-${burst}-${profile}${isLoaded ? '-at-full-rate' : ''}`
  say(`${id}: signing`)
  const network = attackNetwork(Date.now(), 2)
  const networkFile = join(folder, 'network.json')
  writeFileSync(networkFile, JSON.stringify(networkDocument(network)))
  const signer = new Signer(network)
  const items = Array.from({ length: burst }, (_, at) =>
    signer.sign(at % BURST_ACCOUNTS, Math.floor(at / BURST_ACCOUNTS), 1n),
  )
  const messages = items.map(({ bytes }) => toHex(encodeBatch([bytes])))
  const load = isLoaded ? loadMessages(signer) : []
  const node = await startNode({ name: 'under-test', network, profile })
  const peers: ForeignPeer[] = []
  const join_ = async (name: string): Promise<ForeignPeer> => {
    const flags = { before: ['-queue', String(options.queue)] }
    const peer = await ForeignPeer.start(name, options.binary, networkFile, flags)
    peers.push(peer)
    await peer.ask('dial', { address: node.listen[0] ?? '' })
    // Before that it would publish to nobody, and announce it to nobody who comes into the mesh later.
    await until(async () => (await peer.ask('status', {})).peers.some(({ mesh }) => mesh.includes('transactions')), {
      timeoutMs: 30_000,
      everyMs: 20,
    })
    return peer
  }
  let offences = 0
  node.control.subscribe(['peers'], ({ event }) => {
    if (event === 'offence' || event === 'banned') offences++
  })
  /** What is in the pool of the burst: those of the load replace one another. */
  const inPool = (): number => node.control.status().mempool.count - (isLoaded ? LOAD_ACCOUNTS : 0)
  const accepted = (): number => {
    const { taken, untraced } = node.control.status().seen
    return taken + untraced
  }
  try {
    const peer = await join_('go')
    let loading: Promise<unknown> = Promise.resolve()
    if (isLoaded) {
      const feeder = await join_('go-load')
      say(`${id}: ${load.length * LOAD_BATCH} transactions as load`)
      loading = feeder.ask('messages', { messages: load })
      await until(() => accepted() >= LOAD_STARTED, { timeoutMs: 10_000, everyMs: 5 })
    }
    say(`${id}: publishing`)
    const before = { accepted: accepted(), cpu: process.cpuUsage(), atMs: performance.now() }
    const { ms: publishedMs, dropped } = await peer.ask('messages', { messages })
    await until(() => inPool() >= burst, { timeoutMs: TAKEN_MS_MAX, everyMs: 10 })
    const takenMs = Math.round(performance.now() - before.atMs)
    const cpu = process.cpuUsage(before.cpu)
    const busy = (cpu.user + cpu.system) / 1_000 / takenMs
    const taken = inPool()
    // Late is not lost: on a busy machine the one can be told from the other.
    await until(() => inPool() >= burst, { timeoutMs: 3 * TAKEN_MS_MAX, everyMs: 100 })
    const takenLate = inPool() - taken
    const othersMeanwhile = accepted() - before.accepted - taken
    const heard = await heardByPeer(node, peer, signer)
    await loading
    const broken = new Broken()
    broken.unless(taken === burst, `${taken} of ${burst} taken within ${TAKEN_MS_MAX} ms, ${takenLate} later`)
    broken.unless(heard === OWN, `the peer heard ${heard} of ${OWN} of the node's own users`)
    broken.unless(offences === 0, `${offences} offences`)
    const figures = {
      ...{
        burst,
        profile,
        fullRate: isLoaded,
        taken,
        takenMs,
        takenLate,
        publishedMs,
        droppedByPeer: dropped,
        heardByPeer: heard,
      },
      ...{ offences, cores: Math.round(busy * 100) / 100 },
      ...(isLoaded ? { othersTakenMeanwhile: othersMeanwhile } : {}),
    }
    return { id, figures, broken: broken.list }
  } finally {
    for (const peer of peers) peer.stop()
    await node.stop()
  }
}

/** How many of the node's users' transactions the peer has heard, when it will have. */
async function heardByPeer(node: Node, peer: ForeignPeer, signer: Signer): Promise<number> {
  const own = Array.from({ length: OWN }, (_, at) => signer.sign(BURST_ACCOUNTS + at, 0, 1n))
  const results = await node.control.submit(own.map(({ bytes }) => bytes))
  const refused = results.filter(({ kind }) => kind !== 'accepted').length
  if (refused > 0) throw new Error(`the node refuses ${refused} transactions of its own users`)
  let heard = 0
  await until(
    async () => {
      const known = new Set((await peer.ask('known', {})).ids)
      heard = own.filter(({ id }) => known.has(id)).length
      return heard === OWN
    },
    { timeoutMs: TAKEN_MS_MAX, everyMs: 100 },
  )
  return heard
}

/** Replacements of the same transactions, each for a tenth more. */
function loadMessages(signer: Signer): string[] {
  const messages: string[] = []
  let fee = 1n
  for (let round = 0; round < LOAD_ROUNDS; round++) {
    for (let first = 0; first < LOAD_ACCOUNTS; first += LOAD_BATCH)
      messages.push(
        toHex(
          encodeBatch(
            Array.from({ length: LOAD_BATCH }, (_, at) => signer.sign(LOAD_FIRST + first + at, 0, fee).bytes),
          ),
        ),
      )
    fee += (fee + 9n) / 10n
  }
  return messages
}

/** Signs fast: tens of thousands of signatures are made before anything is measured. */
class Signer {
  readonly #prefix: Uint8Array
  readonly #secrets = new Map<number, Buffer>()

  constructor(network: NetworkParams) {
    if (network.accounts.length < HONEST_ACCOUNTS + 2 * ATTACKER_ACCOUNTS) throw new Error('too few accounts')
    this.#prefix = signingPrefix('hearsay/tx/1', networkIdOf(network))
  }

  sign(account: number, nonce: number, fee: bigint): { id: string; bytes: Uint8Array } {
    const { secret: seed, publicKey } = keysOf(account)
    let secret = this.#secrets.get(account)
    if (secret === undefined) {
      secret = Buffer.alloc(sodium.crypto_sign_SECRETKEYBYTES)
      sodium.crypto_sign_seed_keypair(Buffer.alloc(sodium.crypto_sign_PUBLICKEYBYTES), secret, Buffer.from(seed))
      this.#secrets.set(account, secret)
    }
    const body = encodeTransactionBody({
      ...{ sender: publicKey, recipient: publicKey, nonce: BigInt(nonce), amount: 1n, fee },
      createdAtMs: Date.now(),
      payload: new Uint8Array(),
    })
    const signed = concatBytes(this.#prefix, body)
    const signature = Buffer.alloc(sodium.crypto_sign_BYTES)
    sodium.crypto_sign_detached(signature, Buffer.from(signed), secret)
    return { id: toHex(sha256(signed)), bytes: encodeSignedTransaction(body, signature) }
  }
}
