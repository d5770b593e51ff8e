/**
 * What a check is: one sentence of PROTOCOL.md, and what the played nodes do to see whether a peer keeps it. Checks are values in a closed table
 * (checks/table.ts); what they come to is one of three things, with what was seen.
 */
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

/**
 * What a peer claims to be. A relay says hello and hands on what is valid by itself; it need not keep a ledger, make blocks of headers or serve the other
 * request protocols. A full peer does all of PROTOCOL.md.
 */
export const ROLES = ['relay', 'full'] as const
export type Role = (typeof ROLES)[number]

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

/** The peer did something else than it should. Thrown by `miss`, and turned into a verdict in one place (run.ts). */
export class Missed extends Error {
  override readonly name = 'Missed'
}

/** The check says nothing about this peer or this network. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable'
}

/** Ends a check: this was seen instead of what should have been. */
export function miss(evidence: string): never {
  throw new Missed(evidence)
}

/** Ends a check where `isRight` is false. */
export function must(isRight: boolean, evidence: string): asserts isRight {
  if (!isRight) miss(evidence)
}

/** Ends a check that has nothing to look at here. */
export function notApplicable(reason: string): never {
  throw new NotApplicable(reason)
}
