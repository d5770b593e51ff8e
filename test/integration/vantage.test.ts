/** A network of real nodes, seen as a testnet, as a file of nodes of which one is silent, and through one of them. */
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { Context } from '../../src/cli/context.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { listedVantage } from '../../src/cli/vantage/listed.ts'
import { oneNodeVantage } from '../../src/cli/vantage/one-node.ts'
import { testnetVantage } from '../../src/cli/vantage/testnet.ts'
import type { Vantage } from '../../src/cli/vantage/vantage.ts'
import { must } from '../../src/client/must.ts'
import { networkIdOf } from '../../src/domain/params.ts'
import { toHex } from '../../src/lib/bytes.ts'
import { startTestnet, type TestNetwork } from '../../src/surface/testnet.ts'
import { devAccount } from '../../src/wallet/dev-accounts.ts'
import { makeTransaction } from '../../src/wallet/make-transaction.ts'
import { quickSigner } from '../../src/wallet/quick-signer.ts'
import { VANTAGE_CASES, type VantageWorld } from '../contract/vantage.ts'
import { manifestNodeOf, manifestOf } from '../toolkit/command/home.ts'

let net: TestNetwork
beforeAll(async () => {
  net = await startTestnet({ nodes: 3, seed: 11 })
})
afterAll(async () => net.stop())

const stdout = new PassThrough().resume()
const context = {
  shared: { json: false, home: undefined, api: undefined, tokenFile: undefined },
  terminal: openTerminal({ stdout, stderr: stdout, env: {}, color: false }),
  env: {},
  cwd: '/',
  stop: new AbortController().signal,
} as unknown as Context

/** A payment of alice to herself, and what hands it to the first node. */
async function draft(): ReturnType<VantageWorld['draft']> {
  const alice = devAccount('alice', net.params.name)
  if (!alice.ok) throw new Error(alice.reason)
  const { publicKey, secret } = alice.keys
  const { client } = net.node(0)
  const nonce = BigInt(must(await client.account(toHex(publicKey))).value.nextNonce)
  const fields = { sender: publicKey, recipient: publicKey, amount: 1n, fee: 1n, payload: new Uint8Array(0) }
  const made = makeTransaction(
    { ...fields, nonce, createdAtMs: Date.now() },
    networkIdOf(net.params),
    quickSigner(secret),
  )
  return { id: made.id, send: async () => void must(await client.submit(made.bytes)) }
}

const names = (): readonly string[] => net.nodes.map(({ name }) => name)
/** Nobody listens on it. */
const NOBODY = { name: 'nobody', apiUrl: 'http://127.0.0.1:1', host: null, tokenFile: null }

const VANTAGES: Readonly<Record<string, () => VantageWorld>> = {
  'a testnet': () => {
    const nodes = net.nodes.map(({ peerId, apiUrl }, index) => manifestNodeOf('/', index, { peerId, apiUrl }))
    return worldOf(testnetVantage(context, manifestOf('/', { network: net.params.name, nodes })))
  },
  'a file': () => {
    const nodes = net.nodes.map(({ name, apiUrl }) => ({ name, apiUrl, host: null, tokenFile: null }))
    const listed = { source: 'nodes.json', nodes: [...nodes, NOBODY] }
    return worldOf(listedVantage(context, listed), { silent: [NOBODY.name] })
  },
  'one node': () => {
    const target = { apiUrl: net.node(0).apiUrl, token: () => null, tokenFile: null, nodeName: null, manifest: null }
    return worldOf(oneNodeVantage(context, { ...target, source: '--api' }))
  },
}

function worldOf(vantage: Vantage, more: Partial<VantageWorld> = {}): VantageWorld {
  return { vantage, names: names(), silent: [], draft, ...more }
}

describe.each(Object.keys(VANTAGES))('a network seen as %s', (kind) => {
  it.each(VANTAGE_CASES)('$name', async ({ run }) => run(VANTAGES[kind]?.() ?? worldOf(undefined as never)))
})
