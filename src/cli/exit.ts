/**
 * What a command may come to, and the exit code of each: the one place where they meet. Servers (`node run`, `testnet
 * up` without --detach) that SIGTERM stops in good order report `done`: a service manager asked for it and got it.
 * Everything else that a signal ends reports `interrupted` or `terminated`.
 */
export type Outcome =
  | 'done'
  | 'failed'
  | 'usage'
  | 'unreachable'
  | 'rejected'
  | 'target-missed'
  | 'not-found'
  | 'not-ready'
  | 'unmet'
  | 'interrupted'
  | 'terminated'

const EXIT_CODES: Readonly<Record<Outcome, number>> = {
  // Done, and every target reached.
  done: 0,
  // Something nobody expected.
  failed: 1,
  // Wrong arguments, configuration or key file: the same call can't succeed.
  usage: 2,
  // No node answers there.
  unreachable: 3,
  // The node answered no; stderr has its code.
  rejected: 4,
  // Accepted, but what was waited for did not come in time.
  'target-missed': 5,
  // The node answers and has no such thing.
  'not-found': 6,
  // The network is not up, not ready or not well.
  'not-ready': 7,
  // What was expected did not hold: a check that failed, an expectation of an experiment.
  unmet: 8,
  // 128 + SIGINT.
  interrupted: 130,
  // 128 + SIGTERM.
  terminated: 143,
}

/** The exit code of an outcome. */
export function exitCodeOf(outcome: Outcome): number {
  return EXIT_CODES[outcome]
}
