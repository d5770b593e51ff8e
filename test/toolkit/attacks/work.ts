/** Attacks that stay within every bound of one connection and cost work all the same: A43 to A46. */
import type { Stream } from '@libp2p/interface'
import { encodeBatch } from '../../../src/domain/codec/transaction-codec.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { Report } from '../report.ts'
import type { Attack, Ground } from '../arena/attack.ts'
import type { HostilePeer } from '../hostile/hostile-peer.ts'
import { transactionOf } from '../processes/funded-network.ts'
import { eventually, keep, staged, type Gang, type Sight } from '../arena/sight.ts'
import { yamuxHeader } from '../objects/yamux-header.ts'

/** How many attack at once, each from an address of its own. */
const GANG = 12
/** Within this time the victim is rid of them, also of those that come back. */
const CUT_MS = 5_000
/** How long they try, and how long those do who come back. */
const SIEGE_MS = 15_000
const RETURNS_MS = 6_000

/** What one attacker does in one round of 100 ms. */
type Deed = (peer: HostilePeer) => unknown

/** 270 KB a second over all twelve: RPCs that say nothing, one after the other. */
const EMPTY_RPCS = (() => {
  const one = Uint8Array.of(2, 0x1a, 0)
  const many = new Uint8Array(one.byteLength * 750)
  for (let at = 0; at < many.byteLength; at += one.byteLength) many.set(one, at)
  return many
})()

const emptyRpcs: Deed = (peer) => peer.raw(EMPTY_RPCS)

/** Bytes of all frames of one round, below 1 MiB a second. */
const FRAMES_BYTES = 90_000

function frames(one: Uint8Array): Uint8Array {
  const many = new Uint8Array(one.byteLength * Math.floor(FRAMES_BYTES / one.byteLength))
  for (let at = 0; at < many.byteLength; at += one.byteLength) many.set(one, at)
  return many
}

/** Frames by themselves, on a stream that is open. */
function onStream(type: number, length: number, body = 0): Deed {
  const streams = new WeakMap<HostilePeer, Stream>()
  return async (peer) => {
    let stream = streams.get(peer)
    if (stream?.status !== 'open') {
      stream = await peer.open('/meshsub/1.2.0')
      streams.set(peer, stream)
    }
    const one = new Uint8Array(12 + body)
    one.set(yamuxHeader(type, 0, Number(stream.id), length))
    peer.wire.send(frames(one))
  }
}

const emptyFrames = onStream(0, 0)
const windowUpdates = onStream(1, 1)
/** Each carries one byte of a frame that never ends. */
const crumbs = onStream(0, 1, 1)
const pings: Deed = (peer) => {
  peer.wire.send(frames(yamuxHeader(2, 1, 0, 7)).subarray(0, 12 * 10))
}
/** Streams by protocols of the node, and what identify pushes. */
const openings: Deed = async (peer) => {
  await Promise.allSettled(
    Array.from({ length: 50 }, async () => {
      const stream = await peer.open('/ipfs/id/push/1.0.0')
      stream.send(Uint8Array.of(3, 0x2a, 1, 0x61))
      await stream.close()
    }),
  )
}

/**
 * Starts them, and tells when the last of them was cut and what it cost.
 * @param dear what only its cost gives away: who does that is held back while the loop is late, and goes when that is
 *   not enough; what counts is what honest peers notice of it
 */
async function besiege(
  ground: Ground,
  report: Report,
  deeds: readonly Deed[],
  { returns = false, dear = null }: { returns?: boolean; dear?: Deed | null } = {},
): Promise<void> {
  await staged(ground, async (gang, sight) => {
    const peers: HostilePeer[] = []
    // A few at a time: handshakes are another attack.
    while (peers.length < GANG)
      peers.push(...(await Promise.all([0, 1, 2].map((i) => arrive(gang, ground, peers.length + i)))))
    const started = performance.now()
    const cutMs = new Map<HostilePeer, number>()
    let lastInMs = 0
    const deedOf = (index: number): Deed => deeds[index % deeds.length] as Deed
    const cheap = peers.filter((_, index) => deedOf(index) !== dear)
    const isOver = (): boolean => cutMs.size === GANG && (!returns || performance.now() - started > RETURNS_MS)
    const attack = async (peer: HostilePeer, deed: Deed): Promise<void> => {
      while (performance.now() - started < SIEGE_MS && !isOver()) {
        const roundMs = performance.now()
        try {
          await deed(peer)
        } catch {
          // Cut off: what attacks look for.
        }
        await peer.isCut(Math.max(10, 100 - (performance.now() - roundMs)))
        if (peer.connected) continue
        if (!cutMs.has(peer)) cutMs.set(peer, performance.now() - started)
        if (!returns) return
        if ((await peer.connect(ground.victim.address)) && !(await peer.isCut(200)))
          lastInMs = performance.now() - started
      }
    }
    await Promise.all(peers.map((peer, index) => attack(peer, deedOf(index))))
    report.figure('attackers', peers.length)
    report.exactly('cut', cheap.filter((peer) => cutMs.has(peer)).length, cheap.length)
    const dearCut = cutMs.size - cheap.filter((peer) => cutMs.has(peer)).length
    if (dear !== null && ground.scale === 'full') {
      report.figure('dearCut', dearCut)
      report.require(dearCut > 0, 'nobody had to go for what he cost')
    }
    // The short form shares its cores with other tests.
    const boundMs = ground.scale === 'full' ? CUT_MS : SIEGE_MS
    report.atMost('cutMs', Math.max(0, ...cheap.map((peer) => cutMs.get(peer) ?? SIEGE_MS)), boundMs)
    if (returns) report.atMost('lastInMs', lastInMs, boundMs)
    await stayOut(ground, report, cheap, sight)
  })
}

/** A busy machine may take longer for a handshake than a node waits for one. */
async function arrive(gang: Gang, ground: Ground, index: number): Promise<HostilePeer> {
  const peer = await gang.member({ ip: ipOf(ground, index) })
  if (!(await eventually(() => peer.connect(ground.victim.address), 20_000)))
    throw new Error('the victim refuses a peer without a past')
  await peer.subscribe()
  return peer
}

async function stayOut(ground: Ground, report: Report, peers: readonly HostilePeer[], sight: Sight): Promise<void> {
  const inside = new Set((await sight.peers()).map(({ peerId }) => peerId))
  report.exactly('inside', peers.filter(({ peerId }) => inside.has(peerId)).length, 0)
  let refused = 0
  for (const peer of peers.slice(0, 3)) refused += (await peer.isRefused(ground.victim.address)) ? 1 : 0
  report.exactly('refusedAfterwards', refused, Math.min(3, peers.length))
}

const ipOf = (ground: Ground, index: number): string => `${ground.net}.${1 + index}`

const a43: Attack = {
  id: 'A43',
  title: 'twelve peers with 270 KB a second in all, in RPCs that say nothing',
  controls: [{ without: 'RPCs that say nothing are free', shows: /cut is \d+, not 12/ }],
  async run(ground) {
    const report = new Report()
    await besiege(ground, report, [emptyRpcs])
    return report
  },
}

const a44: Attack = {
  id: 'A44',
  title: 'identities that spend what one connection may cost, hang up and come back, old ones and new ones',
  controls: [{ without: 'who cost too much may come back at once', shows: /lastVisitMs is/ }],
  async run(ground) {
    const report = new Report()
    const siegeMs = ground.scale === 'full' ? 20_000 : 12_000
    await staged(ground, async (gang, sight) => {
      const started = performance.now()
      let lastInMs = 0
      const old = await Promise.all([gang.member({ ip: ipOf(ground, 0) }), gang.member({ ip: ipOf(ground, 1) })])
      const visit = async (peer: HostilePeer): Promise<void> => {
        if (!(await peer.connect(ground.victim.address))) return
        for (let i = 0; i < 14 && peer.connected; i++) await peer.raw(EMPTY_RPCS)
        if (await peer.isCut(20)) return
        lastInMs = performance.now() - started
        await peer.hangUp()
      }
      const comeBack = (peer: HostilePeer): Promise<number> => keep(siegeMs, () => visit(peer), 5)
      const comeAsAnother = (ip: string): Promise<number> =>
        keep(siegeMs, async () => visit(await gang.member({ ip })), 2)
      await Promise.all([...old.map(comeBack), comeAsAnother(ipOf(ground, 2))])
      report.atMost('lastVisitMs', lastInMs, ground.scale === 'full' ? CUT_MS : siegeMs - 1_000)
      await stayOut(ground, report, old, sight)
      const another = await gang.member({ ip: ipOf(ground, 2) })
      report.require(await another.isRefused(ground.victim.address), 'a new identity of the same address is let in')
    })
    return report
  },
}

const a45: Attack = {
  id: 'A45',
  title: 'twelve peers with frames that carry nothing or a byte, window updates and pings, below 1 MiB a second',
  controls: [{ without: 'frames that say nothing are free', shows: /cut is \d+, not 12/ }],
  async run(ground) {
    const report = new Report()
    await besiege(ground, report, [emptyFrames, windowUpdates, crumbs, pings])
    return report
  },
}

/**
 * Messages of transactions that everybody has, in another order each time: new to the router, and to nobody else. Eight
 * thousand a second of each: at two thousand a fast machine keeps up, is late with nobody, and nobody has to go.
 */
function oldNews(ground: Ground): Deed {
  const items = Array.from({ length: 64 }, (_, i) => transactionOf(ground.network, ground.accounts + i, 0))
  const prng = createPrng(ground.seed)
  const some = (): Uint8Array => items[prng.below(items.length)] ?? new Uint8Array()
  const rpc = (): Uint8Array[] => Array.from({ length: 200 }, () => encodeBatch([some(), some()]))
  return async (peer) => {
    for (let i = 0; i < 4; i++) await peer.messages('transactions', rpc())
  }
}

const a46: Attack = {
  id: 'A46',
  title:
    'all of it at once: empty RPCs, empty frames, window updates, crumbs, streams and pushes; who is cut comes back',
  // The short form shares its cores with others, which nobody is judged for.
  controls: [{ without: "a late event loop is nobody's fault", shows: /nobody had to go/, scale: 'full' }],
  async run(ground) {
    const report = new Report()
    const cheap = [emptyRpcs, emptyFrames, windowUpdates, crumbs, openings, emptyRpcs]
    // What only its cost gives away needs a machine on which it costs something.
    const dear = oldNews(ground)
    const deeds = ground.scale === 'full' ? cheap.flatMap((deed) => [deed, dear]) : cheap
    await besiege(ground, report, deeds, { returns: true, dear })
    return report
  },
}

export const WORK_ATTACKS: readonly Attack[] = [a43, a44, a45, a46]
