/** The machines of one node, wing by wing. The kernel passes values between them; they never meet. */
import { Blocks } from './blocks/state.ts'
import { Members } from './members/state.ts'
import { Peers } from './peers/state.ts'
import { Repairs } from './repair/state.ts'
import { type KernelConfig, Shared } from './shared/state.ts'
import type { WingState } from './shared/wing.ts'
import { Transactions } from './transactions/state.ts'

export class Machines {
  readonly shared: Shared
  readonly peers: Peers
  readonly transactions: Transactions
  readonly blocks: Blocks
  readonly members: Members
  readonly repair: Repairs
  /** All of them, for what is asked of each. */
  readonly wings: readonly WingState[]

  /** What a wing needs to know of one that it must not see, it is handed here. */
  constructor(config: KernelConfig) {
    const shared = new Shared(config)
    const blocks = new Blocks(shared)
    const transactions = new Transactions(shared)
    const { pool, seen } = transactions
    const members = new Members(shared, {
      count: () => pool.count,
      knows: (id, monoMs) => pool.has(id) || seen.departure(id, monoMs) !== undefined,
    })
    this.shared = shared
    this.peers = new Peers(shared, () => blocks.isBehind)
    this.transactions = transactions
    this.blocks = blocks
    this.members = members
    this.repair = new Repairs(shared, { transactions: transactions.set, records: members.set })
    this.wings = [shared, this.peers, transactions, blocks, members, this.repair]
  }
}
