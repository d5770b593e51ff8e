/** A network of more accounts than a call can have arguments; PROTOCOL.md allows 1,048,576. */
import { expect, it } from 'vitest'
import { asAccountId } from '../../../src/domain/ids.ts'
import { Ledger } from '../../../src/domain/ledger/ledger.ts'
import { networkDocument, networkIdOf, parseNetwork, type NetworkParams } from '../../../src/domain/params.ts'
import { Kernel } from '../../../src/kernel/kernel.ts'
import { asPeerId } from '../../../src/domain/ids.ts'
import { TEST_NETWORK } from '../../toolkit/objects/transactions.ts'

const ACCOUNTS = 70_000

const network: NetworkParams = {
  ...TEST_NETWORK,
  accounts: Array.from({ length: ACCOUNTS }, (_, number) => ({
    key: asAccountId((number + 1).toString(16).padStart(64, '0')),
    balance: 1n,
  })),
}

it('of 70,000 accounts has an id and a ledger, and a node starts with it', { timeout: 60_000 }, () => {
  const parsed = parseNetwork(networkDocument(network))
  expect(parsed.ok && networkIdOf(parsed.params)).toBe(networkIdOf(network))
  const ledger = Ledger.genesis(network.accounts)
  expect(ledger.root()).toHaveLength(32)
  expect(ledger.entries()).toHaveLength(ACCOUNTS)
  const kernel = new Kernel({
    network,
    profile: 'node',
    name: 'large',
    self: asPeerId('self'),
    bootstrap: [],
    validator: null,
    agentVersion: 'test',
    discovers: false,
    observes: false,
    chance: () => 0.5,
  })
  kernel.invariants()
  expect(kernel.machines.transactions.accountOf(network.accounts[ACCOUNTS - 1]!.key).balance).toBe(1n)
})
