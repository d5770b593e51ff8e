/**
 * A network of two nodes of ours, two peers in Go and two in Rust, each a process: what each publishes is everywhere,
 * also after the network was in two halves, and nobody is charged for anything. Peers of other makes keep no repair:
 * what they missed they read from the chain.
 */
import { readFileSync } from 'node:fs'
import { must } from '../../../src/client/must.ts'
import { parseNetwork } from '../../../src/domain/params.ts'
import { readManifest } from '../../../src/home/testnet-home.ts'
import { LiveNetwork } from '../../../test/toolkit/processes/live-network.ts'
import { until } from '../../../testnet/until.ts'
import { ForeignPeer } from './foreign-peer.ts'
import { tryForgers } from './forgers.ts'
import { ForeignMember, OwnMember, type Member } from './members.ts'
import { Broken, type Say, type Tried } from './outcome.ts'
import { takePictures } from './pictures.ts'
import type { Binaries, Make } from '../../../test/toolkit/processes/toolchains.ts'

/** Transactions of each member while all are one network, in each half, and after it has healed. */
const TOGETHER = 100
const APART = 50
const AFTER = 20
/** By when what was published is where it should be, ms. */
const EVERYWHERE_MS_MAX = 30_000
/**
 * By when everybody has what the other half published: nodes compare their pools each 15 s or so, and a block of it is
 * made.
 */
const HEALED_MS_MAX = 90_000
const MESHED_MS_MAX = 30_000

export interface MixedOptions {
  readonly binaries: Binaries
  readonly seed: number
  /** Folder for pictures of the page; null: none are taken. */
  readonly pictures: string | null
  readonly say: Say
}

export async function tryMixed(options: MixedOptions): Promise<readonly Tried[]> {
  const { binaries, seed, say } = options
  const live = new LiveNetwork('interop')
  return live.within({ count: 2, validators: 2, seed }, async () => {
    const read = readManifest(live.home)
    if (read.kind !== 'found') throw new Error('the network has no manifest')
    const { nodes, networkFile } = read.manifest
    const network = parseNetwork(JSON.parse(readFileSync(networkFile, 'utf8')))
    if (!network.ok) throw new Error(network.message)
    const own = nodes.map((node, index) => new OwnMember(index, node, network.params))
    const members: Member[] = [...own]
    try {
      const makes = Object.entries(binaries) as [Make, string][]
      for (const half of [0, 1])
        for (const [make, binary] of makes) {
          const peer = await ForeignPeer.start(`${make}-${half}`, binary, networkFile)
          members.push(new ForeignMember(members.length, make, peer))
        }
      const tried = [await new MixedRun(live, members, say).run()]
      if (options.pictures !== null) await takePictures(own[0]?.client.url ?? '', live.home, options.pictures, say)
      const [node] = own
      if (binaries.go !== undefined && node !== undefined) {
        const under = { address: node.address, peerId: node.peerId, apiUrl: node.client.url }
        const honest = members.map(({ peerId }) => peerId)
        tried.push(await tryForgers({ binary: binaries.go, networkFile, node: under, honest, say }))
      }
      return tried
    } finally {
      for (const member of members) member.close()
    }
  })
}

class MixedRun {
  readonly #live: LiveNetwork
  readonly #members: readonly Member[]
  readonly #say: Say
  readonly #broken = new Broken()
  readonly #figures: Record<string, unknown> = {}

  constructor(live: LiveNetwork, members: readonly Member[], say: Say) {
    this.#live = live
    this.#members = members
    this.#say = say
  }

  async run(): Promise<Tried> {
    await this.#join()
    await this.#everywhere('together', TOGETHER, this.#members)
    await this.#part()
    const [left, right] = this.#halves()
    const apart = await Promise.all([this.#everywhere('apart', APART, left), this.#everywhere('apart', APART, right)])
    await this.#crossed(apart, [left, right])
    await this.#heal()
    await this.#everywhere('healed', AFTER, this.#members)
    await this.#readUp(apart.flat())
    await this.#audit()
    return { id: 'mixed', figures: this.#figures, broken: this.#broken.list }
  }

  #halves(): [readonly Member[], readonly Member[]] {
    const halfOf = (half: number): readonly Member[] => this.#members.filter(({ name }) => name.endsWith(`-${half}`))
    return [halfOf(0), halfOf(1)]
  }

  /**
   * Pairs that are linked: all within a half, and across it all of one make and whoever comes next to it. The nodes'
   * own link is the testnet's.
   */
  #links(): readonly { from: ForeignMember; to: Member; isAcross: boolean }[] {
    const [left, right] = this.#halves()
    const foreign = (member: Member): member is ForeignMember => member instanceof ForeignMember
    const within = [left, right].flatMap((half) =>
      half.flatMap((to, at) =>
        half.slice(at + 1).flatMap((from) => (foreign(from) ? [{ from, to, isAcross: false }] : [])),
      ),
    )
    const across = left.flatMap((to, at) =>
      [right[at], right[(at + 1) % right.length]].flatMap((from) =>
        from !== undefined && foreign(from) ? [{ from, to, isAcross: true }] : [],
      ),
    )
    return [...within, ...across]
  }

  async #join(): Promise<void> {
    for (const { from, to } of this.#links()) await from.peer.ask('dial', { address: to.address })
    await this.#meshed('all are in one another’s meshes')
  }

  /** Each linked pair has the other one in its mesh of transactions. */
  async #meshed(what: string): Promise<void> {
    const links = this.#links()
    const missing = async (): Promise<readonly string[]> => {
      const meshes = new Map(
        await Promise.all(
          this.#members.map(async (member) => {
            const peers = await member.peers()
            return [
              member,
              new Set(peers.filter(({ mesh }) => mesh.includes('transactions')).map(({ peer }) => peer)),
            ] as const
          }),
        ),
      )
      return links
        .filter(({ from, to }) => !meshes.get(from)?.has(to.peerId) || !meshes.get(to)?.has(from.peerId))
        .map(({ from, to }) => `${from.name} and ${to.name}`)
    }
    let left: readonly string[] = []
    const holds = await until(async () => (left = await missing()).length === 0, {
      timeoutMs: MESHED_MS_MAX,
      everyMs: 200,
    })
    this.#broken.unless(holds, `not in one another's meshes: ${left.join(', ')}`)
    this.#say(`${what}: ${links.length + 1} links`)
  }

  /** Each of `among` publishes; all of it is at each of them. Returns the ids. */
  async #everywhere(phase: string, count: number, among: readonly Member[]): Promise<readonly string[]> {
    const since = performance.now()
    const published = (await Promise.all(among.map((member) => member.publish(count)))).flat()
    const counts = new Map<string, number>()
    const isThere = async (): Promise<boolean> => {
      for (const member of among) counts.set(member.name, (await member.has(published)).size)
      return [...counts.values()].every((have) => have === published.length)
    }
    const holds = await until(isThere, { timeoutMs: EVERYWHERE_MS_MAX, everyMs: 100 })
    const ms = Math.round(performance.now() - since)
    const parts = [...counts].map(([name, have]) => `${name} ${have}`).join(', ')
    this.#broken.unless(holds, `${phase}: of ${published.length} transactions, ${parts}`)
    const figure = { members: among.length, published: published.length, everywhere: holds, ms }
    this.#figures[phase] = phase in this.#figures ? [this.#figures[phase], figure] : figure
    this.#say(
      `${phase}: ${published.length} transactions of ${among.length} members ${holds ? 'are everywhere' : `are not everywhere (${parts})`} after ${ms} ms`,
    )
    return published
  }

  async #part(): Promise<void> {
    const halves = this.#halves()
    for (const [at, half] of halves.entries()) {
      const others = halves[1 - at] ?? []
      for (const member of half)
        if (member instanceof ForeignMember)
          await member.peer.ask('refuse', { peers: others.map(({ peerId }) => peerId) })
    }
    const groups = halves.map((half) => half.filter(({ make }) => make === 'js').map(({ name }) => name))
    await this.#live.ask('partition', { groups, forMs: null })
    const isCut = async (): Promise<boolean> => {
      for (const [at, half] of halves.entries()) {
        const others = new Set((halves[1 - at] ?? []).map(({ peerId }) => peerId))
        for (const member of half) if ((await member.peers()).some(({ peer }) => others.has(peer))) return false
      }
      return true
    }
    const holds = await until(isCut, { timeoutMs: MESHED_MS_MAX, everyMs: 100 })
    this.#broken.unless(holds, 'the network is not in two halves')
    this.#say('the network is in two halves')
  }

  /** Nothing has crossed the cut. */
  async #crossed(apart: readonly (readonly string[])[], halves: readonly (readonly Member[])[]): Promise<void> {
    for (const [at, half] of halves.entries())
      for (const member of half) {
        const { size } = await member.has(apart[1 - at] ?? [])
        this.#broken.unless(size === 0, `${member.name} has ${size} transactions of the other half`)
      }
  }

  async #heal(): Promise<void> {
    for (const member of this.#members) if (member instanceof ForeignMember) await member.peer.ask('allow', {})
    await this.#live.ask('heal', {})
    for (const { from, to, isAcross } of this.#links())
      if (isAcross) await from.peer.ask('dial', { address: to.address })
    await this.#meshed('healed')
  }

  /** What was published in the other half: nodes repair it by themselves, the others read it from the chain. */
  async #readUp(ids: readonly string[]): Promise<void> {
    const since = performance.now()
    const halves = this.#halves()
    const counts = new Map<string, number>()
    const isThere = async (): Promise<boolean> => {
      for (const half of halves) {
        const node = half.find(({ make }) => make === 'js')
        for (const member of half) {
          if (counts.get(member.name) === ids.length) continue
          // Between two of its questions another chain may become the best one: then it asks again.
          if (member instanceof ForeignMember && node !== undefined)
            await member.peer.ask('chain', { peer: node.peerId }).catch((error: unknown) => {
              this.#say(error instanceof Error ? error.message : String(error))
            })
          counts.set(member.name, (await member.has(ids)).size)
        }
      }
      return this.#members.every(({ name }) => counts.get(name) === ids.length)
    }
    const holds = await until(isThere, { timeoutMs: HEALED_MS_MAX, everyMs: 500 })
    const ms = Math.round(performance.now() - since)
    const parts = [...counts].map(([name, have]) => `${name} ${have}`).join(', ')
    this.#broken.unless(holds, `of the ${ids.length} transactions of both halves: ${parts}`)
    this.#figures['repaired'] = { transactions: ids.length, everywhere: holds, ms }
    this.#say(
      `the ${ids.length} transactions of both halves ${holds ? 'are everywhere' : `are not everywhere (${parts})`} ${ms} ms after that`,
    )
  }

  /** Nobody was charged or rejected, the chain is heard of, and each node names its peers by their programs. */
  async #audit(): Promise<void> {
    const agents = new Set<string>()
    for (const member of this.#members) {
      if (member instanceof OwnMember) {
        const { peers, bans } = must(await member.client.peers()).value
        for (const { name, offences, gossip, agentVersion } of peers) {
          this.#broken.unless(offences === 0, `${member.name} counts ${offences} offences of ${name}`)
          this.#broken.unless(gossip === 'both', `between ${member.name} and ${name} gossip is "${gossip}"`)
          agents.add(agentVersion)
        }
        this.#broken.unless(bans.length === 0, `${member.name} has banned ${bans.length} peers`)
      } else if (member instanceof ForeignMember) {
        const { rejected, height } = await member.peer.ask('status', {})
        this.#broken.unless(rejected === 0, `${member.name} has rejected ${rejected} messages`)
        this.#broken.unless(height > 0, `${member.name} has heard of no block`)
      }
    }
    for (const make of new Set(this.#members.map((member) => member.make)))
      this.#broken.unless(
        [...agents].some((agent) => agent.includes(make === 'js' ? 'hearsay/' : `interop-${make}/`)),
        `no peer is shown as ${make}`,
      )
    this.#figures['agents'] = [...agents].sort()
  }
}
