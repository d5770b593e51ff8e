/**
 * A validator who shows headers and keeps the bodies back: a whole honest node, so that nothing is held against it,
 * whose words about its head and whose answers about the chain are others'. What it shows builds on genesis, on the
 * head or a little below it, in turns.
 */
import { decodeChainRequest } from '../domain/codec/chain-codec.ts'
import { decodeHello, encodeHello } from '../domain/codec/hello-codec.ts'
import {
  decodeProbeAnswer,
  decodeProbeRequest,
  encodeProbeAnswer,
  encodeProbeRequest,
} from '../domain/codec/probe-codec.ts'
import type { BlockHash } from '../domain/ids.ts'
import type { NetworkParams } from '../domain/params.ts'
import { slotAt } from '../domain/slots.ts'
import type { Now } from '../domain/time.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { concatAll } from '../lib/bytes.ts'
import type { Prng } from '../lib/prng.ts'
import type { Clock } from '../node/clock.ts'
import type { Gossip } from '../ports/gossip.ts'
import type { RequestHandler, Requests } from '../ports/requests.ts'
import { Forger, type Ground } from './forger.ts'
import type { Withholding } from './scenario.ts'
import { validatorKeys } from './sim-network.ts'

/** How often something new is shown, ms: once a slot, of which gossip takes two headers. */
const SHOW_EVERY_MS = 2_000
/** Headers of one answer: what a node may be told at once. */
const HEADERS_MAX = 512
/** Blocks below the head on which they build. */
const BELOW_HEAD_MAX = 6
/** Never answered: the asker gives up. */
const SILENCE = new Promise<null>(() => undefined)

/** What all of them share. */
export class Conspiracy {
  readonly params: NetworkParams
  readonly plan: Withholding
  readonly random: Prng
  readonly forger: Forger
  /** Questions for bodies that got none, by block. */
  bodiesAsked = 0

  constructor(params: NetworkParams, plan: Withholding, random: Prng) {
    this.params = params
    this.plan = plan
    this.random = random
    const secrets = plan.nodes.map((node) => validatorKeys(node).secret)
    this.forger = new Forger({ params, secrets, hasBodies: plan.comesLate, random: random.child('forger') })
  }
}

/** One of them. */
export class Withholder {
  readonly #conspiracy: Conspiracy
  readonly #kernel: Kernel
  readonly #now: () => Now
  #tip: { readonly hash: BlockHash; readonly height: number } | null = null

  /** @param options.now its monotonic clock is virtual time since the start */
  constructor(options: { conspiracy: Conspiracy; kernel: Kernel; now: () => Now }) {
    this.#conspiracy = options.conspiracy
    this.#kernel = options.kernel
    this.#now = options.now
  }

  /** The node's requests, with its words about its head and its answers about the chain replaced. */
  lying(honest: Requests): Requests {
    return {
      ask: (peer, protocol, request) => {
        if (protocol === 'hello') return honest.ask(peer, protocol, this.#hello(request))
        return honest.ask(peer, protocol, protocol === 'probe' ? this.#ping(request) : request)
      },
      serve: (protocol, handler) => honest.serve(protocol, this.#handlerOf(protocol, handler)),
    }
  }

  /** Shows something new from time to time. */
  start(gossip: Gossip, clock: Pick<Clock, 'after'>): void {
    clock.after(SHOW_EVERY_MS, () => {
      this.start(gossip, clock)
      const { forger, plan } = this.#conspiracy
      const chain = forger.chainOn(this.#ground(), this.#slot)
      const tip = chain.at(-1)
      if (tip === undefined) return
      this.#tip = tip
      const sibling = forger.siblingsOn(this.#headGround(), this.#slot, plan.siblings > 0 ? 1 : 0)
      for (const header of [...chain.slice(-2), ...sibling])
        // What is empty would be whole at once.
        if (header.txCount > 0) void gossip.publish('blocks', forger.shown(header), { flood: true })
    })
  }

  get #slot(): number {
    return slotAt(this.#conspiracy.params, this.#now().wallMs)
  }

  /** On what the next chain is built. */
  #ground(): Ground {
    const { random, forger } = this.#conspiracy
    const { chain } = this.#kernel.machines.blocks
    const draw = random.below(4)
    if (draw === 0) return forger.genesis
    const place = chain.at(chain.head.height - (draw === 1 ? random.below(BELOW_HEAD_MAX) : 0))
    return (place === undefined ? undefined : chain.header(place.hash)) ?? forger.genesis
  }

  #headGround(): Ground {
    const { chain } = this.#kernel.machines.blocks
    return chain.header(chain.head.hash) ?? this.#conspiracy.forger.genesis
  }

  #handlerOf(protocol: string, handler: RequestHandler): RequestHandler {
    switch (protocol) {
      case 'hello':
        return async (from, request) => (await handler(from, request))?.map((frame) => this.#hello(frame)) ?? null
      case 'probe':
        return async (from, request) => (await handler(from, request))?.map((frame) => this.#ack(frame)) ?? null
      case 'chain':
        return (from, request) => this.#onChain(from, request, handler)
      default:
        return handler
    }
  }

  async #onChain(
    from: Parameters<RequestHandler>[0],
    request: Uint8Array,
    handler: RequestHandler,
  ): Promise<readonly Uint8Array[] | null> {
    const asked = decodeChainRequest(request)
    const { forger, plan } = this.#conspiracy
    if (asked === null) return handler(from, request)
    if (asked.kind === 'headers') {
      const siblings = forger.siblingsOn(this.#headGround(), this.#slot, plan.siblings)
      const headers = [...siblings, ...forger.after(asked.locator)].slice(0, Math.min(asked.limit, HEADERS_MAX))
      return headers.length === 0 ? handler(from, request) : [concatAll(headers.map(({ bytes }) => bytes))]
    }
    const isTime = plan.comesLate && this.#now().monoMs >= plan.lateMs
    const bodies = asked.hashes.map((hash) => (isTime ? forger.bodyOf(hash) : undefined))
    if (bodies.every((body) => body !== undefined)) return bodies
    // Honest blocks are kept back too.
    this.#conspiracy.bodiesAsked += asked.hashes.length
    return plan.isSilent ? SILENCE : asked.hashes.map(() => new Uint8Array())
  }

  #head(): { readonly height: number; readonly hash: BlockHash } {
    const { hash, height } = this.#tip ?? this.#kernel.machines.shared.announced
    return { hash, height }
  }

  #hello(bytes: Uint8Array): Uint8Array {
    const hello = decodeHello(bytes)
    const { height, hash } = this.#head()
    return hello === null ? bytes : encodeHello({ ...hello, headHeight: BigInt(height), headHash: hash })
  }

  #ping(bytes: Uint8Array): Uint8Array {
    const request = decodeProbeRequest(bytes)
    if (request?.kind !== 'ping') return bytes
    return encodeProbeRequest({ ...request, status: { ...request.status, head: this.#head() } })
  }

  #ack(bytes: Uint8Array): Uint8Array {
    const answer = decodeProbeAnswer(bytes)
    if (answer?.kind !== 'ack') return bytes
    return encodeProbeAnswer({ ...answer, status: { ...answer.status, head: this.#head() } })
  }
}
