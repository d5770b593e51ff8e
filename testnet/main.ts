/**
 * The supervisor's entry: `node supervisor.js hearsay-testnet-supervisor <plan as JSON>`, in a session of its own so that a terminal's
 * signals reach its starter alone. It tells its starter what happens, until that lets go of it or, where it shall not stay, ends.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeCookie, type Cookie } from '../src/adapters/http/cookie-file.ts'
import { carryOut } from './carry-out.ts'
import type { SupervisorMessage, TestnetPlan } from './control.ts'
import { openControlServer, type ControlServer } from './control-server.ts'
import { clearStale } from './leftovers.ts'
import { removeManifest, writeManifest } from './manifest-file.ts'
import { lockHome, SUPERVISOR_MARK } from './supervisor-lock.ts'
import { openTestnetPage } from './page-testnet.ts'
import { Observation } from './record.ts'
import { writeScrapeConfig } from './scrape-config.ts'
import { Testnet } from './testnet.ts'

const startedMs = performance.now()

async function main(): Promise<void> {
  const [mark, text] = process.argv.slice(2)
  if (mark !== SUPERVISOR_MARK || text === undefined)
    throw new Error('the supervisor is started by `hearsay testnet up`')
  const plan = JSON.parse(text) as TestnetPlan
  mkdirSync(plan.home, { recursive: true, mode: 0o700 })
  const lock = lockHome(plan.home)
  if (!lock.ok) {
    tell({ kind: 'running', pid: lock.pid })
    return
  }
  await clearStale(plan.home)
  const cookie = await writeCookie(join(plan.home, 'supervisor.cookie'), randomBytes(32))
  await run(plan, cookie, lock.release)
}

async function run(plan: TestnetPlan, cookie: Cookie, release: () => void): Promise<void> {
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
    onFailure: (reason) => {
      tell({ kind: 'progress', text: `the recording ended: ${reason}` })
      testnet.recordingFailed(reason)
    },
  })
  server = await openControlServer({
    token: cookie.token,
    carryOut: (command, request) => carryOut(testnet, command, request, down),
  })
  const page = await openTestnetPage(observation, (command, request) => carryOut(testnet, command, request, down))
  const testnet = new Testnet({
    plan,
    childEntry: fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? 'child.ts' : 'child.js', import.meta.url)),
    supervisor: {
      pid: process.pid,
      url: server.url,
      cookieFile: join(plan.home, 'supervisor.cookie'),
      pageUrl: page.url,
    },
    onProgress: (progress) => {
      tell({ kind: 'progress', text: progress })
    },
    onManifest: (manifest) => {
      writeManifest(manifest)
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

/** The log has what the starter hears, for when it is gone. */
function tell(message: SupervisorMessage): void {
  console.log(JSON.stringify({ time: new Date().toISOString(), ...message }))
  if (process.connected) process.send?.(message)
}

await main()
