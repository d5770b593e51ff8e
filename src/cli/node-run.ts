/** Runs one node in the foreground until it is told to stop. */
import { hostname } from 'node:os'
import { readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { announceFault, dialAddressFault, listenAddressFault, type AddressFault } from '../domain/dial-address.ts'
import { asAccountId } from '../domain/ids.ts'
import { isDevNetwork } from '../domain/params.ts'
import { removeIfStill, replaceFile } from '../home/own-file.ts'
import { startOf } from '../home/process.ts'
import { nodeDataDirectory, readRuntime, RUNTIME_MANIFEST, type RuntimeManifest } from '../home/runtime.ts'
import { realHome } from '../home/trusted-file.ts'
import { toHex } from '../lib/bytes.ts'
import { openServiceManager } from './service-manager.ts'
import type { Node } from '../node/compose.ts'
import type { NodeConfig } from '../node/config.ts'
import { secretOf } from './accounts.ts'
import type { Context } from './context.ts'
import { DEFAULT_API, distrustFailure, homeOf, ownHomeOf } from './discovery.ts'
import { Failure, systemCode, usageFailure } from './failure.ts'
import { readNamed } from './input.ts'
import { readNetworkFile } from './network-file.ts'
import type { GivenSettings, NodeSettings } from './node-settings.ts'
import { defaultSettings, parseSettings, settle } from './node-settings.ts'
import { sayLast } from './terminal.ts'

/** Largest configuration file, bytes: a thousand bootstrap addresses are 100 KB. */
const CONFIG_BYTES_MAX = 1024 * 1024

export interface NodeRunOptions {
  readonly flags: GivenSettings
  readonly configFile: string | undefined
  readonly passphraseFile: string | undefined
  readonly dieWithParent: boolean
  /** Called when the node stands; `ending` aborts when it is told to stop. */
  readonly onReady?: (node: Node, ending: AbortSignal) => void
}

/** Starts the node, says where it is, and returns after it has stopped in good order. */
export async function runNode(context: Context, options: NodeRunOptions): Promise<void> {
  const { terminal, shared, stop } = context
  const settings = await readSettings(context, options)
  const config = await configOf(context, settings, options.passphraseFile)
  // Whoever names a data directory means it; the one of a home that was found by walking is looked at first.
  if (isInHome(context, config.dataDir)) ownHomeOf(context, 'node')
  const ending = new AbortController()
  const end = (): void => ending.abort()
  stop.addEventListener('abort', end, { once: true })
  if (options.dieWithParent) {
    if (!process.connected)
      throw usageFailure(
        '--die-with-parent: this process has no channel to its parent',
        'it is for programs that start a node with an IPC channel',
      )
    process.once('disconnect', end)
  }
  const { guardProcess } = await import('../node/process-guard.ts')
  guardProcess(sayLast)
  terminal.note(`starting ${config.name} on ${config.network.name}`)
  const { openNode } = await import('../node/compose.ts')
  const opening = await openNode(config, { ownsProcess: true })
  if (!opening.ok)
    throw new Failure('usage', 'node-did-not-start', `the node did not start: ${opening.message}`, opening.hint)
  const { node } = opening
  const lost = (reason: string): void => terminal.note(`the service manager can't be told how the node is: ${reason}`)
  const manager = openServiceManager(context.env, process.pid, lost)
  let forget = (): void => undefined
  const reload = (): void => {
    manager?.reloading()
    try {
      node.reopenLog()
    } catch (error) {
      terminal.note(`the log goes on in the file it had: ${error instanceof Error ? error.message : String(error)}`)
    }
    manager?.ready(statusLine(node))
  }
  try {
    forget = announce(context, config, node)
    if (shared.json)
      terminal.document({
        v: 1,
        event: 'ready',
        name: config.name,
        peerId: node.peerId,
        network: config.network.name,
        listen: node.listen,
        api: node.apiUrl,
        cookieFile: node.cookieFile,
      })
    else
      terminal.out(
        `ready  ${config.name}  ${node.listen.join(' ')}  api ${node.apiUrl ?? 'none'}${node.cookieFile === null ? '' : `  token ${node.cookieFile}`}`,
      )
    process.on('SIGHUP', reload)
    manager?.ready(statusLine(node))
    manager?.keepAlive(() => statusLine(node))
    options.onReady?.(node, ending.signal)
    await aborted(ending.signal)
    manager?.stopping()
    terminal.note('stopping; once more to stop at once')
  } finally {
    process.off('SIGHUP', reload)
    forget()
    await node.stop()
  }
  terminal.note('stopped')
}

/** What `systemctl status` shows of it. */
function statusLine({ control }: Node): string {
  const { state, peers, head, mempool } = control.status()
  return `${state}: ${peers} peers, height ${head.height}, ${mempool.count} transactions wait`
}

async function readSettings(context: Context, { flags, configFile }: NodeRunOptions): Promise<NodeSettings> {
  // A home that is not needed is not looked for: the next one above may be another user's.
  const defaultsBeside = (dataDir: string | null | undefined): NodeSettings =>
    defaultSettings({
      name: machineName(),
      dataDir: dataDir === undefined ? nodeDataDirectory(homeOf(context)) : '',
      api: DEFAULT_API,
    })
  if (configFile === undefined) return settle(flags, {}, defaultsBeside(flags.dataDir))
  const path = resolve(context.cwd, configFile)
  const read = { bytesMax: CONFIG_BYTES_MAX, name: '--config', hint: 'check the path' }
  const text = new TextDecoder().decode(await readNamed(context.cwd, configFile, read))
  const file = parseSettings(text, configFile)
  // Paths in a file are relative to it: it may be started from anywhere.
  const besideFile = (given: string | null | undefined): string | undefined =>
    given === null || given === undefined ? undefined : resolve(dirname(path), given)
  const beside = {
    ...file,
    network: besideFile(file.network),
    dataDir: besideFile(file.dataDir),
    logFile: besideFile(file.logFile),
  }
  return settle(flags, beside, defaultsBeside(flags.dataDir === undefined ? file.dataDir : flags.dataDir))
}

/** A home that can't be looked at holds nothing of ours: had it been needed, the settings would have said so. */
function isInHome(context: Context, dataDir: string | null): boolean {
  try {
    return dataDir === nodeDataDirectory(homeOf(context))
  } catch {
    return false
  }
}

/** How the node calls itself where nobody says: the machine's name, as far as it fits; a machine need not have one. */
function machineName(): string {
  try {
    return (
      hostname()
        .replace(/[^\x21-\x7e]/g, '-')
        .slice(0, 64) || 'node'
    )
  } catch {
    return 'node'
  }
}

async function configOf(
  context: Context,
  settings: NodeSettings,
  passphraseFile: string | undefined,
): Promise<NodeConfig> {
  if (settings.network === null) {
    throw usageFailure('--network: is missing', "give the network's JSON file; a testnet's is network.json in its home")
  }
  const network = await readNetworkFile(resolve(context.cwd, settings.network), '--network')
  const { validator, dataDir } = settings
  const isShared = settings.bootstrap.length === 0
  checkAddresses('--listen', settings.listen, listenAddressFault)
  const isOpen = !isDevNetwork(network.params.name)
  checkAddresses('--announce', settings.announce, (address) => announceFault(address, isOpen))
  checkAddresses(
    isShared ? `${settings.network}: "bootstrap"` : '--bootstrap',
    isShared ? network.bootstrap : settings.bootstrap,
    dialAddressFault,
  )
  const keys = validator === null ? null : await validatorKeys(context, validator, network.params.name, passphraseFile)
  if (keys !== null && !network.params.validators.includes(asAccountId(toHex(keys.publicKey)))) {
    throw usageFailure(
      `--validator: ${validator ?? ''} is not a validator of ${network.params.name}`,
      "its public key must stand in the network's file",
    )
  }
  return Object.freeze({
    name: settings.name,
    network: network.params,
    profile: settings.profile,
    dataDir: dataDir === null ? null : resolve(context.cwd, dataDir),
    listen: settings.listen,
    ...(settings.announce.length === 0 ? {} : { announce: settings.announce }),
    bootstrap: isShared ? network.bootstrap : settings.bootstrap,
    bootstrapIsShared: isShared,
    ...(settings.discovery === null ? {} : { discovery: settings.discovery }),
    ...(settings.observe === null ? {} : { observe: settings.observe }),
    api: settings.api,
    apiHosts: settings.apiHosts,
    validator: keys === null ? null : { key: asAccountId(toHex(keys.publicKey)), secret: keys.secret },
    ...(settings.logFile === null ? {} : { logFile: resolve(context.cwd, settings.logFile) }),
    logLevel: settings.logLevel,
    connectionsMax: settings.connectionsMax,
  })
}

/** What can never work is refused where it was written. @param place flag, or file and setting */
function checkAddresses(
  place: string,
  addresses: readonly string[],
  faultOf: (address: string) => AddressFault | null,
): void {
  for (const address of addresses) {
    const fault = faultOf(address)
    if (fault !== null) throw usageFailure(`${place}: ${fault.message}`, fault.hint)
  }
}

/**
 * The key of the keystore with this name; on a development network `validator-0`, `validator-1`, … are those of its
 * genesis.
 */
async function validatorKeys(
  context: Context,
  name: string,
  network: string,
  passphraseFile: string | undefined,
): Promise<{ readonly secret: Uint8Array; readonly publicKey: Uint8Array }> {
  const number = /^validator-(0|[1-9]\d{0,3})$/.exec(name)?.[1]
  if (number === undefined || !isDevNetwork(network))
    return secretOf(context, name, network, '--validator', passphraseFile)
  const { devValidator } = await import('../../testnet/dev-network.ts')
  return devValidator(Number(number))
}

/** The copy of a token in a home whose node keeps its data elsewhere: a home names no file outside of itself. */
const RUNTIME_COOKIE = 'runtime.cookie'

/** Writes where the node is for commands that look for it, and returns what takes that back. */
function announce(context: Context, config: NodeConfig, node: Node): () => void {
  const { apiUrl, cookieFile } = node
  if (config.dataDir === null || apiUrl === null || cookieFile === null) return () => undefined
  const dataDir = realHome(config.dataDir)
  const written = new Map<string, string>()
  const put = (path: string, text: string): void => {
    replaceFile(path, text)
    written.set(path, text)
  }
  const putManifest = (folder: string, cookieName: string): void => {
    const manifest: RuntimeManifest = {
      v: 1,
      pid: process.pid,
      started: startOf(process.pid) ?? 'unknown',
      name: config.name,
      peerId: node.peerId,
      network: config.network.name,
      apiUrl,
      cookieFile: join(folder, cookieName),
    }
    put(join(folder, RUNTIME_MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`)
  }
  putManifest(dataDir, basename(cookieFile))
  // A data directory elsewhere would not be found: the home then has a copy, unless another node runs there. A service
  // may have no home to write to.
  try {
    const home = ownHomeOf(context, 'node')
    const inHome = nodeDataDirectory(home)
    const other = readRuntime(home)
    if (inHome !== dataDir && other.kind === 'distrusted') throw distrustFailure(other.distrust)
    if (inHome !== dataDir && other.kind === 'none') {
      put(join(inHome, RUNTIME_COOKIE), readFileSync(cookieFile, 'latin1'))
      putManifest(inHome, RUNTIME_COOKIE)
    }
  } catch (error) {
    const reason = systemCode(error) ?? (error instanceof Error ? error.message : String(error))
    context.terminal.note(`commands will not find this node by themselves (${reason}): give them --api ${apiUrl}`)
  }
  return () => {
    for (const [path, text] of written) removeIfStill(path, text)
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
