/** Makes an invitation: a secret where one is wanted, what the kernel writes down of it, and the line. */
import { encodeInvitation } from '../domain/codec/invitation-codec.ts'
import { INVITATION_SECRET_BYTES, invitedTo } from '../domain/invitation.ts'
import { sha256Hex } from '../lib/hash.ts'
import type { Invited } from '../ports/control.ts'
import type { Clock } from './clock.ts'
import type { Ports } from './ports.ts'
import type { Runtime } from './runtime.ts'

export interface InviteSources {
  readonly runtime: Runtime
  readonly ports: Ports
  readonly clock: Clock
  /** Where others are told to find this node. */
  readonly announced: () => readonly string[]
  /** Bytes that nobody can guess. */
  readonly secretBytes: (length: number) => Uint8Array
}

/** Settles when the disk has what the line promises. The secret is in the line, and nowhere else. */
export async function invite(
  { runtime, ports, clock, announced, secretBytes }: InviteSources,
  { holdsMs, once }: { readonly holdsMs: number; readonly once: boolean },
): Promise<Invited> {
  const addresses = invitedTo(announced())
  if (addresses.length === 0) return { kind: 'deaf' }
  const secret = once ? secretBytes(INVITATION_SECRET_BYTES) : null
  const expiresAtMs = Math.floor(clock.now().wallMs) + holdsMs
  const outcome = await runtime.invite(secret === null ? null : sha256Hex(secret), expiresAtMs)
  if (outcome !== 'made') return { kind: outcome }
  const { networkId } = runtime.kernel.machines.shared
  const peer = ports.connections.self
  return {
    kind: 'invited',
    invitation: {
      v: 1,
      line: encodeInvitation({ networkId, peer, addresses, expiresAtMs, secret }),
      networkId,
      peerId: peer,
      addresses,
      expiresAt: expiresAtMs,
      once,
    },
  }
}
