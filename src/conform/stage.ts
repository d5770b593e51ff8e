/**
 * The surroundings of a peer under test for one run: an honest pair of played nodes that stays in its meshes, strangers
 * that come for one check, and what checks ask about again and again: was this handed on, did it cost its sender
 * anything. Connections are paced: a peer may take five a second of one address.
 */
import { decodeHello } from '../domain/codec/hello-codec.ts'
import { decodeProbeRequest, encodeProbeAnswer } from '../domain/codec/probe-codec.ts'
import { encodeRecord, encodeRecordBody, encodeRecordMessage } from '../domain/codec/record-codec.ts'
import { encodeSuspicion, encodeSuspicionBody } from '../domain/codec/suspicion-codec.ts'
import type { Hello } from '../domain/hello.ts'
import type { RecordDraft, RecordVersion } from '../domain/record.ts'
import { signingPrefix, type SigningTag } from '../domain/signing.ts'
import { asBlockHash, type NetAddress } from '../domain/ids.ts'
import { isDevNetwork } from '../domain/params.ts'
import type { Topic } from '../domain/protocols.ts'
import { concatBytes, equalBytes, toHex } from '../lib/bytes.ts'
import type { Prng } from '../lib/prng.ts'
import { keyPairOf, sign, type KeyPair } from '../wallet/keys.ts'
import { MadeChain } from './made-chain.ts'
import { miss, must, notApplicable, type Role } from './outcome.ts'
import { CHARGED_MS, SOON_MS } from './limits.ts'
import { pause, PlayedNode, until, type PlayedOptions } from './played-node.ts'
import type { Setting } from './setting.ts'
import { Sources } from './sources.ts'

export interface StageOptions {
  readonly setting: Setting
  /** Of the peer under test, with its peer id. */
  readonly address: NetAddress
  readonly role: Role
  readonly random: Prng
  /** Wall clock, ms. */
  readonly now: () => number
  /** Least time between two connections, ms. */
  readonly paceMs: number
  /** IP addresses that its nodes dial from, in turn; none: the machine's choice. */
  readonly sources?: readonly string[]
}

/** What a stranger does by itself when it comes. */
export interface VisitOptions extends Partial<Omit<PlayedOptions, 'seed'>> {
  /** The same identity again: that of an earlier visit. */
  readonly seed?: Uint8Array
  /** Says hello; default true. */
  readonly greets?: boolean
  /** Subscribes and wants into the meshes; default true. */
  readonly joins?: boolean
  /** Wants into the meshes of what it subscribes to; default true. */
  readonly grafts?: boolean
}

export class Stage {
  readonly setting: Setting
  readonly role: Role
  readonly random: Prng
  readonly address: NetAddress
  readonly #now: () => number
  readonly #paceMs: number
  readonly #sources: Sources
  readonly #payers: KeyPair[]
  readonly #visitors = new Set<PlayedNode>()
  #teller: PlayedNode | null = null
  #witness: PlayedNode | null = null
  #nextDialMs = 0
  #chain: MadeChain | null = null
  #lost = 0
  #charges = 0
  #published = 0
  readonly #givers = new Map<PlayedNode, { readonly from: KeyPair; readonly nonce: bigint }>()

  constructor(options: StageOptions) {
    this.setting = options.setting
    this.role = options.role
    this.random = options.random
    this.address = options.address
    this.#now = options.now
    this.#paceMs = options.paceMs
    this.#sources = new Sources(options.sources ?? [])
    this.#payers = options.random.child('payers').shuffled(options.setting.payers)
  }

  /** Wall clock, ms. */
  now(): number {
    return this.#now()
  }

  /** An account that nothing was paid from in this run. */
  payer(): KeyPair {
    return this.#payers.pop() ?? notApplicable('the network has no further funded account with a published secret')
  }

  /** A valid transaction that nobody has seen, of a fresh account, and the batch of it alone. */
  fresh(draft: Partial<Parameters<Setting['transaction']>[0]> = {}): {
    readonly bytes: Uint8Array
    readonly batch: Uint8Array
    readonly payer: KeyPair
  } {
    const payer = draft.from ?? this.payer()
    const bytes = this.setting.transaction({ ...draft, from: payer }, this.now())
    return { bytes, batch: this.setting.batch(bytes), payer }
  }

  /** One of the honest pair: it speaks. */
  async teller(): Promise<PlayedNode> {
    this.#teller = await this.#kept(this.#teller)
    return this.#teller
  }

  /** The other one: it listens. */
  async witness(): Promise<PlayedNode> {
    this.#witness = await this.#kept(this.#witness)
    return this.#witness
  }

  /** A stranger for this check alone, gone when it ends. */
  async visitor(options: VisitOptions = {}): Promise<PlayedNode> {
    const visitor = await this.#visit(options)
    this.#visitors.add(visitor)
    return visitor
  }

  /** A stranger that has not connected yet. */
  async stranger(options: VisitOptions = {}): Promise<PlayedNode> {
    const stranger = await this.#play(options)
    this.#visitors.add(stranger)
    await this.#behave(stranger)
    return stranger
  }

  /** Connects a stranger when the pace allows it; false where it is refused, at once or within the handshake. */
  async connect(stranger: PlayedNode): Promise<boolean> {
    const waitMs = this.#nextDialMs - performance.now()
    this.#nextDialMs = Math.max(this.#nextDialMs, performance.now()) + this.#paceMs
    if (waitMs > 0) await pause(waitMs)
    try {
      await stranger.connect(this.address)
      return true
    } catch {
      return false
    }
  }

  /** Takes part in gossip: subscribed, and in the meshes where wanted. */
  async join(node: PlayedNode, grafts = true): Promise<void> {
    const { topics } = this.setting
    const isSpokenTo = (): boolean => node.heard.some(({ rpc }) => rpc.subscriptions.length > 0)
    if (!(await until(isSpokenTo, SOON_MS)))
      miss('the peer never subscribed to anything at a node that lists gossipsub')
    await node.send({ subscribe: topics, ...(grafts && { graft: topics }) })
  }

  /** Says hello; the peer's. */
  async greet(node: PlayedNode, hello = this.setting.hello()): Promise<Hello> {
    const answer = await node.ask(this.setting.protocol('hello'), hello)
    must(answer.end === 'closed' && answer.frames.length === 1, `hello was answered with ${ending(answer)}`)
    return decodeHello(answer.frames[0] ?? new Uint8Array(0)) ?? miss('the answer to hello is no hello')
  }

  /** Publishes data at the peer. */
  async publish(from: PlayedNode, topic: Topic, data: Uint8Array): Promise<void> {
    await from.send({ messages: [{ topic: this.setting.topic(topic), data }] })
    if (++this.#published % GIVES_EVERY === 0) await this.#give()
  }

  /** Whoever only listens is left out of meshes: so the pair has something new to say now and then. */
  async #give(): Promise<void> {
    for (const node of this.pair) {
      const own = this.#givers.get(node) ?? { from: this.payer(), nonce: 0n }
      const batch = this.setting.batch(this.setting.transaction(own, this.now()))
      this.#givers.set(node, { ...own, nonce: own.nonce + 1n })
      await node.send({ messages: [{ topic: this.setting.topic('transactions'), data: batch }] })
    }
  }

  /** How often `node` was sent this data. */
  copies(node: PlayedNode, topic: Topic, data: Uint8Array): number {
    const name = this.setting.topic(topic)
    let count = 0
    for (const { rpc } of node.heard)
      for (const message of rpc.messages)
        if (message.topic === name && equalBytes(message.data ?? new Uint8Array(0), data)) count++
    return count
  }

  /** Whether `node` comes to hear this data. */
  hears(node: PlayedNode, topic: Topic, data: Uint8Array, withinMs = SOON_MS): Promise<boolean> {
    return until(() => this.copies(node, topic, data) > 0, withinMs)
  }

  /** Misses where what `from` publishes does not reach the witness. */
  async handsOn(from: PlayedNode, topic: Topic, data: Uint8Array, what: string): Promise<void> {
    const witness = await this.witness()
    await this.publish(from, topic, data)
    must(
      await this.hears(witness, topic, data),
      `${what} (${data.byteLength} bytes) was not handed on within ${SOON_MS} ms${from.isConnected ? '' : ': its sender was cut off'}`,
    )
  }

  /**
   * Misses where what `send` sends on a topic reaches the witness. A node judges what a peer sends in its order: so the
   * valid transaction that `from` sends after it says when it has been judged.
   */
  async keeps(
    from: PlayedNode,
    topic: Topic,
    data: Uint8Array,
    what: string,
    send?: () => Promise<void>,
  ): Promise<void> {
    const witness = await this.witness()
    await (send === undefined ? this.publish(from, topic, data) : send())
    await this.marker(from, what)
    if (topic !== 'transactions') await pause(SETTLE_MS)
    must(this.copies(witness, topic, data) === 0, `${what} was handed on`)
  }

  /** A valid transaction by `from`, of which the witness hears. */
  async marker(from: PlayedNode, behind: string): Promise<void> {
    const witness = await this.witness()
    const { batch } = this.fresh()
    // A sender that has been cut off can still be heard of by what others say.
    const sender = from.isConnected ? from : await this.teller()
    await this.publish(sender, 'transactions', batch)
    must(
      await this.hears(witness, 'transactions', batch),
      `a valid transaction behind ${behind} was not handed on within ${SOON_MS} ms`,
    )
  }

  /** Whether the peer takes the node out of a mesh, or ends the connection, within the time in which a charge shows. */
  async isCharged(node: PlayedNode, sinceHeard: number, withinMs = CHARGED_MS): Promise<boolean> {
    const is = await until(() => !node.isConnected || prunesSince(node, sinceHeard) > 0, withinMs)
    if (is) this.#charges++
    return is
  }

  /** How often the peer was seen to charge somebody. */
  get charges(): number {
    return this.#charges
  }

  /**
   * Whether any number of strangers may be banned: three bans of one address ban the address, and with it this run.
   * Not where each comes from an address of its own, nor from 127.0.0.0/24 and ::1 on development networks.
   */
  get mayBan(): boolean {
    return isDevNetwork(this.setting.network.name) && /^\/ip4\/127\.0\.0\.|^\/ip6\/::1\//.test(this.address)
  }

  /** Ends what the check brought. */
  async leave(): Promise<void> {
    for (const visitor of this.#visitors) await visitor.stop()
    this.#visitors.clear()
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    await this.leave()
    await this.#teller?.stop()
    await this.#witness?.stop()
  }

  /** How often one of the honest pair was cut off. */
  get lost(): number {
    return this.#lost
  }

  /** The peer id of the peer under test. */
  async peer(): Promise<string> {
    return (await (await this.witness()).peerKnown()).id
  }

  /** The chain that the kit makes, on genesis; not applicable where the peer has another one. */
  async chain(): Promise<MadeChain> {
    if (this.#chain !== null) return this.#chain
    const { height } = await this.head()
    if (height > 0) notApplicable(`its chain has ${height} blocks: start it with an empty one`)
    this.#chain = new MadeChain(this.setting, this.now())
    return this.#chain
  }

  /** The head that the peer names in its hello. */
  async head(): Promise<{ readonly hash: string; readonly height: number }> {
    const { headHash, headHeight } = await this.greet(await this.witness())
    return { hash: headHash, height: Number(headHeight) }
  }

  /** Null when the peer comes to name this block as its head, else what it names. */
  async headBecomes(hash: string, withinMs = SOON_MS): Promise<string | null> {
    const deadline = performance.now() + withinMs
    for (;;) {
      const head = await this.head()
      if (head.hash === hash) return null
      if (performance.now() > deadline) return `its head is ${head.hash.slice(0, 8)}… at height ${head.height}`
      await pause(HEAD_LOOK_MS)
    }
  }

  /** Keys of a node that need not exist. */
  keys(): KeyPair {
    return keyPairOf(this.random.bytes(32))
  }

  /** A message of the topic of records: what the owner of the keys says of itself. */
  record(keys: KeyPair, draft: Partial<RecordDraft> = {}): Uint8Array {
    const nowMs = this.now()
    const body = encodeRecordBody({
      key: keys.publicKey,
      incarnation: nowMs,
      seq: 1,
      startedAtMs: nowMs,
      publishedAtMs: nowMs,
      name: 'conform',
      agentVersion: 'hearsay-conform',
      head: { height: 0, hash: asBlockHash(this.setting.networkId) },
      settledHeight: 0,
      mempoolCount: 0,
      addresses: [],
      tags: [],
      neighbours: [],
      isLeaving: false,
      ...draft,
    })
    return encodeRecordMessage('record', encodeRecord(body, this.#sign('hearsay/record/1', keys, body)))
  }

  /** A message of the topic of records: the owner of the keys can not reach that node. */
  suspicion(keys: KeyPair, targetKey: Uint8Array, { incarnation, seq }: RecordVersion): Uint8Array {
    const body = encodeSuspicionBody({ targetKey, incarnation, seq, accuserKey: keys.publicKey, timeMs: this.now() })
    return encodeRecordMessage('suspicion', encodeSuspicion(body, this.#sign('hearsay/suspicion/1', keys, body)))
  }

  #sign(tag: SigningTag, keys: KeyPair, body: Uint8Array): Uint8Array {
    return sign(keys.secret, concatBytes(signingPrefix(tag, this.setting.networkId), body))
  }

  /** The honest pair, where it has come. */
  get pair(): readonly PlayedNode[] {
    return [this.#teller, this.#witness].filter((node) => node !== null)
  }

  /** One of the pair, or another in its place where it has been cut off. */
  async #kept(node: PlayedNode | null): Promise<PlayedNode> {
    if (node?.isConnected === true) return node
    if (node !== null) this.#lost++
    await node?.stop()
    return this.#visit({})
  }

  #play(options: Partial<PlayedOptions>): Promise<PlayedNode> {
    const { seed = this.random.bytes(32), source = this.#sources.next() } = options
    return PlayedNode.start({ ...options, seed, source })
  }

  async #visit({ greets = true, joins = true, grafts = true, ...options }: VisitOptions): Promise<PlayedNode> {
    const node = await this.#play(options)
    await this.#behave(node)
    if (!(await this.connect(node))) {
      await node.stop()
      miss('a connection was refused')
    }
    if (joins) await this.join(node, grafts)
    if (greets) await this.greet(node)
    return node
  }

  /** What an honest node without anything answers. */
  async #behave(node: PlayedNode): Promise<void> {
    const { setting } = this
    const startedMs = this.now()
    await node.serve(setting.protocol('hello'), () => [setting.hello()])
    await node.serve(setting.protocol('probe'), (bytes) => {
      const asked = decodeProbeRequest(bytes)
      const { hash, height } = this.#chain?.tip ?? { hash: asBlockHash(setting.networkId), height: 0 }
      const status = { incarnation: startedMs, seq: 1, head: { hash, height } }
      return asked?.kind === 'ping' ? [encodeProbeAnswer({ kind: 'ack', nonce: asked.nonce, status })] : null
    })
  }
}

/** A peer counts a hundred messages of others before it calls one of its mesh silent (PROTOCOL.md, Gossip). */
const GIVES_EVERY = 20

/** Between two looks at the head of the peer, ms. */
const HEAD_LOOK_MS = 50

/**
 * What is judged on another topic than a marker needs this much longer at most, ms: the work of a block that stands
 * before it.
 */
const SETTLE_MS = 300

/** PRUNEs that a node has heard since it had heard so many RPCs. */
function prunesSince(node: PlayedNode, heard: number): number {
  return node.heard.slice(heard).reduce((sum, { rpc }) => sum + (rpc.control?.prune.length ?? 0), 0)
}

/** How a request ended, in words. */
export function ending({
  end,
  frames,
  rest,
}: {
  end: string
  frames: readonly Uint8Array[]
  rest: Uint8Array
}): string {
  const sizes = frames.map((one) => one.byteLength).join(', ')
  const shown = frames.length === 0 ? 'no frame' : `${frames.length} frames of ${sizes} bytes`
  const half = rest.byteLength > 0 ? ` and ${toHex(rest.subarray(0, 8))}…` : ''
  return `${shown}${half}, ${END_WORDS[end] ?? end}`
}

const END_WORDS: Readonly<Record<string, string>> = {
  closed: 'then the end of the stream',
  reset: 'then a reset',
  open: 'and no end of the stream',
  unsupported: 'the protocol is not spoken',
  gone: 'the connection had ended',
}
