/**
 * Asks the node of an invitation for its network's document, under an identity that is gone afterwards, and believes
 * nothing but what the line says: the peer that it names, and bytes of the hash that it names.
 */
import { setTimeout as after } from 'node:timers/promises'
import { openLibp2p, type OpenLibp2p } from '../adapters/libp2p/open.ts'
import { systemRandomBytes } from '../adapters/system.ts'
import { decodeInviteAnswer, encodeInviteRequest } from '../domain/codec/invite-codec.ts'
import { decodeNetwork, networkIdOfBytes } from '../domain/codec/network-codec.ts'
import type { DialFailure } from '../domain/dial.ts'
import { asNetAddress } from '../domain/ids.ts'
import type { Invitation, InviteRefusal } from '../domain/invitation.ts'
import type { NetworkParams } from '../domain/params.ts'
import type { AskFailure } from '../ports/requests.ts'
import { FETCH_AGAIN_MS, FETCH_TRIES } from './limits.ts'
import { VERSION } from './version.ts'

export type FetchedDocument =
  | { readonly kind: 'document'; readonly params: NetworkParams }
  /** The node answered no. */
  | { readonly kind: 'refused'; readonly why: InviteRefusal }
  /** No address led to it. */
  | {
      readonly kind: 'unreachable'
      readonly tried: readonly { readonly address: string; readonly failure: DialFailure }[]
    }
  /** It is there, and did not answer. */
  | { readonly kind: 'silent'; readonly why: AskFailure }
  /** What it sent is no answer, or not the document that the line names. */
  | { readonly kind: 'other-document' }

/** Never rejects for what the other side does. */
export async function fetchDocument(invitation: Invitation, stop: AbortSignal): Promise<FetchedDocument> {
  const nothing = (): void => undefined
  const libp2p = await openLibp2p(
    {
      identitySeed: systemRandomBytes(32),
      network: invitation.networkId,
      profile: 'node',
      isOpen: true,
      listen: [],
      connectionsMax: invitation.addresses.length + 1,
      agentVersion: `hearsay/${VERSION}`,
      now: () => performance.now(),
    },
    {
      gossip: {
        onMessage: nothing,
        hasRoom: () => false,
        onDuplicate: nothing,
        onArrival: nothing,
        onMalformed: nothing,
        onUnheard: nothing,
        onMeshChange: nothing,
      },
      connections: { onConnect: nothing, onDisconnect: nothing, onOverwork: nothing, onIdentify: nothing },
      gatekeeper: { admitsAddress: () => false, admitsPeer: (peer) => peer === invitation.peer },
    },
  )
  try {
    await libp2p.start()
    const tried = await dialAny(libp2p, invitation)
    return tried === null ? await ask(libp2p, invitation, stop) : { kind: 'unreachable', tried }
  } finally {
    await libp2p.stop()
  }
}

/** All addresses at once, since one that is dropped on the way takes seconds. Null when one led there. */
async function dialAny(
  { connections }: OpenLibp2p,
  { addresses, peer }: Invitation,
): Promise<Extract<FetchedDocument, { kind: 'unreachable' }>['tried'] | null> {
  const dials = addresses.map(async (address) => {
    const outcome = await connections.dial(asNetAddress(`${address}/p2p/${peer}`), 'operator')
    return outcome.kind === 'connected' ? null : { address, failure: outcome.failure }
  })
  const reached = async (dial: Promise<unknown>): Promise<null> => {
    if ((await dial) !== null) throw new Error('not this one')
    return null
  }
  try {
    return await Promise.any(dials.map(reached))
  } catch {
    const failures = await Promise.all(dials)
    return failures.flatMap((failure) => failure ?? [])
  }
}

/** The same peer may ask again for a minute, also with a secret: what is lost on the way need not be lost for good. */
async function ask(libp2p: OpenLibp2p, invitation: Invitation, stop: AbortSignal): Promise<FetchedDocument> {
  for (let tries = 1; ; tries++) {
    const outcome = await libp2p.requests.ask(invitation.peer, 'invite', encodeInviteRequest(invitation))
    const fetched: FetchedDocument =
      outcome.kind === 'failed' ? { kind: 'silent', why: outcome.reason } : judge(invitation, outcome.frames)
    const isPassing =
      (fetched.kind === 'refused' && fetched.why === 'busy') ||
      (fetched.kind === 'silent' && (fetched.why === 'reset' || fetched.why === 'deadline'))
    if (!isPassing || tries === FETCH_TRIES || !(await pause(stop))) return fetched
  }
}

function judge({ networkId }: Invitation, frames: readonly Uint8Array[]): FetchedDocument {
  const answer = decodeInviteAnswer(frames)
  if (answer === null) return { kind: 'other-document' }
  if (answer.kind === 'refused') return answer
  if (networkIdOfBytes(answer.bytes) !== networkId) return { kind: 'other-document' }
  const network = decodeNetwork(answer.bytes)
  return network.ok ? { kind: 'document', params: network.params } : { kind: 'other-document' }
}

/** False where `stop` aborts first. */
function pause(stop: AbortSignal): Promise<boolean> {
  return after(FETCH_AGAIN_MS, true, { signal: stop }).catch(() => false)
}
