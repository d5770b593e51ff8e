/**
 * What the page may do to its network: send a transaction, a load of them or a forged one with the named accounts,
 * whose keys are public on development networks, and what `hearsay testnet` does to nodes.
 */
import { connect, type Client } from '../src/client/connect.ts'
import { failureText } from '../src/client/outcome.ts'
import {
  decodeTransaction,
  encodeSignedTransaction,
  encodeTransactionBody,
} from '../src/domain/codec/transaction-codec.ts'
import { asNetworkId } from '../src/domain/ids.ts'
import { signingPrefix } from '../src/domain/signing.ts'
import { concatBytes, toHex, utf8 } from '../src/lib/bytes.ts'
import { DEV_ACCOUNT_NAMES, devAccount } from '../src/wallet/dev-accounts.ts'
import { sign, type KeyPair } from '../src/wallet/keys.ts'
import { COMMANDS, type Command, type Outcome } from './control.ts'
import { LOAD_ACCOUNTS } from './dev-network.ts'
import { LOAD_PER_SECOND_MAX, LOAD_SECONDS_MAX } from './limits.ts'
import { forgeAsPeer } from './page-forging.ts'
import type { Manifest, ManifestNode } from '../src/home/manifest.ts'
import { readToken } from '../src/home/token-file.ts'

const FEE = 1_000n
const LOAD_TICK_MS = 100
/** The page may not end the network that it is a view of. */
const NOT_FROM_A_PAGE: readonly Command[] = ['down', 'add', 'snapshot']

export class PageActions {
  readonly #manifest: () => Manifest | null
  readonly #carryOut: (command: Command, request: Readonly<Record<string, unknown>>) => Promise<Outcome<unknown>>
  #load: NodeJS.Timeout | null = null
  #isStarting = false
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: {
    manifest: () => Manifest | null
    carryOut: (command: Command, request: Readonly<Record<string, unknown>>) => Promise<Outcome<unknown>>
  }) {
    this.#manifest = options.manifest
    this.#carryOut = options.carryOut
  }

  async act(action: string, request: Readonly<Record<string, unknown>>): Promise<Outcome<unknown>> {
    const command = COMMANDS.find((name) => name === action && !NOT_FROM_A_PAGE.includes(name))
    if (command !== undefined) return this.#carryOut(command, request)
    const manifest = this.#manifest()
    if (manifest === null) return bad('the network is not up yet')
    switch (action) {
      case 'send':
        return this.#inTurn(() => sendOne(manifest, request))
      case 'forge':
        return this.#inTurn(() => forgeOne(manifest, request))
      case 'load':
        return this.#startLoad(manifest, request)
      default:
        return bad(`there is no action ${action}`)
    }
  }

  close(): void {
    if (this.#load !== null) clearInterval(this.#load)
    this.#load = null
  }

  /** One after the other: each takes the next nonce of its sender. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #startLoad(
    manifest: Manifest,
    { perSecond, seconds }: Readonly<Record<string, unknown>>,
  ): Promise<Outcome<unknown>> {
    if (!isBetween(perSecond, 1, LOAD_PER_SECOND_MAX) || !isBetween(seconds, 1, LOAD_SECONDS_MAX))
      return bad(`from 1 to ${LOAD_PER_SECOND_MAX} a second, for 1 to ${LOAD_SECONDS_MAX} seconds`)
    if (this.#load !== null || this.#isStarting) return bad('a load is running')
    const nodes = manifest.nodes.filter(({ state }) => state === 'ready')
    if (nodes.length === 0) return bad('no node is up')
    // Two clicks must not start two.
    this.#isStarting = true
    const senders = await sendersOf(manifest, nodes).finally(() => (this.#isStarting = false))
    const total = Math.round(perSecond * seconds)
    let sent = 0
    let due = 0
    this.#load = setInterval(() => {
      due = Math.min(total, due + (perSecond * LOAD_TICK_MS) / 1_000)
      for (; sent < Math.floor(due); sent++) {
        const sender = senders[sent % senders.length]
        if (sender !== undefined)
          void sender.client.submit(signed(manifest, sender.keys, sender.nonce++, `load ${sent}`))
      }
      if (sent < total) return
      this.close()
      for (const { client } of senders) client.close()
    }, LOAD_TICK_MS)
    return { ok: true, value: { transactions: total } }
  }
}

interface Sender {
  readonly keys: KeyPair
  readonly client: Client
  nonce: bigint
}

/** Each account sends through one node of its own, so that its nonces arrive in order. */
async function sendersOf(manifest: Manifest, nodes: readonly ManifestNode[]): Promise<Sender[]> {
  const clients = nodes.map((node) => clientOf(manifest, node))
  const senders: Sender[] = []
  for (let index = 0; index < LOAD_ACCOUNTS; index++) {
    const account = devAccount(`load-${index}`, manifest.network)
    const client = clients[index % clients.length]
    if (!account.ok || client === undefined) continue
    const found = await client.account(toHex(account.keys.publicKey))
    if (found.ok) senders.push({ keys: account.keys, client, nonce: BigInt(found.value.nextNonce) })
  }
  return senders
}

async function sendOne(manifest: Manifest, request: Readonly<Record<string, unknown>>): Promise<Outcome<unknown>> {
  const node = chosenNode(manifest, request)
  if (node === null) return bad('that node is not up')
  const from = typeof request.from === 'string' && isNamed(request.from) ? request.from : 'alice'
  const made = await nextOf(manifest, node, from)
  if (!made.ok) return made
  const { client, bytes } = made.value
  const answer = await client.submit(bytes(`page ${Date.now()}`))
  client.close()
  return answer.ok
    ? { ok: true, value: { id: answer.value.id, node: node.name, status: answer.value.status } }
    : bad(failureText(answer))
}

/**
 * The same forgery twice, of two bodies: handed to the API of a node, and sent by a peer to that node and another one.
 */
async function forgeOne(manifest: Manifest, request: Readonly<Record<string, unknown>>): Promise<Outcome<unknown>> {
  const node = chosenNode(manifest, request)
  if (node === null) return bad('that node is not up')
  const made = await nextOf(manifest, node, 'alice')
  if (!made.ok) return made
  const { client, bytes } = made.value
  const answer = await client.submit(forgedOf(bytes(`forged at the API ${Date.now()}`)))
  client.close()
  if (!answer.ok && answer.kind !== 'problem') return bad(failureText(answer))
  const api = answer.ok
    ? { node: node.name, status: answer.value.status, code: null }
    : { node: node.name, status: 'refused', code: answer.problem.code }
  const forged = forgedOf(bytes(`forged by a peer ${Date.now()}`))
  const prefix = signingPrefix('hearsay/tx/1', asNetworkId(manifest.networkId))
  const decoded = decodeTransaction(forged, prefix)
  if (!decoded.ok) return bad('the forgery has no form of a transaction')
  const other = manifest.nodes.find(({ name, state }) => state === 'ready' && name !== node.name)
  const neighbours = other === undefined ? [node] : [node, other]
  const peer = await forgeAsPeer(manifest, neighbours, { id: decoded.value.id, bytes: forged })
  return { ok: true, value: { id: peer.id, api, peer } }
}

function chosenNode(manifest: Manifest, request: Readonly<Record<string, unknown>>): ManifestNode | null {
  const up = manifest.nodes.filter(({ state }) => state === 'ready')
  const isNamedOne = typeof request.node === 'string' && request.node !== ''
  return (isNamedOne ? up.find(({ name }) => name === request.node) : up[0]) ?? null
}

/** What signs the next transaction of a named account; the client is the caller's to close. */
async function nextOf(
  manifest: Manifest,
  node: ManifestNode,
  from: string,
): Promise<Outcome<{ readonly client: Client; readonly bytes: (text: string) => Uint8Array }>> {
  const account = devAccount(from, manifest.network)
  if (!account.ok) return bad(`${from} is no account of this network`)
  const client = clientOf(manifest, node)
  const found = await client.account(toHex(account.keys.publicKey))
  if (!found.ok) return bad(failureText(found))
  const nonce = BigInt(found.value.nextNonce)
  return { ok: true, value: { client, bytes: (text) => signed(manifest, account.keys, nonce, text) } }
}

/** One bit of the signature is another one: nobody without the key can do better. */
function forgedOf(bytes: Uint8Array): Uint8Array {
  const forged = bytes.slice()
  forged[forged.length - 1] = (forged[forged.length - 1] ?? 0) ^ 1
  return forged
}

function signed(manifest: Manifest, keys: KeyPair, nonce: bigint, text: string): Uint8Array {
  const recipient = devAccount('bob', manifest.network)
  const body = encodeTransactionBody({
    sender: keys.publicKey,
    nonce,
    recipient: recipient.ok ? recipient.keys.publicKey : keys.publicKey,
    amount: 1n,
    fee: FEE,
    createdAtMs: Date.now(),
    payload: utf8(text),
  })
  const prefix = signingPrefix('hearsay/tx/1', asNetworkId(manifest.networkId))
  return encodeSignedTransaction(body, sign(keys.secret, concatBytes(prefix, body)))
}

function clientOf({ home }: Manifest, { apiUrl, cookieFile }: ManifestNode): Client {
  const token = readToken(home, cookieFile)
  return connect(apiUrl, token.ok ? { token: token.value } : {})
}

function isNamed(name: string): boolean {
  return DEV_ACCOUNT_NAMES.includes(name)
}

function isBetween(value: unknown, low: number, high: number): value is number {
  return typeof value === 'number' && value >= low && value <= high
}

function bad(message: string): Outcome<never> {
  return { ok: false, refusal: { code: 'bad-request', message, hint: '' } }
}
