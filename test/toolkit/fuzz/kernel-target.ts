/** A whole kernel as the target: whatever comes by gossip or as a request, its machines keep their rules. */
import { openVerifier } from '../../../src/adapters/crypto/open-verifier.ts'
import { asMessageId, asPeerId } from '../../../src/domain/ids.ts'
import { PROTOCOLS, TOPICS } from '../../../src/domain/protocols.ts'
import type { Event } from '../../../src/kernel/shared/event.ts'
import { Kernel } from '../../../src/kernel/kernel.ts'
import type { Prng } from '../../../src/lib/prng.ts'
import { T0, TEST_NETWORK } from '../objects/transactions.ts'

/** Feeds bytes to a kernel as a peer would; throws when it breaks a rule, or leaves a message without a verdict. */
export async function kernelTarget(prng: Prng): Promise<(bytes: Uint8Array) => void> {
  const { verifier } = await openVerifier()
  const kernel = new Kernel({
    network: TEST_NETWORK,
    profile: 'node',
    name: 'fuzzed',
    self: asPeerId('self'),
    agentVersion: 'hearsay/0',
    discovers: false,
    observes: true,
    bootstrap: [],
    connectionsMax: 56,
    validator: null,
    chance: () => prng.next(),
  })
  let events = 0
  const post = (event: Event): number => {
    let verdicts = 0
    for (const effect of kernel.step(event, { wallMs: T0 + 2_000 + events, monoMs: events })) {
      if (effect.kind === 'report-verdict') verdicts++
      if (effect.kind !== 'verify-signatures') continue
      const firstInvalid = verifier.firstInvalid(effect.checks)
      const check = effect.checks[firstInvalid]
      const keyInvalid = check !== undefined && !verifier.isValidKey(check.publicKey)
      verdicts += post({ kind: 'signatures-verified', job: effect.job, firstInvalid, keyInvalid })
    }
    return verdicts
  }
  return (bytes) => {
    const number = ++events
    // Each from another peer: one would be banned after ten.
    const from = asPeerId(`peer-${number}`)
    if (number % 4 === 0) {
      const protocol = PROTOCOLS[prng.below(PROTOCOLS.length)] ?? 'hello'
      post({ kind: 'request-received', request: number, protocol, from, bytes })
    } else {
      const topic = TOPICS[prng.below(TOPICS.length)] ?? 'transactions'
      const messageId = asMessageId(number.toString(16).padStart(64, '0'))
      post({ kind: 'gossip-received', topic, bytes, from, messageId, waitedMs: 0 })
    }
    if (number % 64 === 0) {
      post({ kind: 'woke' })
      kernel.invariants()
    }
  }
}
