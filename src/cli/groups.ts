/** Words that only hold other commands, and what those are about. */
export const GROUPS: Readonly<Record<string, string>> = {
  testnet: 'a network of real nodes on this machine',
  'testnet snapshot': 'copies of a network to go back to',
  scenario: 'experiments as files',
  tx: 'make, send and follow transactions',
  block: 'blocks of the chain',
  keys: 'the keys in your keystore',
  account: 'accounts of the ledger',
  node: 'run a node',
  sim: 'how rumours spread: theory beside measurement',
  tags: 'what a node says of itself to all others',
}
