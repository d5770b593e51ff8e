/**
 * What a check is: one sentence of PROTOCOL.md, and what the played nodes do to see whether a peer keeps it. Checks are
 * values in a closed table (checks/table.ts); what they come to is one of three things, with what was seen.
 */
import type { Role } from './outcome.ts'
import type { Stage } from './stage.ts'

/** Sections of PROTOCOL.md, as its headings write them. */
export const SECTIONS = [
  'Transport',
  'Signatures',
  'Transactions',
  'Gossip',
  'Blocks',
  'Verdicts',
  'Offences and bans',
  'Records',
  'Request protocols',
  'hello',
  'chain',
  'objects',
  'reconcile',
  'probe',
  'observe',
  'Limits',
] as const
export type Section = (typeof SECTIONS)[number]

export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'fail'; readonly evidence: string }
  | { readonly kind: 'not-applicable'; readonly reason: string }

export interface Check {
  /** A word that stays: `hello-other-network`. */
  readonly id: string
  readonly section: Section
  /** The smallest role that must keep it. */
  readonly role: Role
  /** What must hold, as a sentence about the peer without its subject: "answers with one hello". */
  readonly sentence: string
  /** It waits for what takes a minute or more, and runs only when asked for. */
  readonly isLong?: true
  /** Returns when all that it looks at was right; what was not, `miss` says. */
  readonly run: (stage: Stage) => Promise<void>
}
