/**
 * The line of an invitation (PROTOCOL.md, Invitations): Bech32m of the length of what follows and INVITATION
 * (formats.ts), so that a line which was cut short is told from one that was altered. Longer than Bech32m is meant for:
 * up to 1,023 characters its checksum still finds each single error, and others but for one in 2^30.
 */
import {
  bytesToWords,
  decodeBech32m,
  encodeBech32m,
  LONG_TEXT_LENGTH_MAX,
  looseWords,
  wordsToBytes,
} from '../../lib/bech32.ts'
import { concatBytes, fromHex, toHex, utf8 } from '../../lib/bytes.ts'
import { assert } from '../../lib/assert.ts'
import { dialAddressFault } from '../dial-address.ts'
import { asNetworkId } from '../ids.ts'
import { INVITATION_SECRET_BYTES, type Invitation } from '../invitation.ts'
import { keyOfPeerId, peerIdOfKey } from '../record.ts'
import { INVITATION } from './formats.ts'

/** What every line begins with, before the separator. */
export const INVITATION_PREFIX = 'hsjoin'
const VERSION = 1
const LENGTH_BYTES = 2

export type LineFault =
  /** It begins otherwise than an invitation. */
  | 'not-an-invitation'
  /** What is there is the beginning of a line. */
  | 'cut-short'
  /** Not all of it is as it was made. */
  | 'altered'
  /** Made by a program of a later version. */
  | 'later-version'

export type ReadLine =
  { readonly ok: true; readonly invitation: Invitation } | { readonly ok: false; readonly fault: LineFault }

/** The line of an invitation; its addresses and secret are within their bounds. */
export function encodeInvitation({ networkId, peer, addresses, expiresAtMs, secret }: Invitation): string {
  const [id, key] = [fromHex(networkId), keyOfPeerId(peer)]
  assert(id !== null && key !== null, 'a network has an id and a node a key')
  assert(secret === null || secret.byteLength === INVITATION_SECRET_BYTES, 'a secret has its length')
  const body = INVITATION.encode({
    version: VERSION,
    networkId: id,
    key,
    expiresAt: BigInt(expiresAtMs),
    secret: secret ?? new Uint8Array(),
    addresses: addresses.map(utf8),
  })
  const length = Uint8Array.of(body.byteLength >> 8, body.byteLength & 0xff)
  return encodeBech32m(INVITATION_PREFIX, bytesToWords(concatBytes(length, body)), LONG_TEXT_LENGTH_MAX)
}

/** Reads a line in lower or in upper case; what wraps it in a letter or a terminal, white space, counts for nothing. */
export function decodeInvitation(line: string): ReadLine {
  const text = line.replace(/\s+/g, '')
  const lower = text.toLowerCase()
  const head = `${INVITATION_PREFIX}1`
  if (!lower.startsWith(head))
    return { ok: false, fault: lower !== '' && head.startsWith(lower) ? 'cut-short' : 'not-an-invitation' }
  const decoded = decodeBech32m(text, LONG_TEXT_LENGTH_MAX)
  if (!decoded.ok || decoded.prefix !== INVITATION_PREFIX)
    return { ok: false, fault: isCutShort(lower) ? 'cut-short' : 'altered' }
  const bytes = wordsToBytes(decoded.words)
  // A checksum that holds over something else was made by another program, or by somebody who plays.
  if (bytes === null || bytes.byteLength !== LENGTH_BYTES + lengthIn(bytes)) return { ok: false, fault: 'altered' }
  const body = bytes.subarray(LENGTH_BYTES)
  if (body[0] !== undefined && body[0] > VERSION) return { ok: false, fault: 'later-version' }
  const read = INVITATION.decode(body)
  if (read === null) return { ok: false, fault: 'altered' }
  const addresses = read.addresses.map((address) => String.fromCharCode(...address))
  const isSound =
    read.version === VERSION &&
    addresses.length > 0 &&
    addresses.every((address) => dialAddressFault(address) === null) &&
    read.expiresAt <= BigInt(Number.MAX_SAFE_INTEGER) &&
    (read.secret.byteLength === 0 || read.secret.byteLength === INVITATION_SECRET_BYTES)
  if (!isSound) return { ok: false, fault: 'altered' }
  return {
    ok: true,
    invitation: {
      networkId: asNetworkId(toHex(read.networkId)),
      peer: peerIdOfKey(read.key),
      addresses,
      expiresAtMs: Number(read.expiresAt),
      secret: read.secret.byteLength === 0 ? null : read.secret,
    },
  }
}

/** Whether the line has fewer characters than it says at its beginning. */
function isCutShort(lower: string): boolean {
  const words = looseWords(lower.slice(INVITATION_PREFIX.length + 1))
  if (words === null) return false
  // Two bytes are in the first four characters; with fewer there is no line yet.
  const length = wordsToBytes([...words.slice(0, 3), (words[3] ?? 0) & 0b10000])
  if (words.length < 4 || length === null) return true
  const wanted = Math.ceil(((LENGTH_BYTES + lengthIn(length)) * 8) / 5) + CHECKSUM_CHARACTERS
  return words.length < wanted && wanted <= LONG_TEXT_LENGTH_MAX
}

const CHECKSUM_CHARACTERS = 6

function lengthIn(bytes: Uint8Array): number {
  return ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)
}
