/** `hearsay/testnet`: a network of real nodes for your own tests, under vitest, node:test or jest. */
export { startTestnet } from '../../testnet/embedded/start-testnet.ts'
export type {
  Expectation,
  NodeRef,
  TestNetwork,
  TestnetOptions,
  TestNode,
} from '../../testnet/embedded/test-network.ts'
export type { Submitted, Transfer } from '../../testnet/embedded/transfers.ts'
