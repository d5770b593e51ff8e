/** Attacks with what strangers say of addresses and members: A39, A40 and A41. */
import { createServer, type AddressInfo, type Server } from 'node:net'
import { createSigner } from '../../../src/adapters/crypto/signer.ts'
import { utf8 } from '../../../src/lib/bytes.ts'
import { sha256 } from '../../../src/lib/hash.ts'
import { RECORDS_TELLER_MAX } from '../../../src/membership/limits.ts'
import { until } from '../../../testnet/until.ts'
import { Report } from '../report.ts'
import type { Attack } from '../arena/attack.ts'
import type { HostilePeer } from '../hostile/hostile-peer.ts'
import { recordOf } from '../hostile/records.ts'
import { eventually, keep, staged, type Sight } from '../arena/sight.ts'

/** Ports of this machine where nobody but its own users has any business, and how often somebody knocked. */
class Canaries {
  readonly #servers: Server[] = []
  knocks = 0

  async open(count: number): Promise<number[]> {
    for (let i = 0; i < count; i++) {
      const server = createServer((socket) => {
        this.knocks++
        socket.destroy()
      })
      await new Promise<void>((resolve) => server.listen(0, '::', resolve))
      this.#servers.push(server)
    }
    return this.#servers.map((server) => (server.address() as AddressInfo).port)
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))))
  }
}

/** Ways to write this machine into a record. */
const INSIDE: readonly ((port: number) => string)[] = [
  (port) => `/ip4/127.0.0.1/tcp/${port}`,
  (port) => `/ip6/::1/tcp/${port}`,
  (port) => `/ip6/::ffff:127.0.0.1/tcp/${port}`,
  (port) => `/dns4/localhost/tcp/${port}`,
  (port) => `/dns4/127.0.0.1/tcp/${port}`,
  (port) => `/dns4/2130706433/tcp/${port}`,
  (port) => `/dns/127.0.0.1./tcp/${port}`,
  (port) => `/dns4/localhost./tcp/${port}`,
  (port) => `/dns6/localhost/tcp/${port}`,
]

const a39: Attack = {
  id: 'A39',
  title:
    'records with addresses that lead to services of the machine, written in every way, and owners that hang up to be looked for',
  setting: { network: 'open', discovery: true },
  controls: [{ without: 'names in records are dialled', shows: /knocks is/ }],
  async run(ground) {
    const report = new Report()
    const canaries = new Canaries()
    try {
      const ports = await canaries.open(INSIDE.length)
      await staged(ground, async (gang) => {
        for (const [at, write] of INSIDE.entries()) {
          const stranger = await gang.joined()
          await stranger.greet()
          await stranger.messages('records', [stranger.record([write(ports[at] ?? 1)])])
          // Whose connection ends is dialled to see whether it lives.
          if (at % 2 === 0) await eventually(() => canaries.knocks > 0, 500)
          if (at % 2 === 0) await stranger.stop()
        }
        await eventually(() => canaries.knocks > 0, ground.scale === 'full' ? 30_000 : 10_000)
      })
      report.figure('addresses', INSIDE.length)
      report.exactly('knocks', canaries.knocks, 0)
    } finally {
      await canaries.close()
    }
    return report
  },
}

/**
 * How long a connection stands before it is a place, ms: who was lost is dialled to see whether it lives, and left as
 * soon as that is known.
 */
const PLACE_MS = 1_000

/** Peers that the victim dialled, among these, and keeps. */
async function dialled(sight: Sight, ids: ReadonlySet<string>): Promise<number> {
  return (await sight.peers()).filter(
    ({ peerId, direction, connectedMs }) => direction === 'outbound' && connectedMs >= PLACE_MS && ids.has(peerId),
  ).length
}

const a40: Attack = {
  id: 'A40',
  title:
    'a dozen listeners of one machine, each with an identity and an address of its own, that want every outbound place',
  setting: { discovery: true },
  controls: [{ without: 'one machine may have every outbound place', shows: /mostPlaces is/ }],
  async run(ground) {
    const report = new Report()
    await staged(ground, async (gang, sight) => {
      const listeners: HostilePeer[] = []
      for (let i = 0; i < 12; i++) {
        const listener = await gang.member({ listen: `/ip4/${ground.net}.${100 + i}/tcp/0` })
        // Every third one never greets: it has a place all the same.
        await listener.serve('hello', () => (i % 3 === 2 ? null : [listener.hello()]))
        listeners.push(listener)
      }
      const herald = await gang.joined()
      await herald.greet()
      await herald.messages(
        'records',
        // An address that nobody has comes first in every other one, so that they look like machines all over the
        // world.
        listeners.map((peer, i) =>
          peer.record([...(i % 2 === 0 ? [] : [`/ip4/203.0.113.${i}/tcp/1`]), peer.listensAt]),
        ),
      )
      const ids = new Set(listeners.map(({ peerId }) => peerId))
      const honest = new Set(ground.others.map(({ peerId }) => peerId))
      let most = 0
      await eventually(
        async () => {
          most = Math.max(most, await dialled(sight, ids))
          return most > 1
        },
        ground.scale === 'full' ? 60_000 : 15_000,
      )
      report.figure('listeners', listeners.length)
      report.require(most > 0, 'nobody was dialled: the attack has no subject')
      report.atMost('mostPlaces', most, 1)
      report.figure('honestOutbound', await dialled(sight, honest))
      report.require((await dialled(sight, honest)) >= 1, 'the honest peer that was dialled lost its place')
    })
    return report
  },
}

/** After so many batches of A41 the book is looked at: once a second. */
const LOOK_ROUNDS = 20

const a41: Attack = {
  id: 'A41',
  title: 'records of 4,800 members that were invented, from four identities of one network',
  controls: [{ without: 'whoever dialled us may fill the book of members', shows: /records is/ }],
  async run(ground) {
    const report = new Report()
    const count = 4_800
    await staged(ground, async (gang, sight) => {
      const records = Array.from({ length: count }, (_, i) =>
        recordOf(ground.network, createSigner(sha256(utf8(`${ground.seed} invented ${i}`))), [
          `/ip4/${1 + (i % 126)}.${i % 250}.0.1/tcp/4001`,
        ]),
      )
      const liars = [await gang.joined(), await gang.joined(), await gang.joined(), await gang.joined()]
      const before = sight.rssMiB()
      const judged = await sight.outcomes(/./)
      // At its fullest: who looks for peers finds out in time that nobody lives there, and forgets them.
      let fullest = -1
      const look = async (): Promise<void> => {
        const limits = await sight.client.limits()
        const book = limits.ok ? limits.value.structures.find(({ name }) => name === 'membership.records') : undefined
        fullest = Math.max(fullest, book?.size ?? -1)
      }
      // As slowly as one peer's share of the queue needs.
      await keep(
        24_000,
        async (round) => {
          const batch = records.slice(round * 10, round * 10 + 10)
          if (batch.length > 0) await liars[round % liars.length]?.messages('records', batch)
          if (round % LOOK_ROUNDS === 0) await look()
        },
        20,
      )
      await eventually(async () => (await sight.outcomes(/./)) - judged >= count * 0.9, 5_000)
      report.figure('invented', count)
      report.figure('judged', (await sight.outcomes(/./)) - judged)
      await look()
      report.require(fullest > RECORDS_TELLER_MAX / 2, 'hardly any record was believed: the attack has no subject')
      report.atMost('records', fullest, RECORDS_TELLER_MAX + 16)
      report.atMost('rssGrowthMiB', sight.rssMiB() - before, 60)
      // A node that has just come is a member at once.
      const joiner = await ground.join()
      const isKnown = async (): Promise<boolean> => {
        const network = await sight.client.network()
        return (
          network.ok && network.value.members.some(({ peerId, state }) => peerId === joiner.peerId && state === 'alive')
        )
      }
      const since = performance.now()
      // Seldom: a picture of a thousand members is half a megabyte.
      report.require(await until(isKnown, { timeoutMs: 20_000, everyMs: 1_000 }), 'an honest newcomer is no member')
      report.figure('newcomerKnownMs', performance.now() - since)
    })
    return report
  },
}

export const INVENTED_ATTACKS: readonly Attack[] = [a39, a40, a41]
