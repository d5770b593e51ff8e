/** Checks the proof in a node's answer about an account, and says in words what it shows. */
import { parseProof, verifyAccountProof } from '../domain/ledger/account-proof.ts'
import type { AccountView } from '../domain/views.ts'
import { Failure } from './failure.ts'

/** What the proof comes to. Throws where the node's answer is not the one that its proof shows. */
export function proofText({ key, balance, nonce, head, proof }: AccountView): string {
  if (proof === undefined) throw untrue('the node sent no proof', 'it may run an older version')
  if (proof === null) return 'none: the key has not appeared in the ledger, so there is nothing to show'
  const parsed = parseProof(proof)
  const isItself = proof.key === key && proof.balance === balance && proof.nonce === nonce
  if (!isItself || parsed === null || !verifyAccountProof(parsed))
    throw untrue('the proof does not show this account', 'ask another node with --node or --api')
  return `valid: account ${proof.index + 1} of ${proof.size} under ledger root ${proof.ledgerRoot}, of block ${head.height}`
}

function untrue(message: string, hint: string): Failure {
  return new Failure('failed', 'proof-invalid', message, hint)
}
