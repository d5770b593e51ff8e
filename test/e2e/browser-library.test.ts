/**
 * The library in a page: bundled as a user of it bundles for browsers, it signs, hands in, follows events and checks a
 * proof against a real node. Needs `npm run build`, and a Chromium for what runs in one; where there is none the file
 * says so.
 */
import { build } from 'esbuild'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { afterAll, expect, it } from 'vitest'
import { CHROMIUM_ARGS, findChromium } from '../toolkit/find-chromium.ts'
import { networkDocument } from '../../src/domain/params.ts'
import type { Node } from '../../src/node/compose.ts'
import { keysOf } from '../toolkit/objects/transactions.ts'
import { LIVE_NETWORK, startNode } from '../toolkit/processes/nodes.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const executablePath = findChromium()
const NETWORK = { ...LIVE_NETWORK, slotMs: 200 }

/** What somebody writes who builds a page on the library. */
const PAGE = `
import * as hearsay from 'hearsay'

window.pay = async ({ document, secret, recipient, token }) => {
  const { params } = hearsay.parseNetwork(document)
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16))
  const keys = hearsay.keyPairOf(bytes(secret))
  const node = hearsay.connect(location.origin, { token })
  const events = node.events({ topics: ['transactions'] })
  const first = (await events.next()).value.kind
  const draft = { sender: keys.publicKey, nonce: 0n, recipient: bytes(recipient), amount: 5n, fee: 1n, createdAtMs: Date.now(), payload: new Uint8Array() }
  const id = hearsay.networkIdOf(params)
  const made = hearsay.makeTransaction(draft, id, hearsay.quickSigner(keys.secret))
  const { value: transaction } = hearsay.decodeTransaction(made.bytes, hearsay.signingPrefix('hearsay/tx/1', id))
  const { senderKey, signedBytes, signature } = transaction
  const holds = hearsay.verifySignature(senderKey, signedBytes, signature)
  const forged = hearsay.verifySignature(senderKey, new Uint8Array(signedBytes).fill(1, 40, 41), signature)
  const submitted = await node.submit(made.bytes)
  let event
  for await (const item of events) if (item.kind === 'event' && item.event.data.id === made.id) { event = item.event.event; break }
  const settled = await node.settled(made.id)
  const account = await node.account(recipient, { proof: true })
  const checked = hearsay.verifyAccount(account.value, params)
  const lie = hearsay.verifyAccount({ ...account.value, balance: '999' }, params)
  const own = await hearsay.openNode({})
  const refused = await hearsay.connect(location.origin, { token: 'x' }).setTag('a', 'b')
  const nowhere = await hearsay.connect('http://127.0.0.1:1').status()
  node.close()
  return { first, made: made.id, holds, forged, submitted, event, settled: settled.value.state, balance: String(checked.balance), lie: lie.reason, own: own.ok, refused: refused.status, nowhere: nowhere.kind }
}
`

let node: Node | null = null
const dataDir = mkdtempSync(join(tmpdir(), 'hearsay-browser-'))
afterAll(async () => {
  await node?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

/** As `esbuild --bundle --platform=browser` does it, which fails on any module of Node. */
async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: 'js' },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}

/** What packages ask for where it is there is guarded by them; that it does without shows in the page. */
const ofNode = (text: string): readonly string[] => text.match(/["'`]node:\w+["'`]|\bBuffer\.(?:from|compare)/g) ?? []

it('is bundled for browsers without any module of Node', async () => {
  const text = await bundle(PAGE)
  expect(text.length).toBeGreaterThan(50_000)
  expect(ofNode(text)).toEqual([])
})

it('is bundled in parts: bytes and rules, or a client that brings neither trees nor keys', async () => {
  const sizes = await Promise.all(
    ['protocol', 'client'].map(async (door) => {
      const text = await bundle(`import * as all from 'hearsay/${door}'; console.log(all)`)
      expect(ofNode(text)).toEqual([])
      return text.length
    }),
  )
  const [protocol = 0, client = 0] = sizes
  expect(protocol).toBeGreaterThan(100_000)
  expect(client).toBeLessThan(50_000)
})

it('pays and checks in a page', async (context) => {
  context.skip(executablePath === null, 'no Chromium on this machine (Debian: apt-get install chromium)')
  const { secret } = keysOf(1_000)
  const [key] = NETWORK.validators
  if (key === undefined || executablePath === null) throw new Error('the network has a validator')
  node = await startNode({ network: NETWORK, dataDir, api: '127.0.0.1:0', validator: { key, secret } })
  const token = readFileSync(node.cookieFile ?? '', 'utf8').trim()
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS })
  try {
    const page = await browser.newPage()
    const script = await bundle(PAGE)
    // Pages of other sites may not ask a node: this one stands where the node's own page does.
    await page.route('**/test.html', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<script type="module" src="/test.js"></script>' }),
    )
    await page.route('**/test.js', (route) => route.fulfill({ contentType: 'text/javascript', body: script }))
    await page.goto(`${node.apiUrl}/test.html`)
    await page.waitForFunction('window.pay !== undefined')
    const input = {
      document: networkDocument(NETWORK),
      secret: Buffer.from(keysOf(3).secret).toString('hex'),
      recipient: Buffer.from(keysOf(4).publicKey).toString('hex'),
      token,
    }
    const result = await page.evaluate(
      (given) => (globalThis as unknown as { pay(given: object): unknown }).pay(given),
      input,
    )
    expect(result).toMatchObject({
      first: 'connected',
      holds: true,
      forged: false,
      submitted: { ok: true, status: 202 },
      event: 'admitted',
      settled: 'settled',
      balance: '1000005',
      lie: 'another-account',
      own: false,
      refused: 401,
      nowhere: 'unreachable',
    })
  } finally {
    await browser.close()
  }
}, 60_000)
