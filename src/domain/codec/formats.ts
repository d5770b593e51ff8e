/**
 * The containers of PROTOCOL.md that are seldom read: what each field is and how long it may be. What a value means is
 * for the codecs to say.
 */
import { INVITATION_ADDRESS_BYTES_MAX, INVITATION_ADDRESSES_MAX, INVITATION_SECRET_BYTES } from '../invitation.ts'
import {
  ADDRESS_BYTES_MAX,
  ADDRESSES_MAX,
  AGENT_BYTES_MAX,
  NAME_BYTES_MAX,
  NEIGHBOUR_MARK_BYTES,
  NEIGHBOURS_MAX,
  TAG_KEY_BYTES_MAX,
  TAG_VALUE_BYTES_MAX,
  TAGS_MAX,
} from '../record.ts'
import { byteList, byteVector, container, list, u16, u64, u8 } from './container.ts'

const hash = byteVector(32)
const key = byteVector(32)
const signature = byteVector(64)

export const HELLO = container({
  version: u16,
  networkId: hash,
  headHeight: u64,
  headHash: hash,
  settledHeight: u64,
  mempoolCount: u64,
  mempoolFingerprint: hash,
  name: byteList(NAME_BYTES_MAX),
})

const TAG = container({ key: byteList(TAG_KEY_BYTES_MAX), value: byteList(TAG_VALUE_BYTES_MAX) })

export const RECORD_BODY = container({
  key,
  incarnation: u64,
  seq: u64,
  startedAt: u64,
  publishedAt: u64,
  headHeight: u64,
  headHash: hash,
  settledHeight: u64,
  mempoolCount: u64,
  flags: u8,
  name: byteList(NAME_BYTES_MAX),
  agentVersion: byteList(AGENT_BYTES_MAX),
  addresses: list(byteList(ADDRESS_BYTES_MAX), ADDRESSES_MAX),
  tags: list(TAG, TAGS_MAX),
  neighbours: list(byteVector(NEIGHBOUR_MARK_BYTES), NEIGHBOURS_MAX),
})

export const SIGNED_RECORD = container({ body: RECORD_BODY, signature })

export const SUSPICION_BODY = container({ target: key, incarnation: u64, seq: u64, accuser: key, time: u64 })

export const SIGNED_SUSPICION = container({ signature, body: SUSPICION_BODY })

/** What networkId is the hash of. Written by networkBytes of domain/params, for whoever signs only. */
export const NETWORK = container({
  name: byteList(64),
  genesisTime: u64,
  slotMs: u64,
  validators: list(key, 1_024),
  accounts: list(container({ key, balance: u64 }), 1_048_576),
  txLifetimeMs: u64,
  feeFloor: u64,
})

export const INVITATION = container({
  version: u8,
  networkId: hash,
  key,
  expiresAt: u64,
  /** Empty where there is none. */
  secret: byteList(INVITATION_SECRET_BYTES),
  addresses: list(byteList(INVITATION_ADDRESS_BYTES_MAX), INVITATION_ADDRESSES_MAX),
})
