/** Every mutant, by the area of its defence. */
import type { Mutant } from './mutant.ts'
import { API_MUTANTS } from './api.ts'
import { CHAIN_MUTANTS } from './chain.ts'
import { DISCOVERY_MUTANTS } from './discovery.ts'
import { DURABILITY_MUTANTS } from './durability.ts'
import { HOME_MUTANTS } from './home.ts'
import { KEYS_MUTANTS } from './keys.ts'
import { PEERS_MUTANTS } from './peers.ts'
import { ROUTER_MUTANTS } from './router.ts'
import { SYNC_MUTANTS } from './sync.ts'
import { TRANSACTIONS_MUTANTS } from './transactions.ts'
import { TRANSPORT_MUTANTS } from './transport.ts'

export const MUTANTS: readonly Mutant[] = [
  ...API_MUTANTS,
  ...CHAIN_MUTANTS,
  ...DISCOVERY_MUTANTS,
  ...DURABILITY_MUTANTS,
  ...HOME_MUTANTS,
  ...KEYS_MUTANTS,
  ...PEERS_MUTANTS,
  ...ROUTER_MUTANTS,
  ...SYNC_MUTANTS,
  ...TRANSACTIONS_MUTANTS,
  ...TRANSPORT_MUTANTS,
]
