/**
 * Which node a command talks to: --api > HEARSAY_API > the nearest testnet's manifest > the manifest of a node that runs alone > the default
 * port (README.md). The first that is there decides; the answer says which it was, for the error when nobody answers.
 */
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Manifest, ManifestNode } from '../../testnet/manifest.ts'
import type { Context } from './context.ts'
import { Failure, systemCode, usageFailure } from './failure.ts'
import { readApiUrl } from './parse.ts'
import { isAlive } from './process-alive.ts'
import { didYouMean } from './suggest.ts'

/** Where `node run` listens for its users unless told otherwise, and where commands look last. */
export const DEFAULT_API = '127.0.0.1:4600'
const HOME_FOLDER = '.hearsay'
export const TESTNET_MANIFEST = 'testnet.json'
export const RUNTIME_MANIFEST = 'runtime.json'
/** A token file holds one short line; more is another file by mistake. */
const TOKEN_CHARACTERS_MAX = 1_024

export interface Target {
  readonly apiUrl: string
  /** Reads the secret that writes need, new with each start of the node; null where there is none. */
  readonly token: () => string | null
  /** Name in the manifest; null without one. */
  readonly nodeName: string | null
  /** The testnet that the node belongs to; null where it is not known to belong to one. */
  readonly manifest: Manifest | null
  /** Where the address comes from, in words that fit after "from". */
  readonly source: string
}

/** What a node that runs alone writes beside its data, `<dataDir>/runtime.json`. */
export interface RuntimeManifest {
  readonly v: 1
  readonly pid: number
  readonly name: string
  readonly peerId: string
  readonly network: string
  /** `http://host:port` */
  readonly apiUrl: string
  readonly cookieFile: string
}

/** --home > HEARSAY_HOME > the nearest `.hearsay` with a testnet, here or above > `./.hearsay`. */
export function homeOf(context: Pick<Context, 'shared' | 'env' | 'cwd'>): string {
  const chosen = context.shared.home ?? nonEmpty(context.env.HEARSAY_HOME)
  if (chosen !== undefined) return resolve(context.cwd, chosen)
  for (let folder = context.cwd; ; folder = dirname(folder)) {
    const home = join(folder, HOME_FOLDER)
    if (readTestnetManifest(home) !== null) return home
    if (dirname(folder) === folder) return join(context.cwd, HOME_FOLDER)
  }
}

/** Where a node of this home keeps its data unless told otherwise. */
export function nodeDataDirectory(home: string): string {
  return join(home, 'node')
}

/** The manifest of the home's testnet, whether it still runs or not; null where there is none. */
export function readTestnetManifest(home: string): Manifest | null {
  const manifest = readJson(join(home, TESTNET_MANIFEST)) as Manifest | null
  if (manifest === null) return null
  if (manifest.v !== 1 || !Array.isArray(manifest.nodes)) {
    throw usageFailure(
      `${join(home, TESTNET_MANIFEST)} is not a testnet's manifest of version 1`,
      'remove it, or choose another --home',
    )
  }
  return manifest
}

/** The manifest of the testnet that runs in this home, or a failure that says how to start one. */
export function runningTestnet(context: Pick<Context, 'shared' | 'env' | 'cwd'>): Manifest {
  const home = homeOf(context)
  const manifest = readTestnetManifest(home)
  if (manifest === null) {
    throw new Failure(
      'not-ready',
      'no-testnet',
      `no testnet runs in ${home}`,
      'start one with `hearsay testnet up`, or name its folder with --home',
    )
  }
  if (!isAlive(manifest.supervisor.pid)) {
    throw new Failure(
      'not-ready',
      'testnet-gone',
      `the testnet in ${home} is gone: its supervisor (process ${manifest.supervisor.pid}) has ended`,
      'start it again with `hearsay testnet up`',
    )
  }
  return manifest
}

/** The node that the command talks to. `nodeName` chooses one of a testnet; otherwise it is the first that is up. */
export function findTarget(context: Context, nodeName?: string): Target {
  const given = explicitToken(context)
  const tokenIn = (cookieFile: string): Target['token'] => (given === null ? () => readToken(cookieFile) : () => given)
  const explicit = context.shared.api ?? nonEmpty(context.env.HEARSAY_API)
  if (explicit !== undefined) {
    const flag = context.shared.api === undefined ? 'HEARSAY_API' : '--api'
    const reading = readApiUrl(explicit)
    if (!reading.ok) throw usageFailure(`${flag}: ${reading.message}`)
    if (nodeName !== undefined) throw usageFailure(`--node and ${flag} both name a node`, 'give one of them')
    const manifest = liveManifest(context)
    const known = manifest?.nodes.find((node) => node.apiUrl === reading.value)
    const cookieFile = known?.cookieFile ?? runtimeCookieFile(context, reading.value)
    return {
      apiUrl: reading.value,
      token: cookieFile === null ? () => given : tokenIn(cookieFile),
      nodeName: known?.name ?? null,
      manifest: known === undefined ? null : manifest,
      source: flag,
    }
  }
  const manifest = liveManifest(context)
  if (manifest !== null) {
    const node = nodeName === undefined ? firstUp(manifest) : nodeNamed(manifest, nodeName)
    return {
      apiUrl: node.apiUrl,
      token: tokenIn(node.cookieFile),
      nodeName: node.name,
      manifest,
      source: `the testnet in ${manifest.home}`,
    }
  }
  if (nodeName !== undefined)
    throw usageFailure(
      `--node ${nodeName}: there is no testnet to take it from`,
      'start one with `hearsay testnet up`, or use --api URL',
    )
  const runtime = liveRuntime(context)
  if (runtime !== null) {
    return {
      apiUrl: runtime.apiUrl,
      token: tokenIn(runtime.cookieFile),
      nodeName: null,
      manifest: null,
      source: join(nodeDataDirectory(homeOf(context)), RUNTIME_MANIFEST),
    }
  }
  return {
    apiUrl: `http://${DEFAULT_API}`,
    token: () => given,
    nodeName: null,
    manifest: null,
    source: 'the default port',
  }
}

/** The node of a manifest with this name; `3` stands for `node-3`. */
export function nodeNamed(manifest: Manifest, name: string): ManifestNode {
  const full = /^\d+$/.test(name) ? `node-${name}` : name
  const node = manifest.nodes.find((candidate) => candidate.name === full)
  if (node !== undefined) return node
  const names = manifest.nodes.map((candidate) => candidate.name)
  throw new Failure(
    'not-found',
    'unknown-node',
    `the testnet has no node "${name}"`,
    didYouMean(full, names) || `it has ${names[0] ?? 'none'} to ${names.at(-1) ?? 'none'}`,
  )
}

/** The first line of a file that holds a token, or null where the file is missing. */
export function readToken(path: string): string | null {
  try {
    return firstLine(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

function explicitToken(context: Context): string | null {
  const path = context.shared.tokenFile ?? nonEmpty(context.env.HEARSAY_TOKEN_FILE)
  if (path === undefined) return null
  const name = context.shared.tokenFile === undefined ? 'HEARSAY_TOKEN_FILE' : '--token-file'
  let text: string
  try {
    text = readFileSync(resolve(context.cwd, path), 'utf8')
  } catch (error) {
    throw usageFailure(
      `${name}: ${path} can't be read (${systemCode(error) ?? 'unknown reason'})`,
      "a node's token is the file that `node run` names when it starts",
    )
  }
  const token = firstLine(text)
  if (token === '' || token.length > TOKEN_CHARACTERS_MAX)
    throw usageFailure(`${name}: ${path} does not hold a token`, 'it must hold the token on its first line')
  return token
}

function liveManifest(context: Context): Manifest | null {
  const manifest = readTestnetManifest(homeOf(context))
  // The children end with their supervisor: a manifest without one describes a network that is gone.
  return manifest !== null && isAlive(manifest.supervisor.pid) ? manifest : null
}

function liveRuntime(context: Context): RuntimeManifest | null {
  const runtime = readJson(join(nodeDataDirectory(homeOf(context)), RUNTIME_MANIFEST)) as RuntimeManifest | null
  return runtime?.v === 1 && isAlive(runtime.pid) ? runtime : null
}

function runtimeCookieFile(context: Context, apiUrl: string): string | null {
  const runtime = liveRuntime(context)
  return runtime?.apiUrl === apiUrl ? runtime.cookieFile : null
}

function firstUp(manifest: Manifest): ManifestNode {
  const node =
    manifest.nodes.find((candidate) => candidate.state === 'ready') ??
    manifest.nodes.find((candidate) => candidate.state === 'starting')
  if (node !== undefined) return node
  throw new Failure(
    'not-ready',
    'no-node-up',
    `no node of the testnet in ${manifest.home} is up`,
    'see `hearsay testnet status`; bring one back with `hearsay testnet restart node-0`',
  )
}

function readJson(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw usageFailure(`${path} can't be read (${code ?? 'unknown reason'})`)
  }
  try {
    const document: unknown = JSON.parse(text)
    if (typeof document === 'object' && document !== null) return document
  } catch {
    // Said below, with what to do.
  }
  throw usageFailure(`${path} is damaged: it is not a JSON document`, 'remove it, or choose another --home')
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.trim() ?? ''
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
