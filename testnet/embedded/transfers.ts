/** Payments that a test hands in: signed for named accounts, each with the nonce that follows. */
import type { Client } from '../../src/client/connect.ts'
import { must } from '../../src/client/must.ts'
import { networkIdOf, type NetworkParams } from '../../src/domain/params.ts'
import type { NetworkId } from '../../src/domain/ids.ts'
import { toHex, utf8 } from '../../src/lib/bytes.ts'
import { devAccount } from '../../src/wallet/dev-accounts.ts'
import type { KeyPair } from '../../src/wallet/keys.ts'
import { makeTransaction } from '../../src/wallet/make-transaction.ts'
import { quickSigner } from '../../src/wallet/quick-signer.ts'

export interface Transfer {
  /**
   * Named accounts of development networks (`alice`, `bob`, `carol`, … `judy`, `load-0` to `load-63`): `alice` pays
   * `bob` unless given.
   */
  readonly from?: string
  readonly to?: string
  /** 1 unless given. */
  readonly amount?: bigint | number
  /** 1 unless given. */
  readonly fee?: bigint | number
  readonly payload?: Uint8Array | string
  /** The node that gets it; the first that runs unless given. */
  readonly at?: number | string
}

export interface Submitted {
  readonly id: string
  /** SSZ of the signed transaction. */
  readonly bytes: Uint8Array
}

export class Transfers {
  readonly #network: string
  readonly #networkId: NetworkId
  readonly #accounts = new Map<string, KeyPair>()
  /** By account: payments are made one after the other, each when the one before it has its answer. */
  readonly #turns = new Map<string, Promise<bigint | null>>()
  readonly #ids: string[] = []

  constructor(params: NetworkParams) {
    this.#network = params.name
    this.#networkId = networkIdOf(params)
  }

  /** What was handed in so far, in order. */
  ids(): readonly string[] {
    return [...this.#ids]
  }

  /** Resolves when the node has it on its disk. Rejects with the node's reason when it refuses. */
  async submit(given: Transfer | Uint8Array, client: Client): Promise<Submitted> {
    if (given instanceof Uint8Array) return this.#handIn(given, client)
    const { from = 'alice' } = given
    const before = this.#turns.get(from) ?? Promise.resolve(null)
    const { promise, resolve } = Promise.withResolvers<bigint | null>()
    this.#turns.set(from, promise)
    let next: bigint | null = null
    try {
      const nonce = (await before) ?? (await this.#nonceOf(from, client))
      const submitted = await this.#handIn(this.#sign(given, from, nonce), client)
      next = nonce + 1n
      return submitted
    } finally {
      // After a refusal the node is asked again.
      resolve(next)
    }
  }

  async #handIn(bytes: Uint8Array, client: Client): Promise<Submitted> {
    const { id } = must(await client.submit(bytes)).value
    this.#ids.push(id)
    return { id, bytes }
  }

  #sign({ to = 'bob', amount = 1, fee = 1, payload = '' }: Transfer, from: string, nonce: bigint): Uint8Array {
    const keys = this.#keysOf(from)
    const draft = {
      sender: keys.publicKey,
      nonce,
      recipient: this.#keysOf(to).publicKey,
      amount: BigInt(amount),
      fee: BigInt(fee),
      createdAtMs: Date.now(),
      payload: typeof payload === 'string' ? utf8(payload) : payload,
    }
    return makeTransaction(draft, this.#networkId, quickSigner(keys.secret)).bytes
  }

  async #nonceOf(account: string, client: Client): Promise<bigint> {
    return BigInt(must(await client.account(toHex(this.#keysOf(account).publicKey))).value.nextNonce)
  }

  #keysOf(name: string): KeyPair {
    const known = this.#accounts.get(name)
    if (known !== undefined) return known
    const account = devAccount(name, this.#network)
    if (!account.ok)
      throw new RangeError(`"${name}" is no account of development networks: write alice, bob, … or load-0`)
    this.#accounts.set(name, account.keys)
    return account.keys
  }
}
