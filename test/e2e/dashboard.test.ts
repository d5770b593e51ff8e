/**
 * The page of a testnet of 20 real nodes in a real Chromium: what a user clicks and sees. Needs `npm run build`, and a
 * Chromium; where there is none the file says so. Screens are kept in `.hearsay/screens`.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { connect as openSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHROMIUM_ARGS, findChromium } from '../toolkit/find-chromium.ts'
import { connect } from '../../src/client/connect.ts'
import { journeysOf } from '../../src/trace/journey.ts'
import { parseRecording, recordsOf } from '../../src/trace/recording.ts'
import { reportHtml } from '../../src/trace/report-html.ts'
import { reportOf } from '../../src/trace/report.ts'
import { countByEvent, summaryOf } from '../../src/trace/spread.ts'
import { DEFAULT_PLAN, down, up } from '../../testnet/control-client.ts'
import type { Manifest } from '../../src/home/manifest.ts'
import { until } from '../../testnet/until.ts'
import { freshFolder, removeFolders, runCli } from '../toolkit/command/cli.ts'

const NODES = 20
const root = fileURLToPath(new URL('../..', import.meta.url))
const screens = join(root, '.hearsay', 'screens')
const executablePath = findChromium()
if (executablePath === null) console.log('dashboard: no Chromium on this machine (Debian: apt-get install chromium)')

const home = mkdtempSync(join(tmpdir(), 'hearsay-dashboard-'))
const recording = join(home, 'run.ndjson')
let manifest: Manifest
let browser: Browser | null = null

beforeAll(async () => {
  const outcome = await up({
    ...DEFAULT_PLAN,
    home,
    count: NODES,
    seed: 20,
    // Four nodes a process: twenty processes beside a browser on two cores would show how they wait for one another.
    perProcess: 4,
    record: recording,
    detach: false,
    supervisorEntry: join(root, 'dist', 'supervisor.js'),
    onProgress: () => undefined,
  })
  if (outcome.kind !== 'ready') throw new Error(`the network is ${outcome.kind}: ${JSON.stringify(outcome)}`)
  manifest = outcome.manifest
  mkdirSync(screens, { recursive: true })
  if (executablePath !== null) browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS })
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await down(home, { force: true })
  rmSync(home, { recursive: true, force: true })
  removeFolders()
}, 60_000)

const pageUrl = (): string => manifest.supervisor.pageUrl ?? ''

describe('the page of a testnet', () => {
  it('shows a transaction come to all nodes, and a forged one refused with its reason', async (context) => {
    context.skip(browser === null, 'no Chromium on this machine')
    const foreign: string[] = []
    const page = await open({ width: 1280, height: 900 }, 'light', foreign, 'no-preference')
    // The key is in no address that anybody could look at.
    expect(page.url()).toBe(pageUrl().replace(/#.*/, ''))
    await page.getByRole('button', { name: 'Send a transaction' }).click()
    await page.getByText('is accepted by').waitFor()
    await page.getByText(`${NODES}/${NODES} nodes (100 %)`).waitFor()
    await page.getByRole('button', { name: 'Send a forged one' }).click()
    const answer = page.getByText('The API of node-0 refused it: invalid-signature.')
    await answer.waitFor()
    expect(await answer.textContent()).toMatch(
      new RegExp(
        `Another one, sent by a peer to node-0 and node-1, it died there: invalid-signature. 0 of ${NODES} nodes have it.$`,
      ),
    )
    // On the map it comes from outside and ends before both.
    await page.getByText(`0/${NODES} nodes, refused by node-0, node-1: invalid-signature`).waitFor()
    await page.locator('#refused li', { hasText: 'invalid-signature' }).first().waitFor()
    await page.screenshot({ path: join(screens, 'page-1280-light.png'), fullPage: true })
    expect(foreign).toEqual([])
    await page.close()
  }, 90_000)

  it.each([
    [1280, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)('fits %i px in %s', async (width, theme) => {
    if (browser === null) return
    const page = await open({ width, height: 844 }, theme, [])
    await page.getByRole('button', { name: 'Send a transaction' }).click()
    await page.getByText('(100 %)').waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    await page.screenshot({ path: join(screens, `page-${width}-${theme}.png`), fullPage: true })
    await page.close()
  })

  it('is worked by the keyboard alone', async (context) => {
    context.skip(browser === null, 'no Chromium on this machine')
    const page = await open({ width: 1280, height: 900 }, 'light', [])
    await page.locator('#map').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowDown')
    const chosen = await page.locator('#node').inputValue()
    expect(await page.locator('#map-help').textContent()).toContain(`${chosen} is chosen`)
    await page.keyboard.press('Enter')
    // To the list of nodes, and not to a button: the next Enter would kill one.
    expect(await page.evaluate('document.activeElement.id')).toBe('node')
    await page.keyboard.press('Escape')
    expect(await page.evaluate('document.activeElement.id')).toBe('map')
    expect(await page.locator('#answer').textContent()).toBe('')
    expect(await page.locator('tr.down').count()).toBe(0)
    await page.getByRole('slider').focus()
    await page.keyboard.press('Home')
    expect(await page.getByRole('button', { name: 'Play' }).count()).toBe(1)
    await page.close()
  })
})

describe('its server', () => {
  it('lets nobody act without the key, nor from another site or under another name', async () => {
    const { port } = new URL(pageUrl())
    const key = pageUrl().split('key=')[1] ?? ''
    const post = (headers: Record<string, string>) => ask(port, 'POST', '/v1/act/heal', headers)
    expect(await post({ 'content-type': 'application/json' })).toBe(401)
    const ours = { 'content-type': 'application/json', authorization: `Bearer ${key}` }
    expect(await post({ ...ours, origin: 'http://evil.example' })).toBe(403)
    expect(await post({ ...ours, host: `evil.example:${port}` })).toBe(403)
    expect(await post({ ...ours, 'sec-fetch-site': 'same-site' })).toBe(403)
    expect(await post({ ...ours, 'content-type': 'text/plain' })).toBe(400)
    expect(await ask(port, 'GET', '/v1/observe/feed', { host: 'evil.example' })).toBe(403)
    expect(await ask(port, 'GET', '/../testnet.json', {})).toBe(404)
    expect(await post(ours)).toBe(200)
    expect(await ask(port, 'POST', '/v1/act/down', ours)).toBe(409)
  })

  it('does not keep more than 1 MiB for a page that reads nothing', async () => {
    const { port } = new URL(pageUrl())
    const before = await supervisorRss()
    const stalled = Array.from({ length: 5 }, () => {
      const socket = openSocket(Number(port), '127.0.0.1')
      socket.write(`GET /v1/observe/feed HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
      socket.pause()
      return socket
    })
    const key = pageUrl().split('key=')[1] ?? ''
    const ours = { 'content-type': 'application/json', authorization: `Bearer ${key}` }
    expect(await ask(port, 'POST', '/v1/act/load', ours, { perSecond: 40, seconds: 5 })).toBe(200)
    const total = (): number => summaryOf(journeysOf(manifest.nodes, recordsOf(read()))).journeys
    await until(() => total() >= 200, { timeoutMs: 40_000, everyMs: 500 })
    expect(total()).toBeGreaterThanOrEqual(200)
    const grown = (await supervisorRss()) - before
    for (const socket of stalled) socket.destroy()
    // Five buffers, and what the supervisor keeps of 200 transactions for pages to come.
    expect(grown).toBeLessThan(5 * 2 ** 20 + 60 * 2 ** 20)
  }, 90_000)
})

describe('stream, recording, report and metrics', () => {
  it('agree to the unit, and every tree of 200 transactions is one', async () => {
    await until(() => isEverywhere() && settled(), { timeoutMs: 45_000, everyMs: 700 })
    const run = read()
    const records = recordsOf(run)
    const journeys = journeysOf(manifest.nodes, records).filter(
      ({ kind, startNs }) => kind === 'transaction' && startNs !== null,
    )
    expect(journeys.length).toBeGreaterThanOrEqual(200)
    for (const { nodes } of journeys) {
      expect(nodes).toHaveLength(NODES)
      const byName = new Map(nodes.map((node) => [node.name, node]))
      for (const node of nodes) {
        if (node.from === null || node.way === 'refused') continue
        expect(byName.get(node.from)?.firstSeenMs ?? Number.NaN).toBeLessThanOrEqual(node.firstSeenMs ?? Number.NaN)
        expect(node.hops).not.toBeNull()
      }
    }
    for (const { name, apiUrl } of manifest.nodes) {
      const client = connect(apiUrl)
      const agree = async (): Promise<boolean> => {
        const before = countByEvent(
          recordsOf(read()).filter(({ node, kind }) => node === name && kind === 'transaction'),
        )
        const metrics = await client.metrics()
        return metrics.ok && EVENTS.every((event) => counted(metrics.value, event) === (before[event] ?? 0))
      }
      expect([name, await until(agree, { timeoutMs: 10_000, everyMs: 200 })]).toEqual([name, true])
      client.close()
    }
  }, 120_000)
})

describe('the command', () => {
  it('draws the same report of a recording, byte for byte, whoever draws it', async () => {
    const cwd = freshFolder()
    const copy = join(cwd, 'run.ndjson')
    copyFileSync(recording, copy)
    const drawn = await runCli(['replay', copy, '--report', 'drawn.html'], { cwd })
    expect([drawn.code, drawn.stderr]).toEqual([0, expect.stringContaining('drawn.html')])
    const parsed = parseRecording(readFileSync(copy, 'utf8'))
    if (!parsed.ok) throw new Error(parsed.message)
    expect(readFileSync(join(cwd, 'drawn.html'), 'utf8')).toBe(reportHtml(reportOf(parsed.recording)))
  })

  it('traces through the API of one node what the APIs of all nodes tell', async () => {
    const [id] = journeysOf(manifest.nodes, recordsOf(read()))
      .filter(({ kind, nodes }) => kind === 'transaction' && nodes.every(({ firstSeenMs }) => firstSeenMs !== null))
      .map((journey) => journey.id)
      .slice(-1)
    if (id === undefined) throw new Error('no transaction came everywhere')
    interface Document {
      nodes: { name: string; from: string | null; copies: number; trouble: string | null; over: string[] }[]
      clockErrorMs: number
    }
    const trace = async (options: readonly string[], cwd: string): Promise<Document> => {
      const { code, stdout, stderr } = await runCli(['tx', 'trace', id, '--json', ...options], { cwd })
      expect([code, stderr]).toEqual([0, expect.anything()])
      return JSON.parse(stdout) as Document
    }
    const all = await trace(['--home', home], home)
    const elsewhere = freshFolder()
    const ask = (): Promise<Document> => trace(['--api', manifest.nodes[3]?.apiUrl ?? ''], elsewhere)
    let through = await ask()
    // On a machine that is busy enough a node answers too late; the next question finds it.
    const isWhole = async (): Promise<boolean> =>
      through.nodes.every(({ trouble }) => trouble === null) || ((through = await ask()), false)
    await until(isWhole, { timeoutMs: 30_000, everyMs: 200 })
    const told = ({ nodes }: Document): string[] =>
      nodes.map(({ name, from, copies, trouble }) => `${name} ${from} ${copies} ${trouble}`).sort()
    expect(told(through)).toEqual(told(all))
    expect(through.nodes).toHaveLength(NODES)
    expect(all.clockErrorMs).toBe(0)
    expect(through.clockErrorMs).toBeGreaterThan(0)
    console.log(
      `through one node: ${through.nodes.filter(({ over }) => over.length > 0).length} nodes over others, clocks to ± ${through.clockErrorMs} ms`,
    )
  })
})

describe('a cut', () => {
  it('is seen: torn links, the part of each node, and how long it stands', async (context) => {
    context.skip(browser === null, 'no Chromium on this machine')
    const page = await open({ width: 1280, height: 900 }, 'light', [])
    const whole = await warningPixels(page)
    await page.getByRole('button', { name: 'Cut in halves' }).click()
    const cut = page.locator('#cut')
    await cut.getByText(/cut into 2 parts, heals in \d+ s/).waitFor()
    const leftS = async (): Promise<number> => Number(/heals in (\d+) s/.exec((await cut.textContent()) ?? '')?.[1])
    const first = await leftS()
    expect(first).toBeLessThanOrEqual(10)
    // The table follows as the supervisor tells it of each node.
    const onSide = (name: string): Promise<number> => page.locator('#nodes tr', { hasText: name }).count()
    const isHalved = async (): Promise<boolean> =>
      (await onSide('side A')) === NODES / 2 && (await onSide('side B')) === NODES / 2
    expect(await until(isHalved, { timeoutMs: 3_000, everyMs: 50 })).toBe(true)
    // Each link between the halves is drawn in pieces of the colour of what is wrong.
    expect(await until(async () => (await warningPixels(page)) > whole + 200, { timeoutMs: 3_000, everyMs: 50 })).toBe(
      true,
    )
    await page.screenshot({ path: join(screens, 'page-cut.png'), fullPage: true })
    expect(await until(async () => (await leftS()) < first, { timeoutMs: 3_000, everyMs: 50 })).toBe(true)
    await page.getByRole('button', { name: 'Heal' }).click()
    expect(await until(async () => (await cut.textContent()) === '', { timeoutMs: 5_000, everyMs: 50 })).toBe(true)
    await page.close()
  })
})

/** How much of the map is in the colour of what is wrong: nearer to it than to any grey. */
async function warningPixels(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('#map')
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    let count = 0
    for (let at = 0; at < data.length; at += 4)
      if (data[at + 3] > 0 && data[at] - Math.max(data[at + 1], data[at + 2]) > 60) count++
    return count
  })()`)
}

describe('a killed node', () => {
  it('goes grey on the page', async (context) => {
    context.skip(browser === null, 'no Chromium on this machine')
    const page = await open({ width: 1280, height: 900 }, 'light', [])
    await page.locator('#node').selectOption('node-7')
    await page.getByRole('button', { name: 'Kill' }).click()
    await page.locator('tr.down', { hasText: 'node-7' }).waitFor()
    await page.screenshot({ path: join(screens, 'page-killed.png'), fullPage: true })
    await page.close()
  })
})

function counted(metrics: string, event: string): number {
  const [, value] =
    new RegExp(`^hearsay_propagation_records_total\\{kind="transaction",event="${event}"\\} (\\d+)$`, 'm').exec(
      metrics,
    ) ?? []
  return Number(value)
}

const EVENTS = ['PUBLISH', 'DELIVER', 'DUPLICATE', 'REJECT', 'RECOVERED']

function isEverywhere(): boolean {
  const { journeys, everywhere } = summaryOf(
    journeysOf(manifest.nodes, recordsOf(read())).filter(({ kind }) => kind === 'transaction'),
  )
  return journeys >= 200 && everywhere === journeys
}

let lastLength = 0
/** The recording has stopped growing but for blocks. */
function settled(): boolean {
  const { length } = recordsOf(read()).filter(({ kind }) => kind === 'transaction')
  const isSame = length === lastLength
  lastLength = length
  return isSame
}

function read() {
  const parsed = parseRecording(readFileSync(recording, 'utf8'))
  if (!parsed.ok) throw new Error(parsed.message)
  return parsed.recording
}

async function supervisorRss(): Promise<number> {
  const status = readFileSync(`/proc/${manifest.supervisor.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1_024
}

async function open(
  viewport: { width: number; height: number },
  colorScheme: 'light' | 'dark',
  foreign: string[],
  // Only where the wave itself is looked at is it waited for.
  reducedMotion: 'reduce' | 'no-preference' = 'reduce',
): Promise<Page> {
  if (browser === null) throw new Error('no browser')
  const page = await browser.newPage({ viewport, colorScheme, reducedMotion })
  const { origin } = new URL(pageUrl())
  page.on('request', (sent) => {
    if (!sent.url().startsWith(origin) && !sent.url().startsWith('data:')) foreign.push(sent.url())
  })
  page.on('console', (message) => {
    if (message.type() === 'error') foreign.push(message.text())
  })
  await page.goto(pageUrl())
  await page.getByText('live', { exact: true }).waitFor()
  return page
}

function ask(
  port: string,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: object = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      resolve(answer.statusCode ?? 0)
      answer.destroy()
    })
    sent.on('error', reject)
    sent.end(method === 'POST' ? JSON.stringify(body) : undefined)
  })
}
