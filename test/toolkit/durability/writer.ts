/**
 * A user who hands in transactions as fast as asked, and remembers which were acknowledged: the promise that durability
 * is about.
 */
import type { Client } from '../../../src/client/connect.ts'
import { toHex } from '../../../src/lib/bytes.ts'
import type { NetworkParams } from '../../../src/domain/params.ts'
import { keysOf } from '../objects/transactions.ts'
import { transactionOf } from '../processes/funded-network.ts'

/** Accounts that take turns: a transaction that was lost before its acknowledgement stops one of them, not all. */
const ACCOUNTS = 16

export interface Refused {
  readonly atMs: number
  /** HTTP status; null when there was no answer. */
  readonly status: number | null
}

export class Writer {
  /** Ids of acknowledged transactions, with the time of the answer. */
  readonly acknowledged = new Map<string, number>()
  readonly refused: Refused[] = []
  readonly #network: NetworkParams
  readonly #nonces = new Array<number>(ACCOUNTS).fill(0)
  #next = 0

  constructor(network: NetworkParams) {
    this.#network = network
  }

  /** Asks the node which nonces come next: what it took without acknowledging, it may or may not have. */
  async align(client: Client): Promise<void> {
    for (let account = 0; account < ACCOUNTS; account++) {
      const view = await client.account(toHex(keysOf(account).publicKey))
      if (view.ok) this.#nonces[account] = Number(view.value.nextNonce)
    }
  }

  /** Hands in one a turn until `signal` fires; resolves when all are answered. */
  async write(client: Client, perSecond: number, signal: AbortSignal): Promise<void> {
    const open: Promise<void>[] = []
    const started = performance.now()
    for (let sent = 0; !signal.aborted; sent++) {
      open.push(this.submit(client))
      const dueMs = ((sent + 1) * 1_000) / perSecond - (performance.now() - started)
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, dueMs)))
    }
    await Promise.all(open)
  }

  async submit(client: Client): Promise<void> {
    const account = this.#next++ % ACCOUNTS
    const nonce = this.#nonces[account] ?? 0
    this.#nonces[account] = nonce + 1
    const outcome = await client.submit(transactionOf(this.#network, account, nonce))
    if (outcome.ok) this.acknowledged.set(outcome.value.id, performance.now())
    else this.refused.push({ atMs: performance.now(), status: outcome.kind === 'problem' ? outcome.status : null })
  }

  /** Acknowledged ids that the node does not know. */
  async lost(client: Client, ids: Iterable<string> = this.acknowledged.keys()): Promise<string[]> {
    const lost: string[] = []
    for (const id of ids) if (!(await client.transaction(id)).ok) lost.push(id)
    return lost
  }
}
