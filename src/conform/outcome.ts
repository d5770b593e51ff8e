/** How a check ends that does not pass, and for whom it is meant. */

/**
 * What a peer claims to be. A relay says hello and hands on what is valid by itself; it need not keep a ledger, make
 * blocks of headers or serve the other request protocols. A full peer does all of PROTOCOL.md.
 */
export type Role = 'relay' | 'full'

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
