/** The public library as an embedder uses it: a node in this process, a transaction into a block, and a proof for who trusts no node. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  connect,
  decodeSignedHeader,
  decodeTransaction,
  devAccount,
  encodeAddress,
  failureText,
  keyPairOf,
  makeTransaction,
  networkIdOf,
  networkKindOf,
  openNode,
  parseNetwork,
  parseProof,
  proposerOf,
  sign,
  signingPrefix,
  verifyAccountProof,
  verifySignature,
  type Client,
  type KeyPair,
  type NetworkParams,
  type Node,
  type Outcome,
} from '../../src/index.ts'
import { fromHex, toHex } from '../../src/lib/bytes.ts'
import { until } from '../support/until.ts'

const validator = keyPairOf(Uint8Array.from({ length: 32 }, (_, index) => index + 1))
let dataDir = ''
let node: Node | null = null
let client: Client | null = null

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'hearsay-library-'))
})
afterEach(async () => {
  client?.close()
  await node?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

function keysOf(name: string): KeyPair {
  const account = devAccount(name, 'dev-library')
  if (!account.ok) throw new Error(account.reason)
  return account.keys
}

function networkNow(): NetworkParams {
  const parsed = parseNetwork({
    name: 'dev-library',
    genesisTime: Date.now(),
    slotMs: 200,
    validators: [toHex(validator.publicKey)],
    accounts: [{ key: toHex(keysOf('alice').publicKey), balance: '100' }],
  })
  if (!parsed.ok) throw new Error(parsed.message)
  return parsed.params
}

async function start(network: NetworkParams): Promise<Client> {
  const [key] = network.validators
  if (key === undefined) throw new Error('the network has a validator')
  const opening = await openNode({
    name: 'embedded',
    network,
    profile: 'dev',
    dataDir,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootstrap: [],
    api: '127.0.0.1:0',
    apiHosts: [],
    validator: { key, secret: validator.secret },
    logLevel: 'silent',
    connectionsMax: 8,
  })
  if (!opening.ok) throw new Error(`${opening.message}; ${opening.hint}`)
  node = opening.node
  const token = readFileSync(node.cookieFile ?? '', 'utf8').trim()
  client = connect(node.apiUrl ?? '', { token })
  return client
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(failureText(outcome))
  return outcome.value
}

describe('the library', () => {
  it('runs a node, pays through it, and proves the payment to somebody who trusts no node', async () => {
    const network = networkNow()
    const networkId = networkIdOf(network)
    const api = await start(network)
    const [alice, bob] = [keysOf('alice'), keysOf('bob')]
    const draft = { sender: alice.publicKey, nonce: 0n, recipient: bob.publicKey, amount: 5n, fee: 1n }
    const made = makeTransaction(
      { ...draft, createdAtMs: Date.now(), payload: new Uint8Array() },
      networkId,
      (message) => sign(alice.secret, message),
    )
    const decoded = decodeTransaction(made.bytes, signingPrefix('hearsay/tx/1', networkId))
    expect(
      decoded.ok && verifySignature(decoded.value.senderKey, decoded.value.signedBytes, decoded.value.signature),
    ).toBe(true)

    expect(valueOf(await api.submit(made.bytes))).toMatchObject({ id: made.id, status: 'accepted' })
    await until(async () => valueOf(await api.transaction(made.id)).state === 'settled', 'the transaction is settled')
    const { height } = valueOf(await api.transaction(made.id))
    expect(valueOf(await api.block(String(height)))).toMatchObject({ transactions: [made.id], branch: 'best' })

    const address = encodeAddress(bob.publicKey, networkKindOf(network.name))
    const account = valueOf(await api.account(address, { proof: true }))
    expect(account).toMatchObject({ balance: '5', nonce: '0' })
    const proof = parseProof(account.proof)
    const headerBytes = fromHex(account.header ?? '')
    if (proof === null || headerBytes === null) throw new Error('the answer has a proof and a header')
    const header = decodeSignedHeader(headerBytes, signingPrefix('hearsay/block/1', networkId))
    if (!header.ok) throw new Error(header.code)
    const { proposer, slot, proposerKey, signedBytes, signature, ledgerRoot, hash } = header.value
    // A validator of this network, in its slot, signed a ledger in which bob has 5.
    expect(proposer).toBe(proposerOf(network, slot))
    expect(verifySignature(proposerKey, signedBytes, signature)).toBe(true)
    expect(hash).toBe(account.head.hash)
    expect(proof.ledgerRoot).toBe(ledgerRoot)
    expect(verifyAccountProof(proof)).toBe(true)
    expect(verifyAccountProof({ ...proof, balance: 6n })).toBe(false)
  })
})
