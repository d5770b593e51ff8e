/** The outside world of a node, as its runtime sees it. */
import type { Connections } from '../ports/connections.ts'
import type { Gossip } from '../ports/gossip.ts'
import type { Requests } from '../ports/requests.ts'
import type { SignatureVerifier } from '../ports/signature-verifier.ts'
import type { Signer } from '../ports/signer.ts'
import type { Store } from '../ports/store.ts'

export interface Ports {
  readonly gossip: Gossip
  readonly requests: Requests
  readonly connections: Connections
  readonly store: Store
  readonly verifier: SignatureVerifier
  /** The node's own key, which its peer id is made of. */
  readonly identity: Signer
  /** Null on a node that makes no blocks. */
  readonly signer: Signer | null
}
