/** Records of nodes that need not exist: whoever has a key may sign one. */
import { encodeRecord, encodeRecordBody, encodeRecordMessage } from '../../../src/domain/codec/record-codec.ts'
import { asBlockHash, asNetAddress } from '../../../src/domain/ids.ts'
import { networkIdOf, type NetworkParams } from '../../../src/domain/params.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import { concatBytes } from '../../../src/lib/bytes.ts'
import type { Signer } from '../../../src/ports/signer.ts'

/** A message of the records topic: the owner of the key has just started and lives at these addresses. */
export function recordOf(network: NetworkParams, signer: Signer, addresses: readonly string[]): Uint8Array {
  const networkId = networkIdOf(network)
  const nowMs = Date.now()
  const body = encodeRecordBody({
    key: signer.publicKey,
    incarnation: nowMs,
    seq: 1,
    startedAtMs: nowMs,
    publishedAtMs: nowMs,
    name: 'stranger',
    agentVersion: 'hearsay/0.1.0',
    head: { height: 0, hash: asBlockHash(networkId) },
    settledHeight: 0,
    mempoolCount: 0,
    addresses: addresses.map(asNetAddress),
    tags: [],
    neighbours: [],
    isLeaving: false,
  })
  const signature = signer.sign(concatBytes(signingPrefix('hearsay/record/1', networkId), body))
  return encodeRecordMessage('record', encodeRecord(body, signature))
}
