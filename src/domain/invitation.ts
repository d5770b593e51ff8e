/**
 * An invitation to a network: where a node of it is, whose document it hands out, how long, and to how many. What
 * travels from hand to hand is one line (codec/invitation-codec). It admits to nothing that the network's document does
 * not: whoever has the document may join.
 */
import { ipOf } from '../lib/address-group.ts'
import { splitIdentity, splitWeb } from '../lib/endpoint.ts'
import { reachOf, type Reach } from '../lib/reach.ts'
import { dialAddressFault } from './dial-address.ts'
import type { NetworkId, PeerId } from './ids.ts'

export interface Invitation {
  /** Whose document is meant: its hash. */
  readonly networkId: NetworkId
  readonly peer: PeerId
  /** Where that node is reached, multiaddrs without its peer id; the likeliest first. */
  readonly addresses: readonly string[]
  /** Until when it hands the document out, wall clock of that node, ms. */
  readonly expiresAtMs: number
  /** 16 bytes that are good for one answer; null where the line may be used by many. */
  readonly secret: Uint8Array | null
}

/** 128 bits: nobody guesses them within the life of an invitation, however often he asks. */
export const INVITATION_SECRET_BYTES = 16
/** One for each way that a machine is commonly reached: IPv4 and IPv6, inside and outside. */
export const INVITATION_ADDRESSES_MAX = 4
/** A multiaddr of a host name: such names have at most 64 characters a label, and few have more in all. */
export const INVITATION_ADDRESS_BYTES_MAX = 96
/** How long an invitation holds at most, ms: a line that is found in a drawer is no invitation. */
export const INVITATION_MS_MAX = 14 * 86_400_000

/** What a node says that does not hand the document out. */
export type InviteRefusal =
  /** It has invited nobody, or the time is over of all whom it invited without a secret. */
  | 'closed'
  /** It has not made this secret, or has forgotten it. */
  | 'unknown'
  | 'expired'
  /** Somebody else was answered with this secret. */
  | 'used'
  /** It has answered so much of late that it wants to be asked again later. */
  | 'busy'
  /** It could not write down that the secret is used. */
  | 'unwritten'

/**
 * Of the addresses at which a node listens or that it announces, those that stand in a line: without its peer id, what
 * others reach first. Those of this machine alone stand there only where it has no others.
 */
export function invitedTo(addresses: readonly string[]): readonly string[] {
  const places = [...new Set(addresses.map((address) => splitIdentity(address).place))]
    .filter((place) => isTold(place))
    .map((place) => ({ place, rank: RANKS[reachOfPlace(place)] }))
    .filter(({ rank }) => rank !== null)
    .toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
  const others = places.filter(({ rank }) => rank !== RANKS.loopback)
  return (others.length > 0 ? others : places).slice(0, INVITATION_ADDRESSES_MAX).map(({ place }) => place)
}

/** Nodes find one another over TCP. */
function isTold(place: string): boolean {
  return place.length <= INVITATION_ADDRESS_BYTES_MAX && !splitWeb(place).isWeb && dialAddressFault(place) === null
}

/** Whether nobody but this machine reaches the place. */
export function isOwnMachine(place: string): boolean {
  return reachOfPlace(place) === 'loopback'
}

/** The lower, the more likely to be reached; null: never. */
const RANKS: Readonly<Record<Reach, number | null>> = {
  public: 0,
  private: 1,
  'link-local': null,
  loopback: 2,
  unusable: null,
}

function reachOfPlace(place: string): Reach {
  const ip = ipOf(place)
  // An operator who announces a name means that others resolve it.
  return ip === null ? 'public' : reachOf(ip)
}
