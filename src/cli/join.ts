/**
 * Joins the network of an invitation: looks at what is here, fetches the document, writes it down with the settings,
 * and starts the node. Until the document is here and is the one that was meant, nothing is written.
 */
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { assertNever } from '../lib/assert.ts'
import { isDevNetwork, networkDocument, networkIdOf, type NetworkParams } from '../domain/params.ts'
import { asAccountId } from '../domain/ids.ts'
import type { Invitation, InviteRefusal } from '../domain/invitation.ts'
import { dialWords } from '../domain/dial.ts'
import { replaceFile } from '../home/own-file.ts'
import { nodeDataDirectory } from '../home/runtime.ts'
import { endpointOf } from '../lib/endpoint.ts'
import { toHex } from '../lib/bytes.ts'
import type { FetchedDocument } from '../node/fetch-document.ts'
import type { Node } from '../node/compose.ts'
import { publicKeyOf } from './accounts.ts'
import type { Context } from './context.ts'
import { DEFAULT_API, homeOf, ownHomeOf } from './discovery.ts'
import { Failure, systemCode, usageFailure } from './failure.ts'
import { readInvitation } from './invitation-line.ts'
import { readNetworkFile } from './network-file.ts'
import { defaultSettings, type GivenSettings } from './node-settings.ts'
import { waitFor } from './waiting.ts'

const NETWORK_FILE = 'network.json'
const CONFIG_FILE = 'config.json'

export interface JoinOptions {
  /** Settings of the node that go into its configuration. */
  readonly settings: GivenSettings
  readonly passphraseFile: string | undefined
  /** Whether the node is started when all is written. */
  readonly starts: boolean
}

/** Joins, and runs the node until it is stopped where it is to be started. */
export async function joinNetwork(context: Context, given: string, options: JoinOptions): Promise<void> {
  const { terminal, shared, stop } = context
  const { settings } = options
  const invitation = await readInvitation(context, given, Date.now())
  const dataDir = resolve(context.cwd, settings.dataDir ?? nodeDataDirectory(homeOf(context)))
  const isInHome = typeof settings.dataDir !== 'string'
  // What is there is judged now, before a secret is spent; what is not is made when there is something to write.
  if (isInHome && existsSync(homeOf(context))) ownHomeOf(context, 'node')
  await checkUnjoined(dataDir, invitation)
  if (typeof settings.validator === 'string') await checkKey(context, settings.validator)
  // What can be seen to fail is seen before a secret is spent.
  if (options.starts) await checkPorts(settings)
  terminal.note(`asking ${invitation.addresses.join(' ')} for the network ${invitation.networkId.slice(0, 8)}`)
  const { fetchDocument } = await import('../node/fetch-document.ts')
  const fetched = await fetchDocument(invitation, stop)
  if (fetched.kind !== 'document') throw fetchFailure(fetched)
  const { params } = fetched
  if (isInHome) ownHomeOf(context, 'node')
  const logFile = typeof settings.logFile === 'string' ? resolve(context.cwd, settings.logFile) : undefined
  const config = write(dataDir, invitation, params, { ...settings, logFile })
  if (shared.json)
    terminal.document({ v: 1, event: 'joined', network: params.name, networkId: invitation.networkId, dataDir, config })
  else terminal.out(`joined  ${params.name}  ${invitation.networkId.slice(0, 8)}  ${config}`)
  await checkValidator(context, settings.validator, params, config)
  if (!options.starts) {
    terminal.note(`start it with: hearsay node run --config ${config}`)
    return
  }
  const { runNode } = await import('./node-run.ts')
  await runNode(context, {
    flags: {},
    configFile: config,
    passphraseFile: options.passphraseFile,
    dieWithParent: false,
    onReady: (node, ending) => void watchSync(context, node, ending),
  })
}

/** A data directory belongs to one network, and one that has data is nobody's to write settings into. */
async function checkUnjoined(dataDir: string, { networkId }: Invitation): Promise<void> {
  const [config, document] = [join(dataDir, CONFIG_FILE), join(dataDir, NETWORK_FILE)]
  if (existsSync(document)) {
    const { params } = await readNetworkFile(document, 'network')
    const there = networkIdOf(params)
    if (there !== networkId)
      throw new Failure(
        'usage',
        'other-network',
        `the node in ${dataDir} belongs to ${params.name} (${there.slice(0, 8)}), and the invitation is for another network (${networkId.slice(0, 8)})`,
        'give another --data-dir, or another --home: a node lives in one network',
      )
    throw new Failure(
      'usage',
      'already-joined',
      `the node in ${dataDir} has joined ${params.name} already`,
      `start it with \`hearsay node run --config ${config}\`; another node wants another --data-dir`,
    )
  }
  for (const name of ['store', 'identity', CONFIG_FILE])
    if (existsSync(join(dataDir, name)))
      throw new Failure(
        'usage',
        'data-there',
        `there is a node in ${dataDir} already, which was not made by join`,
        'give another --data-dir, or another --home',
      )
}

/** That there is such a key at all; whose blocks it makes is seen when the document is here. */
async function checkKey(context: Context, validator: string): Promise<void> {
  if (/^validator-\d+$/.test(validator)) return
  await publicKeyOf(context, validator, '', '--validator')
}

async function checkValidator(
  context: Context,
  validator: string | null | undefined,
  params: NetworkParams,
  config: string,
): Promise<void> {
  if (typeof validator !== 'string' || (isDevNetwork(params.name) && /^validator-\d+$/.test(validator))) return
  const key = asAccountId(toHex(await publicKeyOf(context, validator, params.name, '--validator')))
  if (params.validators.includes(key)) return
  throw usageFailure(
    `--validator: ${validator} is not a validator of ${params.name}; all else is done`,
    `take "validator" out of ${config}, or put the right one there, and start with \`hearsay node run --config ${config}\``,
  )
}

/** Whether the ports are free now. Who takes one in between makes the start fail, as ever. */
async function checkPorts(settings: GivenSettings): Promise<void> {
  const defaults = defaultSettings({ name: '', dataDir: '', api: DEFAULT_API })
  const wanted = (settings.listen ?? defaults.listen).flatMap((address) => {
    const endpoint = endpointOf(address)
    return endpoint?.kind === 'ip' ? [{ host: endpoint.ip, port: endpoint.port, flag: '--listen' }] : []
  })
  const api = settings.api === undefined ? defaults.api : settings.api
  const [, host, port] = /^\[?(.+?)\]?:(\d+)$/.exec(api ?? '') ?? []
  if (host !== undefined) wanted.push({ host, port: Number(port), flag: '--api' })
  for (const { host: ip, port: number, flag } of wanted) {
    const code = await bindFault(ip, number)
    if (code !== null)
      throw usageFailure(
        `${flag}: ${ip} port ${number} ${code === 'EADDRINUSE' ? 'is taken' : `can't be had (${code})`}`,
        `give another ${flag}; nothing was asked for, and the invitation still holds`,
      )
  }
}

/** Null where it can be listened on. */
async function bindFault(host: string, port: number): Promise<string | null> {
  return new Promise((settle) => {
    const server = createServer()
    server.once('error', (error) => settle(systemCode(error) ?? 'unknown reason'))
    server.listen({ host, port, exclusive: true }, () => server.close(() => settle(null)))
  })
}

/** @returns the path of the configuration */
function write(dataDir: string, invitation: Invitation, params: NetworkParams, settings: GivenSettings): string {
  const config = join(dataDir, CONFIG_FILE)
  const bootstrap = invitation.addresses.map((address) => `${address}/p2p/${invitation.peer}`)
  const document = { ...settings, network: NETWORK_FILE, dataDir: '.', bootstrap }
  replaceFile(join(dataDir, NETWORK_FILE), `${JSON.stringify(networkDocument(params), null, 2)}\n`)
  replaceFile(config, `${JSON.stringify(document, null, 2)}\n`)
  return config
}

const LOOK_MS = 50
const PROGRESS_MS = 5_000

/** Says when the node has what its peers have, and how far it is where that takes long. */
async function watchSync({ terminal, shared }: Context, node: Node, ending: AbortSignal): Promise<void> {
  let saidMs = performance.now()
  while (!ending.aborted) {
    const { isInSync, peers, height, bestHeight, transactions, toFetch } = node.progress()
    if (isInSync) {
      // Since this process began: what the user waited.
      const elapsedMs = Math.round(performance.now())
      if (shared.json) terminal.document({ v: 1, event: 'in-sync', height, transactions, elapsedMs })
      else
        terminal.out(
          `in sync  height ${height}, ${transactions} transactions wait, after ${(elapsedMs / 1_000).toFixed(1)} s`,
        )
      return
    }
    if (performance.now() - saidMs > PROGRESS_MS) {
      saidMs = performance.now()
      terminal.note(
        peers === 0
          ? 'no peer yet: `hearsay doctor` says why'
          : `not in sync yet: height ${height} of ${bestHeight}, ${transactions} transactions here and ${toFetch} to fetch`,
      )
    }
    await waitFor(LOOK_MS, ending)
  }
}

/** Why there is no document, each in words of its own. */
function fetchFailure(fetched: Exclude<FetchedDocument, { kind: 'document' }>): Failure {
  switch (fetched.kind) {
    case 'unreachable': {
      const tried = fetched.tried.map(({ address, failure }) => `${address}: ${dialWords(failure).message}`)
      const [first] = fetched.tried
      return new Failure(
        'unreachable',
        'no-node-reached',
        `the node of the invitation can't be reached. ${tried.join('. ')}`,
        first === undefined ? '' : dialWords(first.failure).next,
      )
    }
    case 'silent':
      return fetched.why === 'unsupported'
        ? new Failure(
            'unreachable',
            'node-silent',
            'the node of the invitation is there, and does not know what an invitation is',
            'it runs an older version: bring it up to date, or ask for its network.json',
          )
        : new Failure(
            'unreachable',
            'node-silent',
            `the node of the invitation is there, and did not answer (${fetched.why})`,
            'try again in a minute; an invitation for one may be used up by then, and its maker gives you another',
          )
    case 'other-document':
      return new Failure(
        'rejected',
        'other-document',
        'what the node sent is not the document that the invitation names: its hash differs, and nothing of it was kept',
        'ask whoever invited you: the node is damaged, or is not what it says it is',
      )
    case 'refused':
      return refusedFailure(fetched.why)
    default:
      return assertNever(fetched)
  }
}

const REFUSALS: Readonly<Record<InviteRefusal, { readonly message: string; readonly hint: string }>> = {
  closed: {
    message: 'the node of the invitation invites nobody now: by its clock the invitation is over',
    hint: 'ask for another one',
  },
  unknown: {
    message: 'the node of the invitation does not know this one: it was made by another, or is long over',
    hint: 'ask for another one',
  },
  expired: { message: 'by the clock of the node that made it, the invitation is over', hint: 'ask for another one' },
  used: {
    message: 'the invitation was used already: it was good for one node',
    hint: 'where that was not you, tell whoever gave it to you, and ask for another one',
  },
  busy: {
    message: 'the node of the invitation has more to answer than it can',
    hint: 'try again in a minute: the invitation still holds',
  },
  unwritten: {
    message: 'the node of the invitation could not write down that it is used, and answers nothing then',
    hint: 'its operator sees why with `hearsay health`; ask for another one',
  },
}

function refusedFailure(why: InviteRefusal): Failure {
  const { message, hint } = REFUSALS[why]
  return new Failure('rejected', `invitation-${why}`, message, hint)
}
