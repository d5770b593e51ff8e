/** Signed transactions in JSON, for clients that sign nothing themselves. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '../../../src/client/connect.ts'
import { decodeTransaction } from '../../../src/domain/codec/transaction-codec.ts'
import { networkIdOf, parseNetwork } from '../../../src/domain/params.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import type { TransactionDocument } from '../../../src/domain/views.ts'
import { toHex } from '../../../src/lib/bytes.ts'
import { devAccount } from '../../../src/wallet/dev-accounts.ts'
import { sign } from '../../../src/wallet/keys.ts'
import { makeTransaction } from '../../../src/wallet/make-transaction.ts'

export interface Documents {
  /** The next transaction of the account, which nobody has handed in. */
  next(): Promise<{ readonly id: string; readonly document: TransactionDocument }>
}

/** Of alice, on the development network of `home`. */
export function makeDocuments(home: string, client: Client): Documents {
  const parsed = parseNetwork(JSON.parse(readFileSync(join(home, 'network.json'), 'utf8')))
  if (!parsed.ok) throw new Error('the network has no document')
  const account = devAccount('alice', parsed.params.name)
  if (!account.ok) throw new Error('the network is no development network')
  const { publicKey, secret } = account.keys
  const network = networkIdOf(parsed.params)
  return {
    next: async () => {
      const state = await client.account(toHex(publicKey))
      if (!state.ok) throw new Error('the node does not know alice')
      const nonce = BigInt(state.value.nextNonce)
      const createdAtMs = Date.now()
      const draft = {
        sender: publicKey,
        recipient: publicKey,
        nonce,
        amount: 1n,
        fee: 1n,
        createdAtMs,
        payload: new Uint8Array(),
      }
      const { id, bytes } = makeTransaction(draft, network, (message) => sign(secret, message))
      const decoded = decodeTransaction(bytes, signingPrefix('hearsay/tx/1', network))
      if (!decoded.ok) throw new Error('a transaction that was just made cannot be read')
      const document: TransactionDocument = {
        sender: toHex(publicKey),
        recipient: toHex(publicKey),
        nonce: String(nonce),
        amount: '1',
        fee: '1',
        createdAt: createdAtMs,
        payload: '',
        signature: toHex(decoded.value.signature),
      }
      return { id, document }
    },
  }
}
