/** Attacks with blocks and with requests: A8, A20, A32. */
import {
  encodeCompactBlock,
  decodeSignedHeader,
  encodeHeader,
  encodeSignedHeader,
} from '../../../src/domain/codec/block-codec.ts'
import { KEPT_BURST, KEPT_PER_SECOND } from '../../../src/adapters/libp2p/limits.ts'
import { encodeChainRequest } from '../../../src/domain/codec/chain-codec.ts'
import { encodeObjectsRequest } from '../../../src/domain/codec/objects-codec.ts'
import { headerOf } from '../../../src/domain/block.ts'
import { asAccountId, asBlockHash, asTxId, type NetworkId } from '../../../src/domain/ids.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import { protocolName } from '../../../src/domain/protocols.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import { slotAt, slotTimeMs } from '../../../src/domain/slots.ts'
import { concatBytes, toHex } from '../../../src/lib/bytes.ts'
import { sha256Hex } from '../../../src/lib/hash.ts'
import { sign } from '../../../src/wallet/keys.ts'
import { keysOf } from '../objects/transactions.ts'
import * as lp from 'it-length-prefixed'
import { Report } from '../report.ts'
import type { Attack, Ground } from '../arena/attack.ts'
import type { HostilePeer } from '../hostile/hostile-peer.ts'
import { PROPOSER } from '../processes/funded-network.ts'
import { eventually, keep, staged } from '../arena/sight.ts'

/** An empty block whose header holds, signed by `signer` in the proposer's name. */
function blockOf(
  ground: Ground,
  place: { parent: string; height: number; slot: number; salt: number },
  signer = PROPOSER,
): Uint8Array {
  const network = networkIdOf(ground.network)
  const prefix = signingPrefix('hearsay/block/1', network)
  const { secret, publicKey } = keysOf(signer)
  const header = encodeHeader(
    headerOf(
      {
        parent: asBlockHash(place.parent),
        height: place.height,
        slot: place.slot,
        proposer: asAccountId(toHex(publicKey)),
        ledgerRoot: sha256Hex(Uint8Array.of(place.salt & 255, place.salt >> 8)),
      },
      [],
    ),
  )
  const decoded = decodeSignedHeader(encodeSignedHeader(header, sign(secret, concatBytes(prefix, header))), prefix)
  if (!decoded.ok) throw new Error('the header does not decode')
  return encodeCompactBlock(decoded.value, [], [])
}

const a8: Attack = {
  id: 'A8',
  title: 'blocks from the near future, the far future and the past',
  controls: [{ without: 'a block of any slot is due', shows: /tooEarly is/ }],
  async run(ground) {
    const report = new Report()
    const parent = networkIdOf(ground.network)
    await staged(ground, async (gang, sight) => {
      const attacker = await gang.joined()
      const count = async (pattern: RegExp): Promise<number> => sight.outcomes(pattern)
      const before = { accepted: await count(/^accepted$/), early: await count(/^ignored-slot-too-early$/) }
      const first = (slot: number): Uint8Array => blockOf(ground, { parent, height: 1, slot, salt: slot })
      // The past is no fault by itself: the parent's slot is the rule.
      await attacker.messages('blocks', [first(1)])
      const next = slotAt(ground.network, Date.now()) + 1
      const dueMs = slotTimeMs(ground.network, next)
      // Up to 2 s early: held until it is due, then taken.
      await attacker.messages('blocks', [first(next)])
      report.figure('earlyByMs', dueMs - Date.now())
      await attacker.messages('blocks', [first(next + 2), first(next + 1_800)])
      await eventually(async () => (await count(/^ignored-slot-too-early$/)) - before.early >= 2, 5_000)
      report.exactly('tooEarly', (await count(/^ignored-slot-too-early$/)) - before.early, 2)
      const seen = async (): Promise<boolean> => {
        const outcome = await sight.client.metrics()
        return outcome.ok && Date.now() >= dueMs + 200
      }
      await eventually(seen, 5_000)
      report.require(
        (await count(/^accepted$/)) - before.accepted >= 2,
        'the past block and the early one were not taken',
      )
      report.exactly('offences', (await sight.peer(attacker.peerId))?.offences ?? -1, 0)
    })
    return report
  },
}

const a20: Attack = {
  id: 'A20',
  title: 'signed blocks without parents from many peers, and blocks of who may not make any',
  controls: [{ without: 'any number of blocks without parents', shows: /orphans is/ }],
  async run(ground) {
    const report = new Report()
    const isFull = ground.scale === 'full'
    await staged(ground, async (gang, sight) => {
      const slots = slotAt(ground.network, Date.now())
      let salt = 0
      for (let i = 0; i < (isFull ? 30 : 6); i++) {
        const peer = await gang.joined()
        const orphans = Array.from({ length: isFull ? 100 : 30 }, () => {
          salt++
          // Heights that a chain of these slots can have.
          const slot = 2 + (salt % Math.max(1, slots - 2))
          return blockOf(ground, { parent: sha256Hex(Uint8Array.of(salt & 255, salt >> 8, 1)), height: 2, slot, salt })
        })
        for (let at = 0; at < orphans.length; at += 50) await peer.messages('blocks', orphans.slice(at, at + 50))
      }
      const limits = await sight.client.limits()
      const held = limits.ok ? limits.value.structures.find(({ name }) => name === 'chain.orphans') : undefined
      report.figure('sent', salt)
      report.atMost('orphans', held?.size ?? Number.POSITIVE_INFINITY, 64)
      const impostor = await gang.joined()
      const parent = networkIdOf(ground.network)
      const wrong = Array.from({ length: 12 }, (_, i) =>
        blockOf(ground, { parent, height: 1, slot: 2 + i, salt: 9_000 + i }, 0),
      )
      await impostor.messages('blocks', wrong)
      report.require(await impostor.isCut(5_000), "who makes blocks in a name that is not the slot's was not cut")
    })
    return report
  },
}

/** One request on a stream of its own; bytes of the answer, null when it was refused. */
async function ask(peer: HostilePeer, protocol: string, request: Uint8Array): Promise<number | null> {
  try {
    const stream = await peer.open(protocol)
    stream.send(lp.encode.single(request))
    await stream.close({ signal: AbortSignal.timeout(5_000) })
    let bytes = 0
    for await (const piece of stream) bytes += piece.byteLength
    return bytes
  } catch {
    return null
  }
}

/** Length of a ping (PROTOCOL.md, Request protocols). */
const PING_BYTES = 66

/** One probe after the other on one stream; how many were answered before it was cut, or had answered `most`. */
async function askOnOneStream(peer: HostilePeer, network: NetworkId, most: number): Promise<number> {
  let answered = 0
  try {
    const stream = await peer.open(protocolName(network, 'probe'))
    const frames = lp.decode(stream)[Symbol.asyncIterator]()
    for (; answered < most; answered++) {
      // The kind of a ping, and noughts for the rest of it.
      stream.send(lp.encode.single(new Uint8Array(PING_BYTES)))
      const { done } = await frames.next()
      if (done === true) break
    }
  } catch {
    // Cut.
  }
  return answered
}

const a32: Attack = {
  id: 'A32',
  title: 'requests without end: unknown names by the thousand, the longest ranges, garbage',
  controls: [{ without: 'a kept stream serves any number of requests', shows: /probesAnswered is/ }],
  async run(ground) {
    const report = new Report()
    const network = networkIdOf(ground.network)
    const ids = Array.from({ length: 256 }, (_, i) => asTxId(sha256Hex(Uint8Array.of(i, 7))))
    const objects = encodeObjectsRequest({ kind: 'transactions', ids })
    const blocks = encodeObjectsRequest({ kind: 'blocks', hashes: ids.slice(0, 16).map(asBlockHash) })
    const headers = encodeChainRequest({ kind: 'headers', locator: [asBlockHash(network)], limit: 512 })
    await staged(ground, async (gang, sight) => {
      const rss = sight.rssMiB()
      const peers = await Promise.all([gang.joined(), gang.joined(), gang.joined()])
      let [answered, refused, bytes] = [0, 0, 0]
      await keep(ground.scale === 'full' ? 15_000 : 2_000, async (round) => {
        const answers = await Promise.all(
          peers.flatMap((peer) => [
            ask(peer, protocolName(network, 'objects'), round % 2 === 0 ? objects : blocks),
            ask(peer, protocolName(network, 'chain'), headers),
            ask(peer, protocolName(network, 'reconcile'), Uint8Array.of(9, 9, 9)),
          ]),
        )
        for (const answer of answers) {
          if (answer === null) refused++
          else answered++
          bytes += answer ?? 0
        }
      })
      // The stream that stays open: asked as fast as it answers, until it is cut or has answered more than its share.
      const asker = await gang.joined()
      report.atMost(
        'probesAnswered',
        await askOnOneStream(asker, network, 4 * KEPT_BURST),
        KEPT_BURST + 4 * KEPT_PER_SECOND,
      )
      report.figure('answered', answered)
      report.figure('refused', refused)
      report.figure('answeredKiB', bytes / 1_024)
      report.atMost('rssGrowthMiB', sight.rssMiB() - rss, 64)
    })
    return report
  },
}

export const CHAIN_ATTACKS: readonly Attack[] = [a8, a20, a32]
