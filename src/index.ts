/**
 * `hearsay`, the public library: make, sign and check what the network carries, talk to a node, and run one. It is
 * `hearsay/protocol`, `hearsay/client` and `hearsay/node` in one; `hearsay/sim` and `hearsay/testnet` stand for
 * themselves. Names that none of them shows may change at any time.
 */
export * from './surface/protocol.ts'
export * from './surface/client.ts'
export * from './surface/node.ts'
