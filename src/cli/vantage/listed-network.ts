/**
 * The nodes of a file, as they answer: who each is, and how far its clock is from the one here. A node that does not
 * answer is asked again at every look, and nothing is concluded from its silence.
 */
import { connect, type Client } from '../../client/connect.ts'
import { failureText } from '../../client/outcome.ts'
import type { IdentityView } from '../../domain/views.ts'
import type { NodeClock } from '../../trace/clocks.ts'
import { Failure, usageFailure } from '../failure.ts'
import { NO_ANSWER } from '../top-screen.ts'
import type { NodesFile } from './nodes-file.ts'

/** How long a node may take to say who it is, ms: as long as any command waits for one that may be paused. */
const ANSWER_MS_MAX = 2_000
/** Its clock is asked for until an answer was this quick, ms, and so often at most: the quickest counts. */
const CLOCK_ERROR_ENOUGH_MS = 1.5
const CLOCK_SAMPLES = 8
/** A node tells its clock in whole milliseconds: half of one on either side. */
const CLOCK_STEP_MS = 0.5

export interface LookedNode {
  readonly name: string
  readonly apiUrl: string
  /** Empty until it has answered. */
  readonly peerId: string
  /** Against the clock here, by its first answer; null until then. */
  readonly clock: NodeClock | null
  /** Why it cannot be asked; null where it has answered. */
  readonly trouble: string | null
}

interface Entry {
  readonly name: string
  readonly apiUrl: string
  readonly client: Client
  identity: IdentityView | null
  clock: NodeClock | null
  trouble: string
  isAsking: boolean
}

export class ListedNetwork {
  readonly #source: string
  readonly #entries: readonly Entry[]
  #isOpen = false

  constructor({ source, nodes }: NodesFile) {
    this.#source = source
    this.#entries = nodes.map(({ name, apiUrl }) => ({
      name,
      apiUrl,
      client: connect(apiUrl, { timeoutMs: ANSWER_MS_MAX }),
      identity: null,
      clock: null,
      trouble: NO_ANSWER,
      isAsking: false,
    }))
  }

  /**
   * The network of the nodes that answer, once they were looked at. Throws a Failure where none does (exit code 3), and
   * where two are of different networks or are the same node (exit code 2).
   */
  async open(): Promise<{ readonly network: string; readonly networkId: string }> {
    await this.look()
    const answering = this.#entries.flatMap(({ name, identity }) => (identity === null ? [] : [{ name, identity }]))
    const [first] = answering
    if (first === undefined)
      throw new Failure(
        'unreachable',
        'unreachable',
        `no node of ${this.#entries.length} in ${this.#source} answers: ${this.#entries.map(({ name, trouble }) => `${name} (${trouble})`).join(', ')}`,
        'an API listens on its own machine alone unless `--api` of `hearsay node run` says otherwise: a tunnel leads to it',
      )
    for (const { name, identity } of answering) {
      if (identity.networkId !== first.identity.networkId)
        throw usageFailure(
          `${this.#source}: ${name} is of the network ${networkText(identity)}, ${first.name} of ${networkText(first.identity)}`,
          'list the nodes of one network',
        )
      const twin = answering.find((other) => other.identity.peerId === identity.peerId)
      if (twin !== undefined && twin.name !== name)
        throw usageFailure(
          `${this.#source}: ${twin.name} and ${name} are the same node, ${identity.peerId}`,
          'list each node once',
        )
    }
    this.#isOpen = true
    return first.identity
  }

  /** Asks those that have not answered yet; resolves when all have, or had their time. */
  async look(): Promise<void> {
    await Promise.all(this.#entries.filter(({ identity }) => identity === null).map((entry) => this.#ask(entry)))
  }

  nodes(): readonly LookedNode[] {
    return this.#entries.map(({ name, apiUrl, identity, clock, trouble }) => ({
      name,
      apiUrl,
      peerId: identity?.peerId ?? '',
      clock,
      trouble: identity === null ? trouble : null,
    }))
  }

  close(): void {
    for (const { client } of this.#entries) client.close()
  }

  async #ask(entry: Entry): Promise<void> {
    if (entry.isAsking) return
    entry.isAsking = true
    await this.#identify(entry)
    entry.isAsking = false
  }

  async #identify(entry: Entry): Promise<void> {
    const identity = await entry.client.identity()
    if (!identity.ok) {
      entry.trouble = identity.kind === 'unreachable' ? NO_ANSWER : failureText(identity)
      return
    }
    const known = this.#entries.find((other) => other.identity !== null)?.identity ?? null
    // Whoever comes later and is somebody else is no node of this network.
    if (this.#isOpen && known !== null && known.networkId !== identity.value.networkId) {
      entry.trouble = 'of another network'
      return
    }
    entry.clock = await clockOf(entry.client)
    entry.identity = identity.value
  }
}

/** How far a node's clock is ahead of the one here; null where it did not tell. */
async function clockOf(client: Client): Promise<NodeClock | null> {
  let best: NodeClock | null = null
  for (let sample = 0; sample < CLOCK_SAMPLES && !((best?.errorMs ?? Infinity) <= CLOCK_ERROR_ENOUGH_MS); sample++) {
    const [askedMs, asked] = [performance.timeOrigin + performance.now(), performance.now()]
    const answer = await client.memory({ limit: 1 })
    if (!answer.ok) continue
    const tripMs = performance.now() - asked
    const errorMs = tripMs / 2 + CLOCK_STEP_MS
    if (best === null || errorMs < best.errorMs)
      best = { offsetMs: answer.value.at + CLOCK_STEP_MS - (askedMs + tripMs / 2), errorMs }
  }
  return best
}

function networkText({ network, networkId }: IdentityView): string {
  return `${network} (${networkId.slice(0, 12)}…)`
}
