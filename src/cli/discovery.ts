/**
 * Which node a command talks to: --nodes > --api > HEARSAY_NODES > HEARSAY_API > the nearest testnet's manifest > the
 * manifest of a node that runs alone > the default port (README.md). The first that is there decides; the answer says
 * which it was, for the error when nobody answers.
 */
import { existsSync, lstatSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { isLoopbackUrl } from '../home/loopback.ts'
import type { Manifest, ManifestNode } from '../home/manifest.ts'
import { ownHomeWith } from '../home/own-file.ts'
import { nodeDataDirectory, readRuntime, RUNTIME_MANIFEST, type RuntimeManifest } from '../home/runtime.ts'
import { isSupervised, readManifest, RESUME_FILE } from '../home/testnet-home.ts'
import { readNamedToken, readToken } from '../home/token-file.ts'
import { realHome, type Distrust } from '../home/trusted-file.ts'
import type { Context } from './context.ts'
import { Failure, systemCode, usageFailure } from './failure.ts'
import { readApiUrl } from './parse.ts'
import { didYouMean } from '../lib/suggest.ts'
import { listedNode, readNodesFile, type ListedNode, type NodesFile } from './vantage/nodes-file.ts'

/** Where `node run` listens for its users unless told otherwise, and where commands look last. */
export const DEFAULT_API = '127.0.0.1:4600'
/** Where an address comes from that nobody gave and no file names. */
export const DEFAULT_SOURCE = 'the default port'
const HOME_FOLDER = '.hearsay'

export interface Target {
  readonly apiUrl: string
  /** Reads the secret that writes need, new with each start of the node; null where there is none. */
  readonly token: () => string | null
  /** File that has it; null where none is known. */
  readonly tokenFile: string | null
  /** Name in the manifest; null without one. */
  readonly nodeName: string | null
  /** The testnet that the node belongs to; null where it is not known to belong to one. */
  readonly manifest: Manifest | null
  /** The file that lists it and others; left out where there is none. */
  readonly listed?: NodesFile
  /** Where nothing runs, so that the address is a guess; else left out. */
  readonly home?: string
  /** Where the address comes from, in words that fit after "from". */
  readonly source: string
}

/**
 * --home > HEARSAY_HOME > the nearest `.hearsay` with a testnet, here or above > `./.hearsay`. Whichever was found by
 * walking must be a folder and no link: what lies behind a link was never named.
 */
export function homeOf(context: Pick<Context, 'shared' | 'env' | 'cwd'>): string {
  const chosen = context.shared.home ?? nonEmpty(context.env.HEARSAY_HOME)
  if (chosen !== undefined) return resolve(context.cwd, chosen)
  for (let folder = context.cwd; ; folder = dirname(folder)) {
    const home = join(folder, HOME_FOLDER)
    if (readTestnetManifest(home) !== null) {
      refuseLink(home)
      return home
    }
    if (dirname(folder) === folder) break
  }
  const home = join(context.cwd, HOME_FOLDER)
  refuseLink(home)
  return home
}

/**
 * The home as a place to write to, made or judged, with the folder below it that will be written to. Fails where it is
 * not believed.
 * @returns its path without symbolic links
 */
export function ownHomeOf(context: Pick<Context, 'shared' | 'env' | 'cwd'>, below: string): string {
  const own = ownHomeWith(homeOf(context), below)
  if (!own.ok) throw distrustFailure(own.distrust)
  return own.home
}

/**
 * The manifest of the home's testnet, whether it still runs or not; null where there is none. Fails where it is not
 * believed.
 */
export function readTestnetManifest(home: string): Manifest | null {
  const read = readManifest(home)
  if (read.kind === 'distrusted') throw distrustFailure(read.distrust)
  return read.kind === 'none' ? null : read.manifest
}

/** The manifest of the testnet that runs in this home, or a failure that says how to start one. */
export function runningTestnet(context: Pick<Context, 'shared' | 'env' | 'cwd'>): Manifest {
  const home = homeOf(context)
  const manifest = readTestnetManifest(home)
  if (manifest === null || !isSupervised(manifest)) throw noTestnet(home, manifest !== null)
  return manifest
}

/**
 * The failure of a command that needs a testnet where there is none. @param isStale its supervisor was killed, and what
 * it left is still there
 */
export function noTestnet(home: string, isStale: boolean): Failure {
  return isStale
    ? new Failure(
        'not-ready',
        'no-testnet',
        `the testnet in ${home} has ended without being stopped`,
        '`hearsay testnet down` clears away what it left, `hearsay testnet up --resume` goes on with it',
      )
    : new Failure(
        'not-ready',
        'no-testnet',
        `no testnet runs in ${home}`,
        `${startHint(home)}, or name its folder with --home`,
      )
}

/** How a network is had in a home where none runs: a new one, or the one that was there. */
export function startHint(home: string | undefined): string {
  return home !== undefined && existsSync(join(home, RESUME_FILE))
    ? 'go on with the network that was here with `hearsay testnet up --resume`, start a new one with `hearsay testnet up`'
    : 'start a network with `hearsay testnet up`'
}

/** A file or folder that is not believed: the same call can't succeed. */
export function distrustFailure({ kind, message, hint }: Distrust): Failure {
  return new Failure('usage', `distrusted-${kind}`, message, hint)
}

/** The file that lists the nodes that are meant; null where none is named, or --api names one node. */
function nodesFileOf(context: Pick<Context, 'shared' | 'env' | 'cwd'>): NodesFile | null {
  const { shared, env, cwd } = context
  if (shared.nodes !== undefined) {
    if (shared.api !== undefined)
      throw usageFailure('--nodes and --api both name nodes', 'give one of them; --node chooses one of the file')
    return readNodesFile(cwd, shared.nodes, '--nodes')
  }
  const path = shared.api === undefined ? nonEmpty(env.HEARSAY_NODES) : undefined
  return path === undefined ? null : readNodesFile(cwd, path, 'HEARSAY_NODES')
}

/** A node of a file as what a command talks to: the token of its entry, unless one is named for this call. */
function listedTarget(file: NodesFile, node: ListedNode, named: string | null, given: string | null): Target {
  const tokenFile = named ?? node.tokenFile
  return {
    apiUrl: node.apiUrl,
    // Read when it is needed: a node makes a new one at each start.
    token: () => given ?? (node.tokenFile === null ? null : tokenIn(node.tokenFile, `${file.source}: ${node.name}`)),
    tokenFile,
    nodeName: node.name,
    manifest: null,
    listed: file,
    source: file.source,
  }
}

/** The node that the command talks to. `nodeName` chooses one of a testnet; otherwise it is the first that is up. */
export function findTarget(context: Context, nodeName?: string): Target {
  const given = explicitToken(context)
  const namedFile = context.shared.tokenFile ?? nonEmpty(context.env.HEARSAY_TOKEN_FILE)
  const named = namedFile === undefined ? null : resolve(context.cwd, namedFile)
  const listed = nodesFileOf(context)
  if (listed !== null) {
    const node = nodeName === undefined ? listed.nodes[0] : listedNode(listed, nodeName)
    if (node !== undefined) return listedTarget(listed, node, named, given)
  }
  const tokenOfHome =
    (home: string, cookieFile: string): Target['token'] =>
    () =>
      given ?? tokenOf(home, cookieFile)
  const explicit = context.shared.api ?? nonEmpty(context.env.HEARSAY_API)
  if (explicit !== undefined) {
    const flag = context.shared.api === undefined ? 'HEARSAY_API' : '--api'
    const reading = readApiUrl(explicit)
    if (!reading.ok) throw usageFailure(`${flag}: ${reading.message}`)
    if (nodeName !== undefined) throw usageFailure(`--node and ${flag} both name a node`, 'give one of them')
    // Tokens of a home go to this machine only; one that the user names goes where the user says.
    const [home, manifest] = isLoopbackUrl(reading.value) ? believedHome(context) : [null, null]
    const known = manifest?.nodes.find((node) => node.apiUrl === reading.value)
    const runtime = home === null || known !== undefined ? null : believedRuntime(home)
    const cookieFile = known?.cookieFile ?? (runtime?.apiUrl === reading.value ? runtime.cookieFile : null)
    return {
      apiUrl: reading.value,
      token: home === null || cookieFile === null ? () => given : tokenOfHome(manifest?.home ?? home, cookieFile),
      tokenFile: named ?? cookieFile,
      nodeName: known?.name ?? null,
      manifest: known === undefined ? null : manifest,
      source: flag,
    }
  }
  const home = homeOf(context)
  const manifest = liveManifest(home)
  if (manifest !== null) {
    const node = nodeName === undefined ? firstUp(manifest) : nodeNamed(manifest, nodeName)
    return {
      apiUrl: node.apiUrl,
      token: tokenOfHome(manifest.home, node.cookieFile),
      tokenFile: named ?? node.cookieFile,
      nodeName: node.name,
      manifest,
      source: `the testnet in ${manifest.home}`,
    }
  }
  if (nodeName !== undefined) throw noTestnet(home, false)
  const runtime = liveRuntime(home)
  if (runtime !== null) {
    return {
      apiUrl: runtime.apiUrl,
      token: tokenOfHome(home, runtime.cookieFile),
      tokenFile: named ?? runtime.cookieFile,
      nodeName: null,
      manifest: null,
      source: join(nodeDataDirectory(home), RUNTIME_MANIFEST),
    }
  }
  return {
    apiUrl: `http://${DEFAULT_API}`,
    token: () => given,
    tokenFile: named,
    nodeName: null,
    manifest: null,
    home,
    source: DEFAULT_SOURCE,
  }
}

/** All nodes of the file that is meant; where there is none, or one is named, that which the command talks to. */
export function findTargets(context: Context, nodeName?: string): readonly Target[] {
  const target = findTarget(context, nodeName)
  if (nodeName !== undefined || target.listed === undefined) return [target]
  return target.listed.nodes.map(({ name }) => findTarget(context, name))
}

/** The node of a manifest with this name; `3` stands for `node-3`. */
export function nodeNamed(manifest: Manifest, name: string): ManifestNode {
  const full = /^\d+$/.test(name) ? `node-${name}` : name
  const node = manifest.nodes.find((candidate) => candidate.name === full)
  if (node !== undefined) return node
  throw noSuchNodes(manifest, [full])
}

/** The nodes of these names; fails with all that the testnet has not. */
export function nodesNamed(manifest: Manifest, names: readonly string[]): readonly ManifestNode[] {
  const missing = names.filter((name) => !manifest.nodes.some((node) => node.name === name))
  if (missing.length > 0) throw noSuchNodes(manifest, missing)
  return names.map((name) => nodeNamed(manifest, name))
}

function noSuchNodes(manifest: Manifest, missing: readonly string[]): Failure {
  const [first = '', ...others] = missing
  const names = manifest.nodes.map(({ name }) => name)
  const range = names.length === 1 ? `${names[0] ?? ''} only` : `${names[0] ?? 'none'} to ${names.at(-1) ?? 'none'}`
  // A number that is too high is no slip of the finger.
  const guess = /^node-\d+$/.test(first) ? '' : didYouMean(first, names)
  return new Failure(
    'not-found',
    'unknown-node',
    `the testnet has no ${first}${others.length === 0 ? '' : others.length === 1 ? ` and no ${others[0] ?? ''}` : ` to ${others.at(-1) ?? ''}`}`,
    guess === '' ? `it has ${range}` : guess,
  )
}

/** The token in a file of the home; null where there is none. Fails where it is not believed. */
export function tokenOf(home: string, cookieFile: string): string | null {
  const token = readToken(realHome(home), cookieFile)
  if (token.ok) return token.value
  if (token.distrust.kind === 'missing') return null
  throw distrustFailure(token.distrust)
}

function explicitToken(context: Context): string | null {
  const path = context.shared.tokenFile ?? nonEmpty(context.env.HEARSAY_TOKEN_FILE)
  if (path === undefined) return null
  const name = context.shared.tokenFile === undefined ? 'HEARSAY_TOKEN_FILE' : '--token-file'
  return tokenIn(resolve(context.cwd, path), name, path)
}

/** The token in a file that the user named. */
function tokenIn(path: string, name: string, shown = path): string {
  let token: string | null
  try {
    token = readNamedToken(path)
  } catch (error) {
    throw usageFailure(
      `${name}: ${shown} can't be read (${systemCode(error) ?? 'unknown reason'})`,
      "a node's token is the file that `node run` names when it starts",
    )
  }
  if (token === null)
    throw usageFailure(
      `${name}: ${shown} does not hold a token`,
      'a token is 64 hex digits on a line, and nothing else',
    )
  return token
}

/**
 * The home and its living testnet; nulls where the home is not believed: the user has named a node, and the home would
 * only have had its token.
 */
function believedHome(context: Context): readonly [home: string | null, manifest: Manifest | null] {
  try {
    const home = homeOf(context)
    return [home, liveManifest(home)]
  } catch (error) {
    if (error instanceof Failure) return [null, null]
    throw error
  }
}

/**
 * Null where none runs: the children end with their supervisor, so a manifest without one describes a network that is
 * gone.
 */
function liveManifest(home: string): Manifest | null {
  const manifest = readTestnetManifest(home)
  return manifest !== null && isSupervised(manifest) ? manifest : null
}

function liveRuntime(home: string): RuntimeManifest | null {
  const read = readRuntime(home)
  if (read.kind === 'distrusted') throw distrustFailure(read.distrust)
  return read.kind === 'none' ? null : read.runtime
}

function believedRuntime(home: string): RuntimeManifest | null {
  const read = readRuntime(home)
  return read.kind === 'found' ? read.runtime : null
}

function refuseLink(home: string): void {
  if (lstatSync(home, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return
  throw usageFailure(
    `${home} is a symbolic link, and what lies behind it was never named`,
    'name the folder with --home if it is yours',
  )
}

function firstUp(manifest: Manifest): ManifestNode {
  const node =
    manifest.nodes.find((candidate) => candidate.state === 'ready') ??
    manifest.nodes.find((candidate) => candidate.state === 'starting' && candidate.apiUrl !== '')
  if (node !== undefined) return node
  throw new Failure(
    'not-ready',
    'no-node-up',
    `no node of the testnet in ${manifest.home} is up`,
    'see `hearsay testnet status`; bring one back with `hearsay testnet restart node-0`',
  )
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
