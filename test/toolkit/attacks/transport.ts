/** Attacks on sockets, handshakes, frames and identities: A9, A18, A26, A27, A31. */
import { connect as connectSocket, type Socket } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { encodeBatch } from '../../../src/domain/codec/transaction-codec.ts'
import { RPC_BYTES_MAX } from '../../../src/adapters/libp2p/gossip-options.ts'
import { SOCKETS_PER_ADDRESS_MAX, WINDOW_BYTES_MAX } from '../../../src/adapters/libp2p/limits.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { Report } from '../report.ts'
import type { Attack, Ground } from '../arena/attack.ts'
import { HostilePeer } from '../hostile/hostile-peer.ts'
import { transactionOf } from '../processes/funded-network.ts'
import { eventually, keep, Sight, staged } from '../arena/sight.ts'

function targetOf(ground: Ground): { host: string; port: number } {
  const [host, port] = multiaddr(ground.victim.address)
    .getComponents()
    .slice(0, 2)
    .map(({ value }) => value ?? '')
  return { host: host ?? '127.0.0.1', port: Number(port) }
}

/** A bare socket from one of the attackers' addresses. */
function dial(ground: Ground, ip: string): Socket {
  const socket = connectSocket({ ...targetOf(ground), localAddress: ip })
  socket.on('error', () => undefined)
  return socket
}

const a18: Attack = {
  id: 'A18',
  title: 'garbage, truncated and oversized frames at each layer',
  controls: [
    { without: 'unfinished frames of any length', shows: /a frame beyond every window was taken/ },
    { without: 'what cannot be read costs its sender nothing', shows: /was not cut for its garbage/ },
  ],
  async run(ground) {
    const report = new Report()
    const isFull = ground.scale === 'full'
    const prng = createPrng(ground.seed)
    await staged(ground, async (gang, sight) => {
      const rss = sight.rssMiB()
      // TCP and multistream: garbage before, or in the middle of, the negotiation.
      const sockets: Socket[] = []
      const hello = Buffer.from('\x13/multistream/1.0.0\n')
      for (let i = 0; i < (isFull ? 200 : 20); i++) {
        const socket = dial(ground, `${ground.net}.${1 + (i % 60)}`)
        sockets.push(socket)
        const garbage = prng.bytes(1 + prng.below(2_000))
        socket.write(i % 2 === 0 ? garbage : Buffer.concat([hello, garbage]))
        if (i % 4 === 3) await eventually(() => socket.destroyed, 200)
      }
      const started = performance.now()
      report.require(
        await eventually(() => sockets.every((socket) => socket.destroyed), 10_000),
        'garbage is kept open',
      )
      report.figure('garbageCutMs', performance.now() - started)
      // The length prefix of gossip frames.
      const endless = await gang.joined()
      await endless.raw(new Uint8Array(10).fill(0xff))
      report.require(await endless.isCut(10_000), 'a length without an end was taken')
      const oversized = await gang.joined()
      await oversized.frame(new Uint8Array(RPC_BYTES_MAX + 1))
      report.require(await oversized.isCut(10_000), 'an oversized RPC was taken')
      // Protobuf and transactions: ten of them are the budget of one identity.
      let frames = 0
      for (let identity = 0; identity < (isFull ? 60 : 6); identity++) {
        const peer = await gang.joined({ ip: `${ground.net}.${100 + identity}` })
        for (let i = 0; i < 17 && peer.connected; i++) {
          frames++
          const good = encodeBatch([transactionOf(ground.network, ground.accounts, 0)])
          for (let bit = 0; bit < 3; bit++) good[prng.below(4)] = prng.below(256)
          if (i % 2 === 0) await peer.frame(prng.bytes(1 + prng.below(400)))
          else await peer.messages('transactions', [good.subarray(0, prng.below(good.byteLength))])
        }
        report.require(await peer.isCut(5_000), `identity ${identity} was not cut for its garbage`)
      }
      report.figure('frames', frames)
      // yamux: a frame two bytes longer than a window, of which the last never comes.
      const giant = await gang.joined()
      // Nothing but this attack writes from here on: what its own multiplexer answers would be the rest of the frame.
      ;(giant.wire as unknown as { pause(): void }).pause()
      const isGone = async (): Promise<boolean> => {
        const peers = await sight.peers()
        return peers.length > 0 && peers.every(({ peerId }) => peerId !== giant.peerId)
      }
      report.require(!(await isGone()), 'the sender of a frame beyond every window was never there')
      const header = new Uint8Array(12)
      new DataView(header.buffer).setUint32(4, 1_001)
      new DataView(header.buffer).setUint32(8, WINDOW_BYTES_MAX + 2)
      giant.wire.send(header)
      for (let left = WINDOW_BYTES_MAX + 1; left > 0 && giant.connected; left -= 65_536) {
        giant.wire.send(new Uint8Array(Math.min(left, 65_536)))
        await eventually(() => giant.wire.writeBufferLength === 0 || !giant.connected, 5_000)
      }
      report.require(await eventually(isGone, 10_000), 'a frame beyond every window was taken')
      report.atMost('rssGrowthMiB', sight.rssMiB() - rss, 96)
    })
    return report
  },
}

const a26: Attack = {
  id: 'A26',
  title: 'hundreds of silent sockets, while an honest peer wants in',
  // The short form has fewer sockets than the victim takes.
  controls: [{ without: 'any number of sockets of one address', shows: /inside is|slowestMs is/, scale: 'full' }],
  async run(ground) {
    const report = new Report()
    const isFull = ground.scale === 'full'
    const sockets = new Set<Socket>()
    let open = true
    const hold = (ip: string): void => {
      const socket = dial(ground, ip)
      sockets.add(socket)
      socket.on('close', () => {
        sockets.delete(socket)
        // As fast as it may be, and no faster than a socket can be made.
        if (open) setTimeout(() => open && hold(ip), 250)
      })
    }
    try {
      await staged(ground, async (gang) => {
        for (let i = 0; i < (isFull ? 200 : 40); i++) hold(`${ground.net}.1`)
        for (let ip = 2; ip < 10; ip++) for (let i = 0; i < (isFull ? 50 : 8); i++) hold(`${ground.net}.${ip}`)
        let inside = 0
        let slowestMs = 0
        const tries = isFull ? 100 : 10
        for (let i = 0; i < tries; i++) {
          const honest = await gang.member({ ip: `${ground.net}.${20 + i}` })
          const started = performance.now()
          if (await honest.connect(ground.victim.address)) inside++
          const elapsedMs = performance.now() - started
          slowestMs = Math.max(slowestMs, elapsedMs)
          await honest.stop()
          if (isFull) await eventually(() => false, Math.max(0, 550 - elapsedMs))
        }
        report.exactly('inside', inside, tries)
        report.atMost('slowestMs', slowestMs, 2_000)
      })
    } finally {
      open = false
      for (const socket of sockets) socket.destroy()
    }
    return report
  },
}

/** Handshakes of a crowd under way at the same time. */
const CROWD_AT_ONCE = 8

/** Many identities at once: enough to fill every place of the victim. @param each how many of them share an address */
async function crowd(ground: Ground, count: number, each: number): Promise<HostilePeer[]> {
  const join = async (i: number): Promise<HostilePeer> => {
    const peer = await HostilePeer.create({
      name: `${ground.net} crowd ${i}`,
      ip: `${ground.net}.${100 + Math.floor(i / each)}`,
      network: ground.network,
    })
    if (await peer.connect(ground.victim.address)) {
      await peer.subscribe()
      await peer.rpc({ control: { graft: peer.topics().map((topicID) => ({ topicID })) } })
    }
    return peer
  }
  const peers: HostilePeer[] = []
  for (let i = 0; i < count; i += CROWD_AT_ONCE)
    peers.push(
      ...(await Promise.all(Array.from({ length: Math.min(CROWD_AT_ONCE, count - i) }, (_, j) => join(i + j)))),
    )
  return peers
}

const a27: Attack = {
  id: 'A27',
  title: 'every place taken by idle identities, then honest peers want in',
  controls: [{ without: 'nobody makes room', shows: /honest peers got in/ }],
  async run(ground) {
    const report = new Report()
    const isFull = ground.scale === 'full'
    // The victim takes 56, of which it keeps six free.
    const sybils = await crowd(ground, 56, SOCKETS_PER_ADDRESS_MAX)
    try {
      await staged(ground, async (gang, sight) => {
        report.figure('sybilsInside', sybils.filter(({ connected }) => connected).length)
        let accepted = 0
        const tries = isFull ? 50 : 8
        for (let i = 0; i < tries; i++) {
          const honest = await gang.member({ ip: `${ground.net}.${1 + i}` })
          if ((await honest.connect(ground.victim.address)) && !(await honest.isCut(300))) accepted++
          await honest.stop()
        }
        report.require(accepted >= tries - 1, `only ${accepted} of ${tries} honest peers got in`)
        report.figure('accepted', accepted)
        const honestPeers = new Set(ground.others.map(({ peerId }) => peerId))
        const still = (await sight.peers()).filter(({ peerId }) => honestPeers.has(peerId)).length
        report.exactly('honestKept', still, ground.others.length)
        report.atMost('peers', (await sight.peers()).length, 56)
      })
    } finally {
      await Promise.all(sybils.map((sybil) => sybil.stop()))
    }
    return report
  },
}

const a9: Attack = {
  id: 'A9',
  setting: { outbound: 4, inbound: 0 },
  title:
    'a hundred and twenty identities around one node, six of each address, which graft and forward nothing; then the node restarts',
  controls: [
    { without: 'any number of sockets of one address', shows: /peersOfOneAddress is/ },
    { without: 'anchors are forgotten', shows: /anchorsDialled is/, scale: 'full' },
  ],
  async run(ground) {
    const report = new Report()
    const isFull = ground.scale === 'full'
    // Two more of each address than may be in.
    const sybils = await crowd(ground, isFull ? 120 : 30, SOCKETS_PER_ADDRESS_MAX + 2)
    try {
      await staged(ground, async (_gang, sight) => {
        const honestPeers = new Set(ground.others.map(({ peerId }) => peerId))
        let fewest = ground.others.length
        await keep(
          isFull ? 20_000 : 1_500,
          async () => {
            const meshed = (await sight.peers()).filter(
              ({ peerId, mesh }) => honestPeers.has(peerId) && mesh.includes('transactions'),
            )
            fewest = Math.min(fewest, meshed.length)
          },
          4,
        )
        report.figure('fewestHonestInMesh', fewest)
        report.require(fewest >= 2, 'fewer than two honest peers were left in the mesh')
        report.atMost('sybilsInside', sybils.filter(({ connected }) => connected).length, 56)
        const perIp = new Map<string, number>()
        for (const { address, peerId } of await sight.peers()) {
          const ip = address.split('/')[2] ?? ''
          if (!honestPeers.has(peerId)) perIp.set(ip, (perIp.get(ip) ?? 0) + 1)
        }
        report.atMost('peersOfOneAddress', Math.max(0, ...perIp.values()), SOCKETS_PER_ADDRESS_MAX)
        if (!isFull) return
        await ground.restartVictim()
        // Nobody configured any peers of the victim for this start: it knows them as its anchors.
        const after = new Sight(ground.victim)
        const anchors = (await after.peers()).filter((peer) => peer.direction === 'outbound')
        after.client.close()
        report.exactly('anchorsDialled', anchors.filter(({ peerId }) => honestPeers.has(peerId)).length, 4)
      })
    } finally {
      await Promise.all(sybils.map((sybil) => sybil.stop()))
    }
    return report
  },
}

const a31: Attack = {
  id: 'A31',
  title: 'identities of other kinds than Ed25519',
  controls: [{ without: 'identities of any kind', shows: /identity is a peer/ }],
  async run(ground) {
    const report = new Report()
    await staged(ground, async (gang, sight) => {
      let refused = 0
      const kinds = ['secp256k1', 'RSA'] as const
      for (const keyType of kinds) {
        const odd = await gang.member({ keyType })
        if (await odd.isRefused(ground.victim.address)) refused++
        report.require((await sight.peer(odd.peerId)) === undefined, `a ${keyType} identity is a peer`)
      }
      report.exactly('refused', refused, kinds.length)
    })
    return report
  },
}

export const TRANSPORT_ATTACKS: readonly Attack[] = [a9, a18, a26, a27, a31]
