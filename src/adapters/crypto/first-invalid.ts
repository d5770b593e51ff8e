import type { SignatureCheck } from '../../ports/signature-verifier.ts'

/**
 * Index of the first check that `verify` refuses, or -1. One by one on purpose: the equation of a whole batch would
 * accept sets that rule 3 refuses one by one, and an attacker's batch must cost one verification, not all.
 */
export function firstInvalidBy(verify: (check: SignatureCheck) => boolean, checks: readonly SignatureCheck[]): number {
  for (let index = 0; index < checks.length; index++) if (!verify(checks[index] as SignatureCheck)) return index
  return -1
}
