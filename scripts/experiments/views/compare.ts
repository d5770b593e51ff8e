/** One run: a network, a load, pages opened early, late and slow, and all views compared after 5 s of quiet. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { command, DEFAULT_PLAN, down, up } from '../../../testnet/control-client.ts'
import { readManifest } from '../../../src/home/testnet-home.ts'
import type { Manifest } from '../../../src/home/manifest.ts'
import { until } from '../../../testnet/until.ts'
import { CHROMIUM_ARGS } from '../../../test/toolkit/find-chromium.ts'
import { RecentHeads } from './recent-heads.ts'
import { disagreements, heatSays, metricsSay, pageSays, reportSays, topSays, type ToldSpread } from './told.ts'

export interface ViewsRun {
  readonly nodes: number
  readonly rate: number
  readonly seconds: number
  readonly perProcess: number
  readonly seed: number
  readonly withFaults: boolean
  readonly executablePath: string
  readonly home: string
  readonly root: string
  readonly onProgress: (text: string) => void
}

export interface ViewsFigures {
  readonly nodes: number
  readonly accepted: number
  /** After the load: until no node had anything left to do, s. A hundred nodes on two cores need longer than a load. */
  readonly quietAfterS: number
  /** After the late page was opened: until both pages said what the nodes' counters say, s. */
  readonly pagesRightAfterS: number
  /** The same until all views did; starting the commands takes most of it. */
  readonly agreedAfterS: number
  readonly heat: ToldSpread
}

/**
 * After the load: how long views may take to be right, ms, and how much longer is waited to say by how much they are
 * late.
 */
const RIGHT_AFTER_MS = 5_000
const WAIT_MS_MAX = 60_000
const SLOW_MS = 4_000
/** Between two looks at whether the network is quiet, ms: an interval of the router's heartbeat, and some. */
const QUIET_LOOK_MS = 1_500
/** Transactions after which the load is under way. */
const UNDER_WAY = 10

export async function compareViews(run: ViewsRun): Promise<{ broken: string[]; figures: ViewsFigures }> {
  const { home, root, onProgress } = run
  const outcome = await up({
    ...DEFAULT_PLAN,
    ...{ home, count: run.nodes, seed: run.seed, perProcess: run.perProcess, detach: false, onProgress },
    supervisorEntry: join(root, 'dist', 'supervisor.js'),
  })
  if (outcome.kind !== 'ready') throw new Error(`the network is ${outcome.kind}: ${JSON.stringify(outcome)}`)
  let browser: Browser | null = null
  try {
    browser = await chromium.launch({ executablePath: run.executablePath, args: CHROMIUM_ARGS })
    const slow = await open(browser, outcome.manifest)
    // With nodes that go the load fails in part; how much was accepted is in its last line all the same.
    const load = cli(run, 'load', '--rate', String(run.rate), '--for', `${run.seconds}s`, '--json').catch(
      (error: unknown) => {
        if (error instanceof CommandFailure && run.withFaults) return error
        throw error
      },
    )
    const faults = run.withFaults ? disturb(run) : null
    // A page that does not read for a while: its process stands still.
    await slow.evaluate(`for (const end = Date.now() + ${SLOW_MS}; Date.now() < end;);`)
    const loaded = await load
    await faults
    const loadedMs = performance.now()
    const accepted = acceptedBy(loaded.stdout)
    await quiet(home)
    const quietSinceMs = performance.now()
    const quietAfterS = Math.round((quietSinceMs - loadedMs) / 100) / 10
    onProgress(`${accepted} accepted, the network was quiet ${quietAfterS} s later; a page is opened now`)
    const late = await open(browser, outcome.manifest)
    const pages = [slow, late]
    const sinceS = (): number => Math.round((performance.now() - quietSinceMs) / 100) / 10
    const heads = new RecentHeads(RIGHT_AFTER_MS)
    await until(async () => (await pagesDiffer(outcome.manifest.home, pages, heads)).length === 0, {
      timeoutMs: WAIT_MS_MAX,
      everyMs: 200,
    })
    const pagesRightAfterS = sinceS()
    let broken: string[] = []
    const agree = async (): Promise<boolean> => {
      broken = await differences(run, pages, heads)
      return broken.length === 0
    }
    await until(agree, { timeoutMs: WAIT_MS_MAX, everyMs: 300 })
    const agreedAfterS = sinceS()
    const heat = await heatSays(late)
    onProgress(`the pages were right after ${pagesRightAfterS} s, all agreed after ${agreedAfterS} s`)
    if (pagesRightAfterS * 1_000 > RIGHT_AFTER_MS) broken.push(`the pages were right after ${pagesRightAfterS} s`)
    return { broken, figures: { nodes: run.nodes, accepted, quietAfterS, pagesRightAfterS, agreedAfterS, heat } }
  } finally {
    await browser?.close()
    await down(home, { force: true })
  }
}

/** One node is killed, one comes later, and one is started anew, while transactions are sent. */
async function disturb({ home, nodes, onProgress }: ViewsRun): Promise<void> {
  await until(async () => (await takenBy(home)) >= UNDER_WAY, { timeoutMs: WAIT_MS_MAX, everyMs: 100 })
  const name = (back: number): string => `node-${nodes - back}`
  await command(home, 'kill', { nodes: [name(1)] })
  await command(home, 'add', { count: 1 })
  await command(home, 'restart', { nodes: [name(2)] })
  onProgress(`${name(1)} was killed, a node came, ${name(2)} was restarted`)
}

/** The nodes of the network as they are now. */
function nodesOf(home: string): Manifest['nodes'] {
  const read = readManifest(home)
  if (read.kind !== 'found') throw new Error('the network is gone')
  return read.manifest.nodes
}

/** What the first node has taken. */
async function takenBy(home: string): Promise<number> {
  const [told] = (await metricsSay(nodesOf(home).slice(0, 1))).nodes
  return told?.taken ?? 0
}

async function pagesDiffer(home: string, pages: readonly Page[], heads: RecentHeads): Promise<string[]> {
  const metrics = await metricsSay(nodesOf(home))
  heads.add(metrics)
  return (
    await Promise.all(pages.map(async (page) => disagreements(heads.dated(await pageSays(page)), metrics)))
  ).flat()
}

/** Until no node of the network takes or refuses anything more, for two looks. */
async function quiet(home: string): Promise<void> {
  let last = ''
  const isSettled = async (): Promise<boolean> => {
    const { nodes } = await metricsSay(nodesOf(home))
    const now = JSON.stringify(nodes.map(({ name, taken, duplicates, refused }) => [name, taken, duplicates, refused]))
    const isSame = now === last && nodes.every(({ taken }) => !Number.isNaN(taken))
    last = now
    return isSame
  }
  await until(isSettled, { timeoutMs: WAIT_MS_MAX, everyMs: QUIET_LOOK_MS })
}

async function differences(run: ViewsRun, pages: readonly Page[], heads: RecentHeads): Promise<string[]> {
  const metrics = await metricsSay(nodesOf(run.home))
  const broken = await pagesDiffer(run.home, pages, heads)
  if (broken.length > 0) return broken
  const heats = await Promise.all(pages.map(heatSays))
  if (JSON.stringify(heats[0]) !== JSON.stringify(heats[1])) return [`two pages differ: ${JSON.stringify(heats)}`]
  const { report, ...told } = reportSays((await cli(run, 'testnet', 'report', '--json')).stdout)
  // What a restarted node took before is in nobody's memory but that of the recording.
  broken.push(...disagreements(told, metrics))
  broken.push(...disagreements(topSays((await cli(run, 'top', '--once', '--json')).stdout), metrics))
  const { journeys, everywhere, lacking, pending, absent } = report.transactions
  const [heat] = heats
  if (heat === undefined) return broken
  if (report.unasked.length > 0) broken.push(`the report could not ask ${JSON.stringify(report.unasked)}`)
  if (report.invariants.heads !== 1) broken.push(`the report sees ${report.invariants.heads} chains`)
  if (heat.transactions !== Math.min(journeys, 120))
    broken.push(`the page shows ${heat.transactions} transactions, the report ${journeys}`)
  if (journeys <= 120 && (heat.lacking !== lacking || heat.pending !== pending || heat.absent !== absent))
    broken.push(`the page says ${JSON.stringify(heat)}, the report ${JSON.stringify(report.transactions)}`)
  if (lacking + pending + heat.lacking + heat.pending > 0 || everywhere !== journeys)
    broken.push(
      `not everywhere: the page says ${JSON.stringify(heat)}, the report ${JSON.stringify(report.transactions)}`,
    )
  // A node alone tells nobody, so no view has a way of anything.
  if (journeys > 0 || run.nodes > 1) broken.push(...(await traceDiffers(run, pages[0])))
  return broken
}

/** The trace of the latest transaction of the page names as many nodes as the page does. */
async function traceDiffers(run: ViewsRun, page: Page | undefined): Promise<string[]> {
  const coverage = (await page?.locator('#coverage').textContent()) ?? ''
  const [, id = '', reached = '', there = ''] = /^([0-9a-f]{8}): (\d+)\/(\d+) nodes/.exec(coverage) ?? []
  if (id === '') return [`the page says "${coverage}" of the latest transaction`]
  const trace = JSON.parse((await cli(run, 'tx', 'trace', id, '--json')).stdout) as {
    nodes: { known: boolean; absence: string | null }[]
  }
  const nodes = trace.nodes.filter(({ absence }) => absence === null)
  const has = nodes.filter(({ known }) => known).length
  return `${has}/${nodes.length}` === `${reached}/${there}`
    ? []
    : [`${id}: ${reached}/${there} by the page, ${has}/${nodes.length} by the trace`]
}

async function open(browser: Browser, manifest: Manifest): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' })
  await page.goto(manifest.supervisor.pageUrl ?? '')
  await page.getByText('live', { exact: true }).waitFor()
  return page
}

function acceptedBy(stdout: string): number {
  const last = stdout.trim().split('\n').at(-1) ?? '{}'
  return (JSON.parse(last) as { accepted?: number }).accepted ?? 0
}

function cli({ root, home }: ViewsRun, ...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [join(root, 'scripts', 'hearsay.js'), ...args, '--home', home],
      { maxBuffer: 256 * 2 ** 20, cwd: home },
      (error, stdout, stderr) => {
        if (error === null) resolve({ stdout, stderr })
        else reject(new CommandFailure(`${args.join(' ')}: ${error.message}`, stdout, stderr))
      },
    )
  })
}

class CommandFailure extends Error {
  readonly stdout: string
  readonly stderr: string

  constructor(message: string, stdout: string, stderr: string) {
    super(message)
    this.stdout = stdout
    this.stderr = stderr
  }
}
