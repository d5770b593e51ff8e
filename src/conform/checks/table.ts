/** The table of checks, in the order in which they run: what leaves nothing behind comes first, bans last. */
import type { Check } from '../check.ts'
import { gossipChecks } from './gossip.ts'
import { helloChecks } from './hello.ts'
import { signatureChecks } from './signatures.ts'
import { transactionChecks } from './transactions.ts'
import { transportChecks } from './transport.ts'

export const CHECKS: readonly Check[] = [
  ...transportChecks,
  ...helloChecks,
  ...gossipChecks,
  ...transactionChecks,
  ...signatureChecks,
]
