/** The resources of the API: one file each, one line here. */
import { accountRoutes } from './accounts.ts'
import { blockRoutes } from './blocks.ts'
import { dashboardRoutes } from './dashboard.ts'
import { eventRoutes } from './events.ts'
import { evidenceRoutes } from './evidence.ts'
import { invitationRoutes } from './invitations.ts'
import { lightRoutes } from './light.ts'
import { memoryRoutes } from './memory.ts'
import { mempoolRoutes } from './mempool.ts'
import { networkRoutes } from './network.ts'
import { nodeRoutes } from './node.ts'
import { observeRoutes } from './observe.ts'
import { operationRoutes } from './operations.ts'
import { peerRoutes } from './peers.ts'
import { transactionBatchRoutes } from './transaction-batch.ts'
import { transactionRoutes } from './transactions.ts'
import type { Routes } from './route.ts'

export const ALL_ROUTES: readonly Routes[] = [
  transactionRoutes,
  transactionBatchRoutes,
  memoryRoutes,
  accountRoutes,
  blockRoutes,
  evidenceRoutes,
  mempoolRoutes,
  peerRoutes,
  networkRoutes,
  invitationRoutes,
  nodeRoutes,
  eventRoutes,
  observeRoutes,
  dashboardRoutes,
  lightRoutes,
  operationRoutes,
]
