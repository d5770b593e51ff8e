/**
 * What kind of network the node lives in: `node` for the open one, `dev` for a local testnet, where all peers share one
 * address, `bench` for measurements at rates that the open network would throttle.
 */
export type Libp2pProfile = 'node' | 'dev' | 'bench'
