/**
 * Who hands transactions in on a real network: its accounts for load, whose keys are public on development networks.
 */
import { randomBytes } from 'node:crypto'
import type { Client } from '../../client/connect.ts'
import { asNetworkId, type NetworkId } from '../../domain/ids.ts'
import { assert } from '../../lib/assert.ts'
import { toHex } from '../../lib/bytes.ts'
import { devAccount } from '../../wallet/dev-accounts.ts'
import { sign, type KeyPair } from '../../wallet/keys.ts'
import { makeTransaction, type MadeTransaction } from '../../wallet/make-transaction.ts'
import { LOAD_ACCOUNTS } from '../../../testnet/dev-network.ts'
import { FEE } from './limits.ts'

interface Account {
  readonly keys: KeyPair
  /** Null until a node was asked. */
  nonce: bigint | null
  /** One transaction of an account after the other: a nonce is free again where its transaction was refused. */
  turn: Promise<unknown>
}

export class Senders {
  readonly #network: NetworkId
  readonly #accounts: readonly Account[]
  #next = 0

  constructor(network: { readonly network: string; readonly networkId: string }) {
    this.#network = asNetworkId(network.networkId)
    this.#accounts = Array.from({ length: LOAD_ACCOUNTS }, (_, index) => {
      const account = devAccount(`load-${index}`, network.network)
      assert(account.ok, 'development networks have accounts for load')
      return { keys: account.keys, nonce: null, turn: Promise.resolve() }
    })
  }

  /**
   * Signs the next transaction and hands it to a node. @param onMade is told its id before it is sent
   * @returns why the node did not take it; null: it is acknowledged
   */
  handIn(client: Client, payloadBytes: number, onMade: (id: string) => void): Promise<string | null> {
    const account = this.#account()
    const handed = account.turn.then(async () => {
      const nonce = await this.#nonceOf(account, client)
      if (nonce === null) return 'the node does not answer'
      const { id, bytes } = this.#make(account.keys, nonce, payloadBytes)
      onMade(id)
      const answer = await client.submit(bytes)
      // Without an answer nobody knows whether the nonce is taken: the next one asks.
      account.nonce = answer.ok ? nonce + 1n : null
      return answer.ok ? null : answer.kind === 'problem' ? answer.problem.code : 'no answer'
    })
    account.turn = handed.catch(() => undefined)
    return handed
  }

  /** A transaction that is in order but for being sent by somebody else; spoilt by the caller. */
  async forgeable(
    client: Client,
  ): Promise<{ readonly genuine: MadeTransaction; readonly signedForOther: () => Uint8Array } | null> {
    const account = this.#account()
    const nonce = await this.#nonceOf(account, client)
    if (nonce === null) return null
    const other = asNetworkId('00'.repeat(32))
    const made = (network: NetworkId): MadeTransaction => this.#make(account.keys, nonce, 32, network)
    return { genuine: made(this.#network), signedForOther: () => made(other).bytes }
  }

  #account(): Account {
    const account = this.#accounts[this.#next++ % this.#accounts.length]
    assert(account !== undefined, 'there are accounts')
    return account
  }

  async #nonceOf(account: Account, client: Client): Promise<bigint | null> {
    if (account.nonce !== null) return account.nonce
    const found = await client.account(toHex(account.keys.publicKey))
    return found.ok ? BigInt(found.value.nextNonce) : null
  }

  #make(keys: KeyPair, nonce: bigint, payloadBytes: number, network = this.#network): MadeTransaction {
    const draft = {
      ...{ sender: keys.publicKey, nonce, recipient: randomBytes(32), amount: 1n, fee: FEE },
      ...{ createdAtMs: Date.now(), payload: randomBytes(payloadBytes) },
    }
    return makeTransaction(draft, network, (message) => sign(keys.secret, message))
  }
}
