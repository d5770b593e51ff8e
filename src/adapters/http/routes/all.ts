/** The resources of the API: one file each, one line here. */
import { accountRoutes } from './accounts.ts'
import { eventRoutes } from './events.ts'
import { mempoolRoutes } from './mempool.ts'
import { nodeRoutes } from './node.ts'
import { operationRoutes } from './operations.ts'
import { peerRoutes } from './peers.ts'
import { transactionBatchRoutes } from './transaction-batch.ts'
import { transactionRoutes } from './transactions.ts'
import type { Routes } from './route.ts'

export const ALL_ROUTES: readonly Routes[] = [
  transactionRoutes,
  transactionBatchRoutes,
  accountRoutes,
  mempoolRoutes,
  peerRoutes,
  nodeRoutes,
  eventRoutes,
  operationRoutes,
]
