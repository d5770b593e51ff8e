/**
 * Why an address could not be dialled, as a closed list, and each in words: what was seen, and what its operator can
 * do.
 */

export type DialFailureKind =
  /** Nobody listens on the port. */
  | 'refused'
  | 'no-answer'
  | 'no-route'
  | 'no-such-name'
  /** It leads to the machine itself or its surroundings, where nobody may lead this node (lib/reach.ts). */
  | 'inside'
  /** Somebody else than the address names. */
  | 'other-peer'
  /** This node itself. */
  | 'self'
  /** The connection ended during the handshake. */
  | 'no-handshake'
  /** The handshake succeeded, and the other side hung up. */
  | 'turned-away'
  /** Its certificate is not valid yet: the clocks are more than an hour apart. */
  | 'clocks'
  /** It speaks libp2p and not our protocols. */
  | 'not-hearsay'
  | 'other-network'
  /** It is banned here. */
  | 'banned'
  | 'no-files'
  | 'other'

export interface DialFailure {
  readonly kind: DialFailureKind
  /** What the system or the library said, or further figures; may be empty. */
  readonly detail: string
}

interface DialWords {
  readonly message: string
  readonly next: string
}

const WORDS: Readonly<Record<DialFailureKind, (detail: string) => DialWords>> = {
  refused: () => ({
    message: 'the connection was refused: nobody listens there',
    next: 'see that the node runs and listens on this port, and that no firewall refuses',
  }),
  'no-answer': () => ({
    message: 'no answer within the time allowed',
    next: 'see that the machine is up, and that no firewall drops what comes to this port',
  }),
  'no-route': () => ({ message: 'there is no way to this address', next: "look at this machine's network and routes" }),
  'no-such-name': () => ({
    message: 'the name can not be resolved',
    next: 'look at the spelling, and at the resolver of this machine',
  }),
  inside: () => ({
    message: 'it leads to this machine or its surroundings, which is not dialled because a name says so',
    next: 'look at what the resolver says of the name; where that is meant, write the IP address instead',
  }),
  'other-peer': () => ({
    message: 'another node answers there than the one that the address names',
    next: 'ask its operator for the present address: the peer id at the end changes with the identity',
  }),
  self: () => ({
    message: 'the address is that of this node, or of another one that runs with a copy of its identity',
    next: 'take it out of the addresses of this node; or give the other node an identity of its own',
  }),
  'no-handshake': () => ({
    message: 'what answers there does not complete the handshake: another service, or a node that has no place',
    next: 'see that the port is the one for peers, not that of the API',
  }),
  'turned-away': () => ({
    message: 'the node there hung up right after the handshake',
    next: 'it has banned this node, has no place, or its clock is more than an hour behind: ask its operator, compare clocks',
  }),
  clocks: () => ({
    message: "its certificate is not valid yet: its clock is more than an hour ahead of this node's",
    next: 'set the clock of this machine or of the other one (timedatectl shows whether it is synchronised)',
  }),
  'not-hearsay': () => ({
    message: 'the peer there is not a hearsay node',
    next: 'it speaks libp2p and not our protocols: look at address and port',
  }),
  'other-network': (detail) => ({
    message: `the node there belongs to another network${detail === '' ? '' : ` (${detail})`}`,
    next: 'compare the network files: every field but the bootstrap addresses must be equal on both',
  }),
  banned: () => ({
    message: 'the peer there is banned by this node',
    next: '`hearsay peers` shows until when and why',
  }),
  'no-files': () => ({
    message: 'this process has no file left for a connection',
    next: 'raise the limit of open files (ulimit -n, LimitNOFILE) and restart',
  }),
  other: (detail) => ({ message: detail === '' ? 'it failed' : detail, next: 'see the log with --log-level debug' }),
}

export const DIAL_FAILURES = Object.keys(WORDS) as readonly DialFailureKind[]

/** A failure in words. */
export function dialWords({ kind, detail }: DialFailure): DialWords {
  return WORDS[kind](detail)
}
