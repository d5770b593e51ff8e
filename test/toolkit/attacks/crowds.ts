/** Attacks by many identities at once on who is in whose mesh: A10 and A11. */
import { until } from '../../../testnet/until.ts'
import { Report } from '../report.ts'
import type { Attack, Ground } from '../arena/attack.ts'
import type { NodePlace } from '../processes/node-under-test.ts'
import { HostilePeer } from '../hostile/hostile-peer.ts'
import { eventually, Sight } from '../arena/sight.ts'
import { MESH_PEERS_PER_NETWORK } from '../../../src/adapters/libp2p/limits.ts'

/** Honest peers in the mesh of a node. */
async function honestMesh(sight: Sight, honest: ReadonlySet<string>): Promise<number> {
  return (await sight.peers()).filter(({ peerId, mesh }) => honest.has(peerId) && mesh.includes('transactions')).length
}

/** Others in it that dialled the node. */
async function strangersInMesh(sight: Sight, honest: ReadonlySet<string>): Promise<number> {
  return (await sight.peers()).filter(
    ({ peerId, mesh, direction }) => !honest.has(peerId) && direction === 'inbound' && mesh.includes('transactions'),
  ).length
}

const a10: Attack = {
  id: 'A10',
  title: 'identities that were there first: forty wait for every node of a network that is just being born',
  controls: [{ without: 'one network may fill every mesh', shows: /sybilsInOneMesh is/ }],
  setting: { newborn: 5 },
  latencyMs: 6_000,
  async run(ground) {
    const report = new Report()
    const sybils = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        HostilePeer.create({ name: `${ground.net} cold ${i}`, ip: `${ground.net}.${1 + i}`, network: ground.network }),
      ),
    )
    let born = true
    const haunts = sybils.flatMap((sybil) =>
      ground.expected.map(async (address) => {
        // As soon as a node listens, and again whenever it gets rid of them.
        while (born) {
          await sybil.haunt(address)
          await eventually(() => !born || !sybil.haunts(address), 600_000)
          await eventually(() => !born, 250)
        }
      }),
    )
    const nodes: Sight[] = []
    try {
      const places = await ground.birth()
      const started = performance.now()
      const honest = new Set(places.map(({ peerId }) => peerId))
      nodes.push(...places.map((place) => new Sight(place)))
      const fewest = async (): Promise<number> =>
        Math.min(...(await Promise.all(nodes.map((node) => honestMesh(node, honest)))))
      let meshedMs = 0
      // What lasts from one look to the next: between two heartbeats a mesh may hold more.
      let sybilsBefore: readonly number[] = []
      let sybilsInOneMesh = 0
      // 200 transactions at ten a second, and the minute within which all must have found one another.
      while (performance.now() - started < 20_000 || (meshedMs === 0 && performance.now() - started < 60_000)) {
        if (meshedMs === 0 && (await fewest()) >= 2) meshedMs = performance.now() - started
        const sybilsNow = await Promise.all(nodes.map((node) => strangersInMesh(node, honest)))
        for (const [at, count] of sybilsNow.entries())
          sybilsInOneMesh = Math.max(sybilsInOneMesh, Math.min(count, sybilsBefore[at] ?? 0))
        sybilsBefore = sybilsNow
        await eventually(() => false, 1_000)
      }
      report.figure(
        'haunted',
        sybils.reduce((sum, sybil) => sum + sybil.haunting, 0),
      )
      report.figure('meshedMs', meshedMs)
      // All forty come from one network.
      report.atMost('sybilsInOneMesh', sybilsInOneMesh, MESH_PEERS_PER_NETWORK)
      report.require(meshedMs > 0, 'not every honest node had two honest mesh peers within 60 s')
      report.figure('fewestHonestInMesh', await fewest())
      report.require((await fewest()) >= 2, 'an honest node has fewer than two honest mesh peers in the end')
    } finally {
      born = false
      for (const node of nodes) node.client.close()
      await Promise.all(sybils.map((sybil) => sybil.stop()))
      await Promise.all(haunts)
    }
    return report
  },
}

/** One identity towards two nodes, which hands on what it hears from either, for as long as it likes. */
class Relay {
  readonly #sides: readonly [HostilePeer, HostilePeer]
  readonly #seen = new Set<string>()
  isMute = false

  private constructor(sides: readonly [HostilePeer, HostilePeer]) {
    this.#sides = sides
    for (const [at, side] of sides.entries())
      side.onRpc = (rpc) => {
        for (const { topic, data } of rpc.messages) if (data !== undefined) this.#handOn(topic, data, sides[1 - at])
      }
  }

  static async between(ground: Ground, number: number, ends: readonly [NodePlace, NodePlace]): Promise<Relay> {
    const sides: HostilePeer[] = []
    for (const [at, place] of ends.entries()) {
      const ip = `${ground.net}.${1 + number + 100 * at}`
      const side = await HostilePeer.create({
        name: `${ground.net} flash ${number} ${at}`,
        ip,
        network: ground.network,
      })
      sides.push(side)
      if (!(await side.connect(place.address))) throw new Error(`${place.name} refuses a stranger`)
      await side.subscribe()
      await side.rpc({ control: { graft: side.topics().map((topicID) => ({ topicID })) } })
    }
    return new Relay(sides as [HostilePeer, HostilePeer])
  }

  get inner(): HostilePeer {
    return this.#sides[0]
  }

  async stop(): Promise<void> {
    await Promise.all(this.#sides.map((side) => side.stop()))
  }

  #handOn(topic: string, data: Uint8Array, to: HostilePeer | undefined): void {
    const name = `${topic} ${Buffer.from(data).toString('base64')}`
    if (this.isMute || this.#seen.has(name)) return
    this.#seen.add(name)
    void to?.rpc({ messages: [{ topic, data }] })
  }
}

const a11: Attack = {
  id: 'A11',
  title: 'identities that hand on everything for a while and then nothing',
  controls: [
    { without: 'peers that give nothing keep their places in the mesh', shows: /keep their places in the mesh/ },
  ],
  // A hundred messages are what a silent peer is known by.
  perSecond: { short: 60, full: 10 },
  async run(ground) {
    const report = new Report()
    const isFull = ground.scale === 'full'
    const [near] = ground.others
    if (near === undefined) throw new Error('nobody to stand between')
    const sight = new Sight(ground.victim)
    const honest = new Set(ground.others.map(({ peerId }) => peerId))
    const relays: Relay[] = []
    // A subscriber that is in no mesh: somebody who could take a silent peer's place.
    const reserve = await HostilePeer.create({
      name: `${ground.net} reserve`,
      ip: `${ground.net}.250`,
      network: ground.network,
    })
    try {
      for (let i = 0; i < (isFull ? 20 : 2); i++) relays.push(await Relay.between(ground, i, [ground.victim, near]))
      await reserve.connect(ground.victim.address)
      await reserve.subscribe()
      await reserve.rpc({
        control: { prune: reserve.topics().map((topicID) => ({ topicID, peers: [], backoff: 600 })) },
      })
      const look = async (): Promise<{ relaying: number; honestThere: number }> => {
        const meshed = (await sight.peers()).filter(({ mesh }) => mesh.includes('transactions'))
        const ids = new Set(meshed.map(({ peerId }) => peerId))
        return {
          relaying: relays.filter(({ inner }) => ids.has(inner.peerId)).length,
          honestThere: meshed.filter(({ peerId }) => honest.has(peerId)).length,
        }
      }
      // Slowly enough for the API, which limits how often it is asked.
      const lookUntil = (stop: (seen: Awaited<ReturnType<typeof look>>) => boolean, timeoutMs: number) =>
        until(async () => stop(await look()), { timeoutMs, everyMs: 250 })
      await lookUntil(({ relaying }) => relaying >= Math.min(4, relays.length), 5_000)
      if (isFull) await lookUntil(() => false, 120_000)
      const before = (await look()).relaying
      report.figure('relaysInMesh', before)
      report.require(before >= 2, 'the relays were in no mesh: the attack has no subject')
      for (const relay of relays) relay.isMute = true
      const started = performance.now()
      let [halvedMs, fewest] = [0, honest.size]
      await lookUntil(
        ({ relaying, honestThere }) => {
          fewest = Math.min(fewest, honestThere)
          if (halvedMs === 0 && relaying <= before / 2) halvedMs = performance.now() - started
          return halvedMs > 0 && (!isFull || performance.now() - started > 60_000)
        },
        isFull ? 70_000 : 20_000,
      )
      report.figure('halvedMs', halvedMs)
      report.require(halvedMs > 0 && halvedMs <= 60_000, 'silent peers keep their places in the mesh')
      report.figure('silentInMesh', (await look()).relaying)
      report.exactly('fewestHonestInMesh', fewest, honest.size)
    } finally {
      sight.client.close()
      await Promise.all([reserve.stop(), ...relays.map((relay) => relay.stop())])
    }
    return report
  },
}

export const CROWD_ATTACKS: readonly Attack[] = [a10, a11]
