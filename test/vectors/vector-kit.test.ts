/**
 * The kit of vectors for other implementations: what is made now is what is committed, byte by byte, and agrees with
 * the golden files that were made without this project's code. `npm run vectors` has it checked by a program that is
 * not ours.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { verifySignature } from '../../src/adapters/crypto/verify-signature.ts'
import { messageIdsOf } from '../../src/adapters/libp2p/gossip-options.ts'
import { decodeBatch, decodeTransaction } from '../../src/domain/codec/transaction-codec.ts'
import { asNetworkId } from '../../src/domain/ids.ts'
import { parseProof, verifyAccountProof } from '../../src/domain/ledger/account-proof.ts'
import { checkValues } from '../../src/domain/rules/transaction-rules.ts'
import { signingPrefix } from '../../src/domain/signing.ts'
import { fromHex, toHex } from '../../src/lib/bytes.ts'
import { KIT_README, vectorFiles } from '../../src/vectors/kit.ts'
import { devValidator } from '../../testnet/dev-network.ts'

import goldenKeys from './golden/keys.json' with { type: 'json' }
import goldenNetwork from './golden/network.json' with { type: 'json' }
import goldenNetworkId from './golden/network-id.json' with { type: 'json' }
import batch from './kit/batch.json' with { type: 'json' }
import keys from './kit/keys.json' with { type: 'json' }
import network from './kit/network.json' with { type: 'json' }
import proofs from './kit/proofs.json' with { type: 'json' }
import transactions from './kit/transactions.json' with { type: 'json' }

const folder = new URL('kit/', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8')
const bytesOf = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array()

describe('the kit of vectors', () => {
  it('is what is committed: make it again with `hearsay vectors` where it is meant to change', () => {
    const files = vectorFiles([devValidator(0), devValidator(1)])
    expect(readdirSync(folder).toSorted()).toEqual([...files.keys(), 'README.md'].toSorted())
    for (const [name, file] of files) expect(read(name), name).toBe(`${JSON.stringify(file, null, 2)}\n`)
    expect(read('README.md')).toBe(KIT_README)
  })

  it('is of the network whose files were made without this code', () => {
    expect(network).toEqual(goldenNetwork)
    expect(transactions.networkId).toBe(goldenNetworkId.networkId)
    expect(keys.keys).toEqual(expect.arrayContaining(goldenKeys.keys))
  })

  it('has bytes to refuse that are refused, with the code that it says', () => {
    const prefix = signingPrefix('hearsay/tx/1', asNetworkId(transactions.networkId))
    for (const { code, why, bytes } of transactions.refused) {
      const decoded = decodeTransaction(bytesOf(bytes), prefix)
      if (!decoded.ok) {
        expect(decoded.code, why).toBe(code)
        continue
      }
      const { sender, signedBytes, signature } = decoded.value
      const holds = verifySignature(bytesOf(sender), signedBytes, signature)
      expect(checkValues(decoded.value) ?? (holds ? 'taken' : 'invalid-signature'), why).toBe(code)
    }
    for (const { why, bytes } of batch.refused)
      expect(decodeBatch(bytesOf(bytes)), why).toMatchObject({ ok: false, code: 'undecodable' })
  })

  it('has the message id of the router', () => {
    const ids = messageIdsOf(asNetworkId(transactions.networkId))
    expect(toHex(ids.bytesOf(batch.topic, bytesOf(batch.batch)))).toBe(batch.messageId)
  })

  it('has proofs that prove', () => {
    expect(proofs.proofs.length).toBe(3)
    for (const document of proofs.proofs) {
      const proof = parseProof(document)
      expect(proof !== null && verifyAccountProof(proof)).toBe(true)
      expect(proof !== null && verifyAccountProof({ ...proof, balance: proof.balance + 1n })).toBe(false)
    }
  })
})
