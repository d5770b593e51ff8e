/** The table of checks, in the order in which they run: what leaves nothing behind comes first, bans last. */
import type { Check } from '../check.ts'
import { blockChecks } from './blocks.ts'
import { offenceChecks } from './bans.ts'
import { gossipChecks } from './gossip.ts'
import { helloChecks } from './hello.ts'
import { recordChecks } from './records.ts'
import { requestChecks } from './requests.ts'
import { signatureChecks } from './signatures.ts'
import { transactionChecks } from './transactions.ts'
import { transportChecks } from './transport.ts'

export const CHECKS: readonly Check[] = [
  ...transportChecks,
  ...helloChecks,
  ...gossipChecks,
  ...transactionChecks,
  ...signatureChecks,
  ...recordChecks,
  ...blockChecks,
  ...requestChecks,
  ...offenceChecks,
]
