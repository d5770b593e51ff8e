/**
 * Starts, steers and ends testnets, for the command line and for tests. Every function takes the network's home;
 * outcomes are values.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Manifest } from '../src/home/manifest.ts'
import { openLog, ownHome } from '../src/home/own-file.ts'
import { markOf, NONCE_BYTES, signalOfHome, type ProcessName } from '../src/home/proof.ts'
import { isSupervised, readManifest } from '../src/home/testnet-home.ts'
import { readToken } from '../src/home/token-file.ts'
import type { Distrust } from '../src/home/trusted-file.ts'
import type {
  Command,
  ControlAnswers,
  ControlRequests,
  Gap,
  Refusal,
  SupervisorMessage,
  TestnetPlan,
} from './control.ts'
import { clearStale, leftoversOf, waitUntilGone } from './leftovers.ts'
import { KILL_MS_MAX, STOP_GRACE_MS } from './limits.ts'
import { NONCE_VARIABLE } from './nonce.ts'
import { readSaved, type SavedNetwork } from './resume-file.ts'

export interface UpOptions extends TestnetPlan {
  /** Told which network of this home goes, before it does. */
  readonly onReplace?: (saved: SavedNetwork) => void
  /** Told that what this home remembers of its network can't be believed, before that goes. */
  readonly onReplaceUnknown?: (distrust: Distrust) => void
  /** One line of progress, for a person. */
  readonly onProgress: (text: string) => void
  /** Ends the start, and what was started, when it fires. */
  readonly signal?: AbortSignal
  /** The supervisor's program; where it is not given, the one beside this file. */
  readonly supervisorEntry?: string
}

/** A network that was started without `detach`: it ends with this process, or when told. */
export interface Session {
  /** Resolves when the network is gone, whoever ended it. */
  readonly ended: Promise<void>
}

export type UpOutcome =
  | {
      readonly kind: 'ready'
      readonly manifest: Manifest
      readonly elapsedMs: number
      readonly session: Session | null
    }
  /** One runs in this home already. */
  | { readonly kind: 'running'; readonly manifest: Manifest | null; readonly pid: number }
  /** It did not become ready and was stopped: what each node waited for, and its log. */
  | { readonly kind: 'failed'; readonly message: string; readonly gaps: readonly Gap[]; readonly logFile: string }
  /** It should go on with a network, and the home remembers none. */
  | { readonly kind: 'nothing-to-resume' }
  | { readonly kind: 'aborted' }
  | Distrusted

/** What is in the home is not believed (trusted-file.ts); nothing was done. */
export interface Distrusted {
  readonly kind: 'distrusted'
  readonly distrust: Distrust
}

export type CommandOutcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** The network refuses: what, why and what to do next. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** No network runs in this home; `stale`: one ended without cleaning up, which `down` does. */
  | { readonly kind: 'none'; readonly stale: boolean }
  | { readonly kind: 'unreachable'; readonly message: string }
  | Distrusted

export type DownOutcome =
  | { readonly kind: 'down'; readonly nodes: number; readonly forced: boolean }
  | { readonly kind: 'none'; readonly stale: boolean; readonly killed: number }
  /** Something survived SIGKILL. */
  | { readonly kind: 'failed'; readonly message: string }
  | Distrusted

/** What a plan is where nothing else is said. */
export const DEFAULT_PLAN = {
  count: 10,
  degree: 6,
  topology: 'random',
  link: { delayMs: 0, jitterMs: 0, bytesPerSecond: null },
  direct: false,
  slotMs: 2_000,
  validators: 4,
  perProcess: 1,
} as const satisfies Partial<TestnetPlan>

/**
 * Starts a network and waits until it is ready on every node. A network that fails to start is stopped before this
 * returns.
 */
export async function up(options: UpOptions): Promise<UpOutcome> {
  const own = ownHome(resolve(options.home))
  if (!own.ok) return { kind: 'distrusted', distrust: own.distrust }
  const { home } = own
  const existing = readManifest(home)
  if (existing.kind === 'distrusted') return existing
  if (existing.kind === 'found' && isSupervised(existing.manifest))
    return { kind: 'running', manifest: existing.manifest, pid: existing.manifest.supervisor.pid }
  const saved = readSaved(home)
  if (options.resume === true) {
    if (saved.kind === 'distrusted') return saved
    if (saved.kind === 'none') return { kind: 'nothing-to-resume' }
  } else if (saved.kind === 'found') options.onReplace?.(saved.saved)
  else if (saved.kind === 'distrusted') options.onReplaceUnknown?.(saved.distrust)
  const logFile = join(home, 'supervisor.log')
  const child = spawnSupervisor({ ...planOf(options), home }, options.supervisorEntry ?? defaultEntry(), logFile)
  const ended = new Promise<void>((done) => {
    child
      .once('exit', () => {
        done()
      })
      .once('error', () => {
        done()
      })
  })
  const outcome = await new Promise<UpOutcome>((settle) => {
    child.on('message', (message: SupervisorMessage) => {
      onMessage(message, { home, logFile, ended, options, settle })
    })
    void ended.then(() => {
      settle({ kind: 'failed', message: 'the supervisor ended before the network was ready', gaps: [], logFile })
    })
    options.signal?.addEventListener(
      'abort',
      () => {
        child.kill('SIGTERM')
        settle({ kind: 'aborted' })
      },
      { once: true },
    )
  })
  if (outcome.kind !== 'ready') {
    await stopSupervisor(child, ended)
    return outcome
  }
  if (options.detach) {
    child.disconnect()
    child.unref()
  }
  return outcome
}

/** Asks the network of a home to carry out a command. */
export async function command<C extends Command>(
  home: string,
  name: C,
  request: ControlRequests[C],
): Promise<CommandOutcome<ControlAnswers[C]>> {
  const read = readManifest(home)
  if (read.kind === 'distrusted') return read
  if (read.kind === 'none') return { kind: 'none', stale: false }
  const { manifest } = read
  // Nothing is cleared away: most commands only look.
  if (!isSupervised(manifest)) return { kind: 'none', stale: true }
  const token = readToken(manifest.home, manifest.supervisor.cookieFile)
  if (!token.ok) return { kind: 'distrusted', distrust: token.distrust }
  try {
    const answer = await fetch(new URL(`/v1/${name}`, manifest.supervisor.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token.value}`, 'content-type': 'application/json' },
      body: JSON.stringify(request),
      redirect: 'error',
    })
    const document: unknown = await answer.json()
    if (answer.ok) return { kind: 'done', value: document as ControlAnswers[C] }
    return { kind: 'refused', refusal: document as Refusal }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    return {
      kind: 'unreachable',
      message: `the supervisor (process ${manifest.supervisor.pid}) does not answer: ${cause}`,
    }
  }
}

/**
 * Stops the network of a home and returns when no process of it is left: in good order, or at once with `force`. What
 * does not stop in time is killed.
 */
export async function down(home: string, options: { force: boolean }): Promise<DownOutcome> {
  const read = readManifest(home)
  if (read.kind === 'distrusted') return read
  if (read.kind === 'none') return { kind: 'none', stale: false, killed: 0 }
  const { manifest } = read
  if (!isSupervised(manifest)) return { kind: 'none', stale: true, killed: await clearStale(manifest.home) }
  const running = processesOf(manifest)
  const asked = await command(home, 'down', { force: options.force })
  if (asked.kind !== 'done') signalOfHome(manifest, manifest.supervisor, 'SIGTERM')
  const isGone = await waitUntilGone(running, STOP_GRACE_MS + KILL_MS_MAX)
  if (isGone) return { kind: 'down', nodes: manifest.nodes.length, forced: options.force }
  const now = readManifest(home)
  const left = processesOf(now.kind === 'found' ? now.manifest : manifest)
  for (const name of left) signalOfHome(manifest, name, 'SIGKILL')
  if (!(await waitUntilGone(left, KILL_MS_MAX)))
    return { kind: 'failed', message: `processes ${left.map(({ pid }) => pid).join(', ')} did not end` }
  await clearStale(manifest.home)
  return { kind: 'down', nodes: manifest.nodes.length, forced: true }
}

function processesOf(manifest: Manifest): ProcessName[] {
  return [manifest.supervisor, ...leftoversOf(manifest)]
}

function onMessage(
  message: SupervisorMessage,
  to: { home: string; logFile: string; ended: Promise<void>; options: UpOptions; settle: (outcome: UpOutcome) => void },
): void {
  switch (message.kind) {
    case 'progress':
      to.options.onProgress(message.text)
      return
    case 'ready': {
      const read = readManifest(to.home)
      if (read.kind === 'distrusted') to.settle(read)
      else if (read.kind === 'none')
        to.settle({ kind: 'failed', message: 'the manifest vanished', gaps: [], logFile: to.logFile })
      else
        to.settle({
          kind: 'ready',
          manifest: read.manifest,
          elapsedMs: message.elapsedMs,
          session: to.options.detach ? null : { ended: to.ended },
        })
      return
    }
    case 'running': {
      const read = readManifest(to.home)
      to.settle({ kind: 'running', manifest: read.kind === 'found' ? read.manifest : null, pid: message.pid })
      return
    }
    case 'failed':
      to.settle({ kind: 'failed', message: message.message, gaps: message.gaps, logFile: to.logFile })
  }
}

function spawnSupervisor(plan: TestnetPlan, entry: string, logFile: string): ChildProcess {
  const log = openLog(logFile)
  const nonce = randomBytes(NONCE_BYTES).toString('hex')
  try {
    return spawn(process.execPath, [entry, markOf(plan.home, nonce), JSON.stringify(plan)], {
      // Arguments are everybody's to see, the environment is not.
      env: { ...process.env, [NONCE_VARIABLE]: nonce },
      // A session of its own: Ctrl-C in the terminal reaches the command, which decides.
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    })
  } finally {
    closeSync(log)
  }
}

async function stopSupervisor(child: ChildProcess, ended: Promise<void>): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS + KILL_MS_MAX)
  await ended
  clearTimeout(timer)
}

function planOf({
  home,
  count,
  degree,
  topology,
  link,
  regions,
  direct,
  slotMs,
  validators,
  seed,
  perProcess,
  discovery,
  portBase,
  resume,
  record,
  detach,
}: UpOptions): TestnetPlan {
  const plan = {
    home,
    count,
    degree,
    topology,
    link,
    ...(regions === undefined ? {} : { regions }),
    direct,
    slotMs,
    // The first nodes make the blocks; a validator without a node would only leave its slots empty.
    validators: Math.min(validators, count),
    seed,
    perProcess,
    ...(discovery === undefined ? {} : { discovery }),
    ...(portBase === undefined ? {} : { portBase }),
    ...(resume === undefined ? {} : { resume }),
    detach,
  }
  return record === undefined ? plan : { ...plan, record: resolve(record) }
}

/** Beside the bundle's files, or the source when run from sources. */
function defaultEntry(): string {
  return fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? 'main.ts' : 'supervisor.js', import.meta.url))
}
