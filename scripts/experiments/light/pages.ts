/** Two nodes, a hostile peer, and pages of a real Chromium that are nodes themselves. */
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import type { Node } from '../../../src/node/compose.ts'
import { encodeBatch } from '../../../src/domain/codec/transaction-codec.ts'
import { CHROMIUM_ARGS } from '../../../test/toolkit/find-chromium.ts'
import { HostilePeer } from '../../../test/toolkit/hostile/hostile-peer.ts'
import { signedTransaction } from '../../../test/toolkit/objects/transactions.ts'
import { addressOf, LIVE_NETWORK, startNode } from '../../../test/toolkit/processes/nodes.ts'
import { until } from '../../../test/toolkit/until.ts'
import { openTlsProxy, PROXY_NAME, type TlsProxy } from './tls-proxy.ts'

/** What a page may load, bytes: half a minute on a slow line. */
const LOAD_BYTES_MAX = 1_500_000
const PATIENCE_MS = 60_000
/** Forgeries follow one another, ms. */
const FORGERY_EVERY_MS = 200
/** Where the scalar of a signature begins in the bytes of a transaction. */
const SCALAR_AT = 36

export interface LightTrial {
  readonly executablePath: string
  readonly transactions: number
  /** Folder for pictures of the pages; null: none. */
  readonly pictures: string | null
  readonly onProgress: (text: string) => void
}

interface Loaded {
  readonly page: Page
  readonly bytes: () => number
  readonly foreign: readonly string[]
  readonly errors: readonly string[]
}

export async function tryLight({ executablePath, transactions, pictures, onProgress }: LightTrial): Promise<{
  readonly broken: readonly string[]
  readonly figures: Readonly<Record<string, number | string>>
}> {
  const broken: string[] = []
  const hold = (holds: boolean, what: string): void => {
    if (!holds) broken.push(what)
  }
  const nodes: Node[] = []
  const browser = await chromium.launch({
    executablePath,
    args: [...CHROMIUM_ARGS, `--host-resolver-rules=MAP ${PROXY_NAME} 127.0.0.1`],
  })
  let hostile: HostilePeer | null = null
  let server: Server | null = null
  let proxy: TlsProxy | null = null
  try {
    const web = await startNode({
      name: 'web',
      listen: ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/tcp/0/ws'],
      api: '127.0.0.1:0',
      // As a proxy with TLS before it is called.
      apiHosts: [PROXY_NAME],
    })
    nodes.push(web)
    const origin = await startNode({ name: 'origin', bootstrap: [addressOf(web)] })
    nodes.push(origin)

    const startedMs = performance.now()
    const light = await open(browser, `${web.apiUrl ?? ''}/light`)
    await says(light.page, '#connection', 'connected')
    const joinMs = performance.now() - startedMs
    onProgress(`the page joined after ${Math.round(joinMs)} ms, ${light.bytes()} bytes`)
    const self = (await light.page.textContent('#self')) ?? ''
    hold(
      web.control.peers().peers.some(({ peerId }) => peerId === self),
      'the node has the page among its peers',
    )
    await until(() => web.control.status().mesh === 2 && origin.control.status().mesh === 1, 'the meshes', PATIENCE_MS)

    const ids: string[] = []
    const givenMs = performance.now()
    for (let i = 0; i < transactions; i++) {
      const bytes = signedTransaction(i % 50, Math.floor(i / 50), { network: LIVE_NETWORK, createdAtMs: Date.now() })
      const [result] = await origin.control.submit([bytes])
      if (result?.kind === 'accepted') ids.push(result.id)
    }
    hold(ids.length === transactions, 'the other node takes all transactions')
    await says(light.page, '#checked', String(transactions))
    const shownMs = performance.now() - givenMs
    const rows = await light.page
      .locator('#items tr.checked')
      .evaluateAll((lines) => lines.map((line) => (line as unknown as { dataset: { id?: string } }).dataset.id ?? ''))
    const shown = ids.filter((id) => rows.includes(id)).length
    onProgress(`${shown} of ${transactions} shown`)
    hold(shown === Math.min(transactions, 200), `shows every one: ${shown} of ${transactions}`)
    const signatures = Number(await light.page.textContent('#signatures'))
    hold(signatures >= transactions, `checks every signature itself: ${signatures}`)
    await until(
      async () => /^\d+ of 3 nodes/.test((await light.page.textContent('#coverage')) ?? ''),
      'coverage',
      PATIENCE_MS,
    )
    const coverage = (await light.page.textContent('#coverage')) ?? ''
    if (pictures !== null) await light.page.screenshot({ path: join(pictures, 'light.png'), fullPage: true })

    proxy = await openTlsProxy({ api: Number(new URL(web.apiUrl ?? '').port), web: await webPortOf(web) })
    const safe = proxy === null ? null : await open(browser, `${proxy.url}/light`)
    if (safe === null) onProgress('no openssl here: no page over TLS')
    else {
      await says(safe.page, '#connection', 'connected')
      const bytes = signedTransaction(60, 0, { network: LIVE_NETWORK, createdAtMs: Date.now() })
      await origin.control.submit([bytes])
      await until(
        async () => Number(await safe.page.textContent('#checked')) > 0,
        'a page over TLS checks one',
        PATIENCE_MS,
      )
      onProgress('a page joined through a proxy with TLS')
    }

    hostile = await HostilePeer.create({
      name: 'forger of pages',
      ip: '127.0.0.1',
      network: LIVE_NETWORK,
      encryption: 'noise',
      listen: '/ip4/127.0.0.1/tcp/0/ws',
    })
    const forger = hostile
    await forger.serve('hello', () => [forger.hello()])
    server = createServer((request, response) => {
      void serveInstead(`${web.apiUrl ?? ''}${request.url ?? ''}`, forger, response)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const fooled = await open(browser, `http://127.0.0.1:${(server.address() as AddressInfo).port}/light`)
    await says(fooled.page, '#connection', 'connected')
    await forger.adopt()
    await forger.greet()
    await forger.subscribe()
    onProgress('a page joined the hostile peer')
    const forged = signedTransaction(1, 0, { network: LIVE_NETWORK, createdAtMs: Date.now() })
    const sentMs = performance.now()
    let sent = 0
    while (forger.connected && sent < 40) {
      const last = forged.slice()
      // Within the signature, behind its point: it is well formed, and nobody made it.
      last[SCALAR_AT] = (last[SCALAR_AT] ?? 0) ^ ++sent
      await forger.rpc({ messages: [{ topic: forger.topic('transactions'), data: encodeBatch([last]) }] })
      // Not all are shown: after a few the router hears it no more, and each counts all the same.
      await forger.isCut(FORGERY_EVERY_MS)
    }
    hold(await forger.isCut(10_000), 'the forger is cut off')
    const cutMs = performance.now() - sentMs
    await until(async () => (await fooled.page.locator('#cuts tr').count()) > 0, 'the page says so', PATIENCE_MS)
    const reasons = await fooled.page.locator('#items tr.refused td:nth-child(3)').allTextContents()
    const refused = reasons.filter((text) => text === 'refused: invalid-signature').length
    hold(
      refused >= 1 && refused === reasons.length,
      `forged ones are refused for their signature: ${reasons.join(', ')}`,
    )
    const forgeriesChecked = Number(await fooled.page.textContent('#signatures'))
    hold(forgeriesChecked >= refused, `checks the signatures of what is forged: ${forgeriesChecked}`)
    const cuts = await fooled.page.locator('#cuts tr').allTextContents()
    hold(
      cuts.some((text) => text.includes(forger.peerId)),
      'the page says whom it cut off',
    )
    hold((await fooled.page.textContent('#checked')) === '0', 'none of them is taken')
    if (pictures !== null) await fooled.page.screenshot({ path: join(pictures, 'forged.png'), fullPage: true })

    for (const { bytes, foreign, errors } of [light, fooled, ...(safe === null ? [] : [safe])]) {
      hold(bytes() <= LOAD_BYTES_MAX, `a page loads ${bytes()} bytes`)
      hold(foreign.length === 0, `a page asks other hosts: ${foreign.join(', ')}`)
      hold(errors.length === 0, `a page has errors: ${errors.join('; ')}`)
    }
    return {
      broken,
      figures: {
        transactions,
        shown,
        signatures,
        coverage,
        loadBytes: light.bytes(),
        joinMs: Math.round(joinMs),
        shownMs: Math.round(shownMs),
        forgedSent: sent,
        forgedRefused: refused,
        cutMs: Math.round(cutMs),
        overTls: safe === null ? 'no openssl' : 'joined',
      },
    }
  } finally {
    await browser.close()
    await hostile?.stop()
    server?.close()
    proxy?.close()
    await Promise.all(nodes.map((node) => node.stop()))
  }
}

async function open(browser: Browser, url: string): Promise<Loaded> {
  // The certificate of the proxy is nobody's.
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 }, ignoreHTTPSErrors: true })
  const foreign: string[] = []
  const errors: string[] = []
  let bytes = 0
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin && !request.url().startsWith('data:'))
      foreign.push(request.url())
  })
  page.on('response', (response) => {
    response.body().then(
      (body) => (bytes += body.byteLength),
      () => undefined,
    )
  })
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.goto(url)
  return { page, bytes: () => bytes, foreign, errors }
}

/** Where pages join it, as it tells them. */
async function webPortOf(node: Node): Promise<number> {
  const given = (await (await fetch(`${node.apiUrl ?? ''}/light/node.json`)).json()) as { readonly port: number }
  return given.port
}

/** What the node answers, as a modified one would: the page is told to join through the hostile peer. */
async function serveInstead(url: string, forger: HostilePeer, response: ServerResponse): Promise<void> {
  const port = Number(/\/tcp\/(\d+)/.exec(forger.listensAt)?.[1])
  const answer = await fetch(url)
  const policy = answer.headers.get('content-security-policy')?.replace(/ ws:\/\/([^:]+):\d+/, ` ws://$1:${port}`)
  if (policy !== undefined) response.setHeader('content-security-policy', policy)
  response.setHeader('content-type', answer.headers.get('content-type') ?? 'text/plain')
  const body = new Uint8Array(await answer.arrayBuffer())
  if (!url.endsWith('/node.json')) response.end(body)
  else {
    const given = JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>
    response.end(JSON.stringify({ ...given, peerId: forger.peerId, port }))
  }
}

async function says(page: Page, selector: string, text: string): Promise<void> {
  await until(async () => (await page.textContent(selector)) === text, `${selector} says ${text}`, PATIENCE_MS)
}
