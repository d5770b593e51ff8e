/** A node's identity: an Ed25519 key restored from its 32-byte seed, and the peer id that names it. */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { asPeerId, type PeerId } from '../../domain/ids.ts'
import { assert } from '../../lib/assert.ts'

/** Length of the seed that an identity is made of, bytes. */
const IDENTITY_SEED_BYTES = 32

/** The private key that `seed` (32 random bytes) stands for: the same seed gives the same key. */
export async function privateKeyFromSeed(seed: Uint8Array): Promise<Ed25519PrivateKey> {
  assert(seed.byteLength === IDENTITY_SEED_BYTES, `the seed of an identity is ${IDENTITY_SEED_BYTES} bytes`)
  return generateKeyPairFromSeed('Ed25519', seed)
}

/** The peer id of the identity that `seed` stands for, in its text form (`12D3Koo…`). */
export async function peerIdFromSeed(seed: Uint8Array): Promise<PeerId> {
  return asPeerId(peerIdFromPrivateKey(await privateKeyFromSeed(seed)).toString())
}
