/**
 * The public library as an embedder uses it: a node in this process, a transaction into a block, and a proof for who
 * trusts no node.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  connect,
  decodeTransaction,
  devAccount,
  encodeAddress,
  keyPairOf,
  makeTransaction,
  networkIdOf,
  networkKindOf,
  openNode,
  parseNetwork,
  sign,
  signingPrefix,
  must,
  verifyAccount,
  verifySignature,
  type AccountView,
  type Client,
  type KeyPair,
  type NetworkParams,
  type Node,
} from '../../src/index.ts'
import { asAccountId } from '../../src/domain/ids.ts'
import { toHex } from '../../src/lib/bytes.ts'

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

    expect(must(await api.submit(made.bytes)).value).toMatchObject({ id: made.id, status: 'accepted' })
    expect(must(await api.settled(made.id)).value.state).toBe('settled')
    const { height } = must(await api.transaction(made.id)).value
    expect(must(await api.block(String(height))).value).toMatchObject({ transactions: [made.id], branch: 'best' })

    const address = encodeAddress(bob.publicKey, networkKindOf(network.name))
    const account = must(await api.account(address, { proof: true })).value
    expect(account).toMatchObject({ balance: '5', nonce: '0' })
    // A validator of this network, in its slot, signed a ledger in which bob has 5.
    const checked = must(verifyAccount(account, network))
    expect(checked).toMatchObject({ balance: 5n, nonce: 0n, height: account.head.height, blockHash: account.head.hash })

    const { proof, header } = account
    if (proof === undefined || proof === null || typeof header !== 'string') throw new Error('the answer has both')
    const reasonOf = (answer: AccountView): string | null => {
      const check = verifyAccount(answer, network)
      return check.ok ? null : check.reason
    }
    // One digit of the last byte: the signature's.
    const otherSignature = header.slice(0, -1) + (header.endsWith('0') ? '1' : '0')
    expect([
      reasonOf({ ...account, balance: '6' }),
      reasonOf({ ...account, balance: '6', proof: { ...proof, balance: '6' } }),
      reasonOf({ ...account, proof: null }),
      reasonOf({ ...account, header: null }),
      reasonOf({ ...account, header: 'no header' }),
      reasonOf({ ...account, header: otherSignature }),
      // Another network's validators, whose slot it would be.
      verifyAccount(account, { ...network, validators: [asAccountId(toHex(bob.publicKey))] }),
    ]).toMatchObject([
      'another-account',
      'wrong-proof',
      'no-proof',
      'no-header',
      'wrong-header',
      'wrong-signature',
      { ok: false, reason: 'wrong-header' },
    ])
  })
})
