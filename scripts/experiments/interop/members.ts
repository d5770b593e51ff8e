/** Members of a mixed network: nodes of ours and peers of other makes, seen alike. */
import { readFileSync } from 'node:fs'
import { connect, type Client } from '../../../src/client/connect.ts'
import { must } from '../../../src/client/must.ts'
import { encodeSignedTransaction, encodeTransactionBody } from '../../../src/domain/codec/transaction-codec.ts'
import { networkIdOf, type NetworkParams } from '../../../src/domain/params.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import type { ManifestNode } from '../../../src/home/manifest.ts'
import { concatBytes } from '../../../src/lib/bytes.ts'
import { devAccount } from '../../../src/wallet/dev-accounts.ts'
import { sign } from '../../../src/wallet/keys.ts'
import type { ForeignPeer, SeenPeer } from './foreign-peer.ts'
import type { Make } from '../../../test/toolkit/processes/toolchains.ts'

/**
 * Accounts that each member signs with, so that no nonce has two owners: so many that no more than 16 nonces of one are
 * on their way, which come over several neighbours and in any order (PROTOCOL.md, Transactions).
 */
const ACCOUNTS = 10

/** Transactions that a node is asked for in one question. */
const ASKED_AT_ONCE = 24

export interface Member {
  readonly name: string
  readonly make: 'js' | Make
  readonly peerId: string
  readonly address: string
  /** Signs and publishes so many transactions; their ids. */
  publish(count: number): Promise<readonly string[]>
  /** Which of these it has or had. */
  has(ids: readonly string[]): Promise<ReadonlySet<string>>
  peers(): Promise<readonly SeenPeer[]>
  close(): void
}

/** Hands out accounts and nonces of one member, a run of nonces of one account after the other. */
class Wallet {
  readonly #first: number
  readonly #next = new Map<number, number>()

  constructor(member: number) {
    this.#first = member * ACCOUNTS
  }

  take(count: number): readonly { account: number; first: number; count: number }[] {
    return Array.from({ length: ACCOUNTS }, (_, at) => {
      const account = this.#first + at
      const first = this.#next.get(account) ?? 0
      const share = Math.floor(count / ACCOUNTS) + (at < count % ACCOUNTS ? 1 : 0)
      this.#next.set(account, first + share)
      return { account, first, count: share }
    }).filter((run) => run.count > 0)
  }
}

/** A node of ours over its API. */
export class OwnMember implements Member {
  readonly make = 'js'
  readonly name: string
  readonly peerId: string
  readonly address: string
  readonly client: Client
  readonly #wallet: Wallet
  readonly #network: NetworkParams
  readonly #seen = new Set<string>()

  constructor(index: number, node: ManifestNode, network: NetworkParams) {
    this.name = node.name
    this.peerId = node.peerId
    this.address = `/ip4/127.0.0.1/tcp/${node.p2pPort}/p2p/${node.peerId}`
    this.client = connect(node.apiUrl, { token: readFileSync(node.cookieFile, 'utf8').trim() })
    this.#wallet = new Wallet(index)
    this.#network = network
  }

  async publish(count: number): Promise<readonly string[]> {
    const items = this.#wallet
      .take(count)
      .flatMap(({ account, first, count: run }) =>
        Array.from({ length: run }, (_, at) => signedBy(this.#network, `load-${account}`, first + at)),
      )
    const { results } = must(await this.client.submitBatch(items)).value
    return results.map((result) => {
      if (result.status === 'rejected') throw new Error(`${this.name} refuses: ${result.code}`)
      return result.id
    })
  }

  async has(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const unseen = ids.filter((id) => !this.#seen.has(id))
    for (let first = 0; first < unseen.length; first += ASKED_AT_ONCE) {
      const { objects } = must(await this.client.memoryOf(unseen.slice(first, first + ASKED_AT_ONCE))).value
      for (const { id, known } of objects) if (known) this.#seen.add(id)
    }
    return new Set(ids.filter((id) => this.#seen.has(id)))
  }

  async peers(): Promise<readonly SeenPeer[]> {
    const { peers } = must(await this.client.peers()).value
    return peers.map(({ peerId, agentVersion, mesh }) => ({ peer: peerId, agent: agentVersion, mesh }))
  }

  close(): void {
    this.client.close()
  }
}

export class ForeignMember implements Member {
  readonly make: Make
  readonly peer: ForeignPeer
  readonly #wallet: Wallet

  constructor(index: number, make: Make, peer: ForeignPeer) {
    this.make = make
    this.peer = peer
    this.#wallet = new Wallet(index)
  }

  get name(): string {
    return this.peer.name
  }

  get peerId(): string {
    return this.peer.peerId
  }

  get address(): string {
    return this.peer.address
  }

  async publish(count: number): Promise<readonly string[]> {
    const all: string[] = []
    for (const { account, ...run } of this.#wallet.take(count)) {
      const { ids, dropped } = await this.peer.ask('publish', { account: `load-${account}`, ...run })
      if (dropped > 0) throw new Error(`${this.name} drops ${dropped} of what it publishes`)
      all.push(...ids)
    }
    return all
  }

  async has(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const known = new Set((await this.peer.ask('known', {})).ids)
    return new Set(ids.filter((id) => known.has(id)))
  }

  async peers(): Promise<readonly SeenPeer[]> {
    return (await this.peer.ask('status', {})).peers
  }

  close(): void {
    this.peer.stop()
  }
}

/** A transaction of 1 of a development account to itself. */
function signedBy(network: NetworkParams, name: string, nonce: number): Uint8Array {
  const account = devAccount(name, network.name)
  if (!account.ok) throw new Error(account.reason)
  const { publicKey, secret } = account.keys
  const body = encodeTransactionBody({
    ...{ sender: publicKey, recipient: publicKey, nonce: BigInt(nonce), amount: 1n, fee: 1n },
    createdAtMs: Date.now(),
    payload: new Uint8Array(),
  })
  const signed = concatBytes(signingPrefix('hearsay/tx/1', networkIdOf(network)), body)
  return encodeSignedTransaction(body, sign(secret, signed))
}
