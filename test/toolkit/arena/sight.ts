/** What an attack may see of its victim: what the operator sees. */
import { readFileSync } from 'node:fs'
import { connect, type Client } from '../../../src/client/connect.ts'
import type { PeerView } from '../../../src/domain/views.ts'
import { until } from '../../../testnet/until.ts'
import type { Ground } from './attack.ts'
import type { NodePlace } from '../processes/node-under-test.ts'
import { HostilePeer, type HostileOptions } from '../hostile/hostile-peer.ts'
import { readMetrics, sumOf } from '../processes/metrics-text.ts'
import { rssOf } from '../processes/node-under-test.ts'

export class Sight {
  readonly client: Client
  readonly #place: NodePlace

  constructor(place: NodePlace) {
    this.#place = place
    this.client = connect(place.apiUrl, { token: readFileSync(place.cookieFile, 'utf8').trim(), timeoutMs: 10_000 })
  }

  /** Signature checks that were not spent on transactions that came in. */
  async wastedChecks(): Promise<number> {
    const metrics = await readMetrics(this.client)
    const admitted = sumOf(metrics, 'hearsay_items_total', ['outcome', /^admitted$/])
    return sumOf(metrics, 'hearsay_signature_checks_total') - admitted
  }

  /** Messages by what became of them. */
  async outcomes(pattern: RegExp): Promise<number> {
    return sumOf(await readMetrics(this.client), 'hearsay_outcomes_total', ['outcome', pattern])
  }

  async metric(name: string): Promise<number> {
    return sumOf(await readMetrics(this.client), name)
  }

  /** Whether the pool holds, or has held, a transaction. */
  async has(id: string): Promise<boolean> {
    return (await this.client.transaction(id)).ok
  }

  async peer(peerId: string): Promise<PeerView | undefined> {
    const outcome = await this.client.peers()
    return outcome.ok ? outcome.value.peers.find((peer) => peer.peerId === peerId) : undefined
  }

  async peers(): Promise<readonly PeerView[]> {
    const outcome = await this.client.peers()
    return outcome.ok ? outcome.value.peers : []
  }

  rssMiB(): number {
    return rssOf(this.#place.pid) / 1_048_576
  }
}

/** The attackers of one attack: made as they are needed, all gone at its end. */
export class Gang {
  readonly #ground: Ground
  readonly #members: HostilePeer[] = []
  #next = 0

  constructor(ground: Ground) {
    this.#ground = ground
  }

  /** An attacker with its own identity and, unless given, its own address. */
  async member(options: Partial<HostileOptions> = {}): Promise<HostilePeer> {
    const number = ++this.#next
    const member = await HostilePeer.create({
      name: `${this.#ground.net} ${number}`,
      ip: `${this.#ground.net}.${1 + (number % 250)}`,
      network: this.#ground.network,
      ...options,
    })
    this.#members.push(member)
    return member
  }

  /** One that is connected and subscribed. Rejects when the victim refuses it. */
  async joined(options: Partial<HostileOptions> = {}): Promise<HostilePeer> {
    const member = await this.member(options)
    await this.admit(member)
    await member.subscribe()
    return member
  }

  /** Connects one to the victim. Rejects when it is refused. */
  async admit(member: HostilePeer): Promise<void> {
    if (!(await member.connect(this.#ground.victim.address)))
      throw new Error('the victim refuses a peer without a past')
  }

  async disband(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.stop()))
  }
}

/** Runs an attack with its gang and its sight, and sends the gang home. */
export async function staged<T>(ground: Ground, body: (gang: Gang, sight: Sight) => Promise<T>): Promise<T> {
  const gang = new Gang(ground)
  const sight = new Sight(ground.victim)
  try {
    return await body(gang, sight)
  } finally {
    await gang.disband()
    sight.client.close()
  }
}

/** Repeats `step` for a time; at most `perSecond` times a second where given. */
export async function keep(ms: number, step: (round: number) => Promise<unknown>, perSecond?: number): Promise<number> {
  const started = performance.now()
  let round = 0
  while (performance.now() - started < ms) {
    await step(round++)
    const dueMs = perSecond === undefined ? 0 : (round * 1_000) / perSecond - (performance.now() - started)
    await new Promise((resolve) => (dueMs > 0 ? setTimeout(resolve, dueMs) : setImmediate(resolve)))
  }
  return round
}

/** Waits for a condition; whether it came true. */
export async function eventually(condition: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<boolean> {
  return until(condition, { timeoutMs, everyMs: 50 })
}
