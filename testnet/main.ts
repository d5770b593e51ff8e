/**
 * The supervisor's entry: `node supervisor.js <mark> <plan as JSON>`, with the nonce that the mark is made of
 * (src/home/proof.ts) in its environment, in a session of its own so that a terminal's signals reach its starter alone.
 * It tells its starter what happens, until that lets go of it or, where it shall not stay, ends.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { writeCookie, type Cookie } from '../src/adapters/http/cookie-file.ts'
import { judgeFolder, readTrusted } from '../src/home/trusted-file.ts'
import { parseNetwork } from '../src/domain/params.ts'
import { ownHome } from '../src/home/own-file.ts'
import { markOf, nameProcess, type ProcessName } from '../src/home/proof.ts'
import { carryOut } from './carry-out.ts'
import type { SupervisorMessage, TestnetPlan } from './control.ts'
import { openControlServer, type ControlServer } from './control-server.ts'
import { clearStale } from './leftovers.ts'
import { NETWORK_FILE_BYTES_MAX } from './limits.ts'
import { removeManifest, writeManifest } from './manifest-file.ts'
import { NodeProcess } from './node-process.ts'
import { NONCE_VARIABLE } from './nonce.ts'
import { lockHome } from './supervisor-lock.ts'
import { openTestnetPage } from './page-testnet.ts'
import { Observation } from './record.ts'
import { readSaved, writeSaved } from './resume-file.ts'
import { writeScrapeConfig } from './scrape-config.ts'
import { Testnet, type TestnetOptions } from './testnet.ts'

const startedMs = performance.now()

async function main(): Promise<void> {
  const [mark, text] = process.argv.slice(2)
  const nonce = process.env[NONCE_VARIABLE]
  const plan = text === undefined ? null : (JSON.parse(text) as TestnetPlan)
  if (nonce === undefined || plan === null || mark !== markOf(plan.home, nonce))
    throw new Error('the supervisor is started by `hearsay testnet up`')
  // Nodes have no use for it.
  delete process.env[NONCE_VARIABLE]
  const own = ownHome(plan.home)
  if (!own.ok || own.home !== plan.home) throw new Error(`${plan.home} is not the folder that it was`)
  const lock = lockHome(plan.home, nonce)
  if (!lock.ok) {
    if (lock.copies)
      tell({
        kind: 'failed',
        message: `the network here is being copied (process ${lock.pid}); try again when that is done`,
        gaps: [],
      })
    else tell({ kind: 'running', pid: lock.pid })
    return
  }
  await clearStale(plan.home)
  const resumed = plan.resume === true ? readResumed(plan.home) : null
  const cookie = await writeCookie(join(plan.home, 'supervisor.cookie'), randomBytes(32))
  await run({
    plan: resumed === null ? plan : { ...plan, ...resumed.saved.plan },
    resumed,
    nonce,
    mark,
    cookie,
    release: lock.release,
  })
}

/**
 * The network that the home remembers, with its genesis. Throws where there is none: whoever starts this has looked.
 */
function readResumed(home: string): NonNullable<TestnetOptions['resumed']> {
  const read = readSaved(home)
  if (read.kind !== 'found') throw new Error(`${home} has no network to go on with`)
  const file = join(home, 'network.json')
  const text = readTrusted(home, file, NETWORK_FILE_BYTES_MAX, { secret: false })
  if (!text.ok) throw new Error(text.distrust.message)
  const parsed = parseNetwork(JSON.parse(text.value))
  if (!parsed.ok) throw new Error(`${file}: ${parsed.message}`)
  // Nodes write there: a link would lead them elsewhere.
  const folders = read.saved.nodes.flatMap(({ name }) => [join('nodes', name), join('nodes', name, 'data')])
  for (const folder of ['nodes', ...folders]) {
    const distrust = judgeFolder(join(home, folder))
    if (distrust !== null) throw new Error(distrust.message)
  }
  return { saved: read.saved, network: parsed.params }
}

async function run({
  plan,
  resumed,
  nonce,
  mark,
  cookie,
  release,
}: {
  plan: TestnetPlan
  resumed: TestnetOptions['resumed']
  nonce: string
  mark: string
  cookie: Cookie
  release: () => void
}): Promise<void> {
  let server: ControlServer | null = null
  let isStopping = false
  const down = (force: boolean): void => {
    // A second wish to stop is one to stop now.
    const isAgain = isStopping
    isStopping = true
    void testnet.stop(force || isAgain).then(async () => {
      await page.close()
      await observation.close()
      removeManifest(plan.home)
      cookie.remove()
      release()
      await server?.close()
      process.exit(process.exitCode ?? 0)
    })
  }
  const observation = new Observation({
    path: plan.record ?? null,
    partition: () => testnet.partitioned,
    onFailure: (reason) => {
      tell({ kind: 'progress', text: `the recording ended: ${reason}` })
      testnet.recordingFailed(reason)
    },
  })
  server = await openControlServer({
    token: cookie.token,
    carryOut: (command, request) => carryOut(testnet, command, request, down),
  })
  const page = await openTestnetPage(
    observation,
    (command, request) => carryOut(testnet, command, request, down),
    plan.portBase ?? resumed?.saved.pagePort ?? null,
  )
  const testnet = new Testnet({
    plan,
    resumed,
    carry: (what) => new NodeProcess({ mark, ...what }),
    nonce,
    supervisor: {
      ...ownName(),
      url: server.url,
      cookieFile: join(plan.home, 'supervisor.cookie'),
      pageUrl: page.url,
    },
    onProgress: (progress) => {
      tell({ kind: 'progress', text: progress })
    },
    onManifest: (manifest) => {
      writeManifest(manifest)
      writeSaved(plan.home, testnet.saved())
      writeScrapeConfig(manifest)
      observation.update(manifest)
    },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      down(false)
    })
  let mayOutliveStarter = false
  process.on('disconnect', () => {
    if (!mayOutliveStarter) down(false)
  })
  const outcome = await testnet.start()
  if (outcome.ok) {
    mayOutliveStarter = plan.detach
    tell({ kind: 'ready', elapsedMs: Math.round(performance.now() - startedMs) })
  } else if (!isStopping) {
    tell({ kind: 'failed', message: `${outcome.refusal.message}; ${outcome.refusal.hint}`, gaps: outcome.gaps ?? [] })
    process.exitCode = 1
    down(false)
  }
}

function ownName(): ProcessName {
  return nameProcess(process.pid) ?? { pid: process.pid, started: 'unknown' }
}

/** The log has what the starter hears, for when it is gone. */
function tell(message: SupervisorMessage): void {
  console.log(JSON.stringify({ time: new Date().toISOString(), ...message }))
  if (process.connected) process.send?.(message)
}

await main()
