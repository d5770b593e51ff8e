/** Attacks on the gossip router: A13 to A17, A29. */
import { createServer, type AddressInfo } from 'node:net'
import { encodeBatch } from '../../../src/domain/codec/transaction-codec.ts'
import { messageIdsOf, SCORE_THRESHOLDS } from '../../../src/adapters/libp2p/gossip-options.ts'
import { PINGS_BURST } from '../../../src/adapters/libp2p/limits.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { Report } from '../report.ts'
import type { Attack } from '../arena/attack.ts'
import { transactionOf } from '../processes/funded-network.ts'
import { readMetrics, sumOf } from '../processes/metrics-text.ts'
import { eventually, keep, staged, type Sight } from '../arena/sight.ts'

const a13: Attack = {
  id: 'A13',
  title: 'IHAVE for ids that do not exist, fifty times 5,000 a second',
  controls: [{ without: 'whoever announces without end is listened to', shows: /was heard for/ }],
  async run(ground) {
    const report = new Report()
    const prng = createPrng(ground.seed)
    const ms = ground.scale === 'full' ? 28_000 : 3_500
    await staged(ground, async (gang, sight) => {
      const attacker = await gang.joined()
      const started = performance.now()
      let gagged = 0
      const lists = Array.from({ length: 20 }, () => Array.from({ length: 5_000 }, () => prng.bytes(32)))
      await keep(
        ms,
        async (round) => {
          const ids = lists[round % lists.length] ?? []
          ids.forEach((id) => (id[0] = (id[0] ?? 0) + 1))
          await attacker.rpc({ control: { ihave: [{ topicID: attacker.topic('transactions'), messageIDs: ids }] } })
          if (gagged > 0 || round % 5 !== 0) return
          const score = (await sight.peer(attacker.peerId))?.score ?? Number.NEGATIVE_INFINITY
          if (score < SCORE_THRESHOLDS.gossipThreshold) gagged = performance.now() - started
        },
        50,
      )
      const heartbeats = Math.ceil((performance.now() - started) / 1_000) + 1
      report.figure('gaggedMs', gagged)
      report.require(gagged > 0 && gagged <= 5_000, `the liar was heard for ${gagged} ms`)
      report.atMost('idsAskedPerHeartbeat', attacker.heard.iwantIds / heartbeats, 5_000)
    })
    return report
  },
}

const a14: Attack = {
  id: 'A14',
  title: 'IWANT for every known id, over and over',
  controls: [{ without: 'answers to IWANT are not counted', shows: /timesAnswered is/ }],
  async run(ground) {
    const report = new Report()
    const count = ground.scale === 'full' ? 300 : 50
    const ms = ground.scale === 'full' ? 30_000 : 1_500
    await staged(ground, async (gang, sight) => {
      const ids = messageIdsOf(networkIdOf(ground.network))
      const helper = await gang.joined()
      // There before the messages are: the router keeps them for six heartbeats.
      const attacker = await gang.member()
      await attacker.connect(ground.victim.address)
      const batches = Array.from({ length: count }, (_, i) =>
        encodeBatch([
          transactionOf(ground.network, ground.accounts + (i % 64), Math.floor(i / 64), {
            payload: new Uint8Array(10_000),
          }),
        ]),
      )
      for (let at = 0; at < count; at += 20) await helper.messages('transactions', batches.slice(at, at + 20))
      const bytes = batches.reduce((sum, batch) => sum + batch.byteLength, 0)
      const wanted = batches.map((batch) => ids.bytesOf(attacker.topic('transactions'), batch))
      const rss = sight.rssMiB()
      // An honest question first: whoever then asks for megabytes twenty times a second is cut as one that doesn't
      // read.
      await attacker.rpc({ control: { iwant: [{ messageIDs: wanted.slice(-10) }] } })
      await eventually(() => attacker.heard.messages > 0, 3_000)
      // As fast as they come, and no faster: the same few until nothing comes any more.
      const few = Math.min(20, count)
      const [fewBytes, heardBefore] = [
        batches.slice(0, few).reduce((sum, { byteLength }) => sum + byteLength, 0),
        attacker.heard.bytes,
      ]
      for (let round = 1; round <= 8; round++) {
        const before = attacker.heard.messages
        await attacker.rpc({ control: { iwant: [{ messageIDs: wanted.slice(0, few) }] } })
        if (!(await eventually(() => attacker.heard.messages - before >= few, 500))) break
      }
      report.atMost('timesAnswered', (attacker.heard.bytes - heardBefore) / fewBytes, 3.05)
      await keep(ms, () => attacker.rpc({ control: { iwant: [{ messageIDs: wanted }] } }), 20)
      report.figure('cachedBytes', bytes)
      report.figure('sentBytes', attacker.heard.bytes)
      report.require(attacker.heard.messages > 0, 'not even an honest question was answered')
      // Each is sent at most three times to one peer, while it is in the cache.
      report.atMost('amplification', attacker.heard.bytes / bytes, 3)
      report.figure('rssGrowthMiB', sight.rssMiB() - rss)
    })
    return report
  },
}

const a15: Attack = {
  id: 'A15',
  title: 'IDONTWANT with ids that are one byte too long, ten thousand a second',
  controls: [{ without: 'ids of any length are kept as they are', shows: /idsKept is/ }],
  async run(ground) {
    const report = new Report()
    const prng = createPrng(ground.seed)
    const ms = ground.scale === 'full' ? 30_000 : 1_500
    await staged(ground, async (gang, sight) => {
      const attacker = await gang.joined()
      const ids = Array.from({ length: 500 }, () => prng.bytes(33))
      let kept = 0
      const rss = sight.rssMiB()
      const rounds = await keep(
        ms,
        async (round) => {
          ids.forEach((id) => id.set(prng.bytes(4)))
          await attacker.rpc({ control: { idontwant: [{ messageIDs: ids }] } })
          if (round % 20 === 19) kept = Math.max(kept, await idsKept(sight))
        },
        20,
      )
      kept = Math.max(kept, await idsKept(sight))
      // The router counts what it keeps; honest neighbours say IDONTWANT too, once a message.
      report.atMost('idsKept', kept, 200)
      report.figure('idsSent', rounds * ids.length)
      // 10 MiB are asked; a process under load moves by more than that between two collections.
      report.atMost('rssGrowthMiB', sight.rssMiB() - rss, 64)
    })
    return report
  },
}

/** How many ids the victim's router keeps as unwanted by others. */
async function idsKept(sight: Sight): Promise<number> {
  return sumOf(await readMetrics(sight.client), 'gossipsub_cache_size', ['cache', /^idontwants$/])
}

const a16: Attack = {
  id: 'A16',
  title: 'GRAFT a thousand times a second during back-off, PRUNE with a back-off of 2^53 s',
  controls: [{ without: 'GRAFT during back-off costs nothing', shows: /the flood was heard/ }],
  async run(ground) {
    const report = new Report()
    const ms = ground.scale === 'full' ? 10_000 : 2_500
    await staged(ground, async (gang, sight) => {
      const attacker = await gang.joined()
      const topics = attacker.topics()
      const backoff = Number.MAX_SAFE_INTEGER
      const prune = topics.map((topicID) => ({ topicID, peers: [], backoff }))
      const graft = topics.map((topicID) => ({ topicID }))
      // Pruned by itself: from here on it is in back-off.
      await attacker.rpc({ control: { prune } })
      const started = performance.now()
      let gagged = 0
      await keep(
        ms,
        async (round) => {
          await attacker.rpc({ control: { graft } })
          if (round % 50 === 0) await attacker.rpc({ control: { prune } })
          if (gagged > 0 || round % 100 !== 0) return
          const score = (await sight.peer(attacker.peerId))?.score ?? Number.NEGATIVE_INFINITY
          if (score < SCORE_THRESHOLDS.graylistThreshold) gagged = performance.now() - started
        },
        1_000,
      )
      report.figure('graylistedMs', gagged)
      report.require(gagged > 0 && gagged <= 3_500, `the flood was heard for ${gagged} ms`)
      report.exactly('meshes', (await sight.peer(attacker.peerId))?.mesh.length ?? 0, 0)
    })
    return report
  },
}

/** How many topics the victim's router knows. */
async function topicsKept(sight: Sight): Promise<number> {
  return sumOf(await readMetrics(sight.client), 'gossipsub_cache_size', ['cache', /^topics$/])
}

const a17: Attack = {
  id: 'A17',
  title: 'a hundred thousand subscriptions, and messages on topics that are not ours',
  controls: [
    { without: 'any topic is allowed', shows: /topicsKept is .* more than/ },
    { without: 'messages on any topic', shows: /other topics was not cut/ },
  ],
  async run(ground) {
    const report = new Report()
    const count = ground.scale === 'full' ? 100_000 : 10_000
    await staged(ground, async (gang, sight) => {
      const attacker = await gang.joined()
      const rss = sight.rssMiB()
      for (let at = 0; at < count && attacker.connected; at += 16) {
        const subscriptions = Array.from({ length: 16 }, (_, i) => ({ subscribe: true, topic: `/evil/${at + i}` }))
        await attacker.rpc({ subscriptions })
      }
      const kept = await topicsKept(sight)
      report.require(kept > 0, 'the router does not say how many topics it knows')
      report.atMost('topicsKept', kept, attacker.topics().length)
      const other = await gang.joined()
      for (let i = 0; i < 12; i++) await other.rpc({ messages: [{ topic: `/other/${i}`, data: Uint8Array.of(i) }] })
      report.require(await other.isCut(5_000), 'who sends messages on other topics was not cut')
      report.atMost('rssGrowthMiB', sight.rssMiB() - rss, 48)
      const mesh = await sight.client.mesh()
      report.exactly('topics', mesh.ok ? mesh.value.topics.length : -1, 3)
    })
    return report
  },
}

const a29: Attack = {
  id: 'A29',
  title: 'PRUNE with peers that lead to a trap, and identify with thousands of addresses',
  controls: [{ without: 'peers that peers offer are dialled', shows: /dialsCaused is/ }],
  async run(ground) {
    const report = new Report()
    let visits = 0
    const trap = createServer((socket) => {
      visits++
      socket.destroy()
    })
    await new Promise<void>((resolve) => trap.listen(0, `${ground.net}.250`, resolve))
    try {
      await staged(ground, async (gang, sight) => {
        const isFull = ground.scale === 'full'
        const attacker = await gang.joined()
        const { port } = trap.address() as AddressInfo
        const ip = `/ip4/${ground.net}.250/tcp`
        // Strangers who say by identify that they listen in the trap, up to thousands of times, and hang up. Then they
        // are offered as peers.
        for (const count of isFull ? [1, 16, 100, 3_000, 3_000] : [1, 3_000]) {
          const announce = Array.from({ length: count }, (_, i) => (i === 0 ? `${ip}/${port}` : `${ip}/${i}`))
          const boaster = await gang.joined({ announce })
          const isKnown = async (): Promise<boolean> => ((await sight.peer(boaster.peerId))?.agentVersion ?? '') !== ''
          await eventually(isKnown, 2_000)
          await boaster.stop()
          await eventually(async () => (await sight.peer(boaster.peerId)) === undefined, 2_000)
          const peers = [{ peerID: boaster.peerIdBytes }]
          const prune = attacker.topics().map((topicID) => ({ topicID, peers, backoff: 1 }))
          await keep(isFull ? 5_000 : 1_500, () => attacker.rpc({ control: { prune } }), 20)
        }
        report.exactly('dialsCaused', visits, 0)
      })
    } finally {
      trap.close()
    }
    return report
  },
}

const a28: Attack = {
  id: 'A28',
  title: 'a peer that never reads what it asks for, and one that pings without end',
  controls: [{ without: 'any number of pings and streams', shows: /the pinger was not cut/ }],
  async run(ground) {
    const report = new Report()
    await staged(ground, async (gang, sight) => {
      const rss = sight.rssMiB()
      const deaf = await gang.joined({ deaf: true })
      const helper = await gang.joined()
      const count = ground.scale === 'full' ? 400 : 60
      for (let i = 0; i < count; i++) {
        const bytes = transactionOf(ground.network, ground.accounts + (i % 64), Math.floor(i / 64), {
          payload: new Uint8Array(16_000),
        })
        await helper.messages('transactions', [encodeBatch([bytes])])
      }
      const pinger = await gang.joined({ encryption: 'noise' })
      const { wire } = pinger
      ;(wire as unknown as { pause(): void }).pause()
      const pings = new Uint8Array(12 * PINGS_BURST)
      for (let i = 0; i < PINGS_BURST; i++) pings.set([0, 2, 0, 1, 0, 0, 0, 0, 0, 0, i >> 8, i & 255], 12 * i)
      const started = performance.now()
      const limitMs = ground.scale === 'full' ? 30_000 : 10_000
      while (pinger.connected && performance.now() - started < limitMs) {
        if ((await sight.peer(pinger.peerId)) === undefined) break
        wire.send(pings)
        await eventually(() => !pinger.connected, 100)
      }
      report.figure('pingerCutMs', performance.now() - started)
      report.require((await sight.peer(pinger.peerId)) === undefined, 'the pinger was not cut')
      report.figure('deafConnected', (await sight.peer(deaf.peerId)) !== undefined)
      report.atMost('rssGrowthMiB', sight.rssMiB() - rss, 96)
    })
    return report
  },
}

export const ROUTER_ATTACKS: readonly Attack[] = [a13, a14, a15, a16, a17, a28, a29]
