/** Attacks on what is asked of others: A12 and A23. */
import { decodeObjectsRequest, encodeObjectsAnswer } from '../../../src/domain/codec/objects-codec.ts'
import { decodeTransaction, encodeBatch } from '../../../src/domain/codec/transaction-codec.ts'
import { HEARTBEAT_MS, messageIdsOf } from '../../../src/adapters/libp2p/gossip-options.ts'
import type { TxId } from '../../../src/domain/ids.ts'
import { itemKey, transactionOrder, type ItemKey } from '../../../src/domain/item-key.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import { toHex } from '../../../src/lib/bytes.ts'
import { keysOf } from '../objects/transactions.ts'
import { REASK_MS } from '../../../src/sync/limits.ts'
import { Report } from '../report.ts'
import type { Attack, Ground } from '../arena/attack.ts'
import type { HostilePeer } from '../hostile/hostile-peer.ts'
import { transactionOf } from '../processes/funded-network.ts'
import { eventually, Sight, staged, type Gang } from '../arena/sight.ts'

interface Named {
  readonly bytes: Uint8Array
  readonly id: TxId
  readonly key: ItemKey
}

/** A transaction so old that gossip has no more part in it. */
function named(ground: Ground, account: number, nonce: number): Named {
  const bytes = transactionOf(ground.network, ground.accounts + account, nonce, { createdAtMs: Date.now() - 10_000 })
  const decoded = decodeTransaction(bytes, signingPrefix('hearsay/tx/1', networkIdOf(ground.network)))
  if (!decoded.ok) throw new Error(decoded.code)
  const { id, createdAtMs } = decoded.value
  return { bytes, id, key: itemKey(transactionOrder(createdAtMs), id) }
}

/** Greeted, so that it is asked for what it says it holds. */
async function holder(gang: Gang, answer: (keys: readonly ItemKey[]) => Promise<readonly Uint8Array[] | null>) {
  const peer = await gang.member()
  await peer.serve('objects', async (bytes) => {
    const request = decodeObjectsRequest(bytes)
    if (request?.kind !== 'transactions-by-key') return null
    const objects = await answer(request.keys)
    return objects === null ? null : [encodeObjectsAnswer(objects)]
  })
  await gang.admit(peer)
  await peer.greet()
  return peer
}

/** A neighbour that is in nobody's mesh: it says what it has and gives it to who asks. */
async function announcer(gang: Gang, ground: Ground, messages: readonly Uint8Array[]): Promise<() => Promise<void>> {
  const peer = await gang.joined()
  const topicID = peer.topic('transactions')
  const ids = messageIdsOf(networkIdOf(ground.network))
  const byId = new Map(messages.map((data) => [toHex(ids.bytesOf(topicID, data)), data]))
  peer.onRpc = (rpc) => {
    if ((rpc.control?.graft.length ?? 0) > 0)
      void peer.rpc({ control: { prune: peer.topics().map((topic) => ({ topicID: topic, peers: [], backoff: 60 })) } })
    const asked = rpc.control?.iwant.flatMap(({ messageIDs }) => messageIDs) ?? []
    const wanted = asked.flatMap((id) => byId.get(toHex(id)) ?? [])
    if (wanted.length > 0) void peer.messages('transactions', wanted)
  }
  const messageIDs = messages.map((data) => ids.bytesOf(topicID, data))
  return () => peer.rpc({ control: { ihave: [{ topicID, messageIDs }] } })
}

const a12: Attack = {
  id: 'A12',
  title:
    'transactions of one sender that no mesh peer hands on, and holders that announce without end and never answer',
  controls: [
    { without: 'whoever repeats himself resets the clock of a request', shows: /slowestReaskMs is|holders were asked/ },
  ],
  async run(ground) {
    const report = new Report()
    const isFull = ground.scale === 'full'
    await staged(ground, async (gang, sight) => {
      // Only a peer outside of the mesh has them.
      const censored = Array.from({ length: isFull ? 64 : 8 }, (_, i) => named(ground, i, 0))
      const announce = await announcer(
        gang,
        ground,
        censored.map(({ bytes }) => encodeBatch([bytes])),
      )
      const everywhere = [sight, ...ground.others.map((place) => new Sight(place))]
      const started = performance.now()
      // Once a heartbeat, as the router does.
      let saidMs = Number.NEGATIVE_INFINITY
      const arrived = async (): Promise<boolean> => {
        if (performance.now() - saidMs >= HEARTBEAT_MS) {
          saidMs = performance.now()
          await announce()
        }
        for (const node of everywhere) for (const { id } of censored) if (!(await node.has(id))) return false
        return true
      }
      report.require(await eventually(arrived, 5_000), 'transactions were censored for more than 5 s')
      report.atMost('censoredMs', performance.now() - started, 5_000)
      for (const node of everywhere.slice(1)) node.client.close()
      await silentHolders(ground, gang, sight, report)
    })
    return report
  },
}

/** Holders that never answer, and repeat themselves while they are waited for; in the end one that answers. */
async function silentHolders(ground: Ground, gang: Gang, sight: Sight, report: Report): Promise<void> {
  const isFull = ground.scale === 'full'
  const wanted = named(ground, 100, 0)
  const askedMs: number[] = []
  const waitedFor: HostilePeer[] = []
  const silent = async (): Promise<void> => {
    const peer = await holder(gang, () => {
      askedMs.push(performance.now())
      waitedFor.push(peer)
      return Promise.resolve(null)
    })
    await peer.offer([wanted.key])
  }
  for (let i = 0; i < (isFull ? 4 : 2); i++) await silent()
  let announced = 0
  const repeat = async (): Promise<void> => {
    const peer = waitedFor.at(-1)
    if (peer === undefined) return
    announced++
    await peer.offer([wanted.key])
  }
  const honest = await holder(gang, () => {
    askedMs.push(performance.now())
    return Promise.resolve([wanted.bytes])
  })
  const all = isFull ? 4 : 2
  // 1,000 times while the clock of the first request runs, if the machine is that fast.
  const allAsked = eventually(() => askedMs.length >= all, (all + 1) * REASK_MS)
  while (askedMs.length < all && announced < (isFull ? 4_000 : 1_000)) await repeat()
  report.require(await allAsked, `only ${askedMs.length} of ${all} holders were asked`)
  await honest.offer([wanted.key])
  report.require(await eventually(() => sight.has(wanted.id), 2 * REASK_MS), 'the one that answers was not asked')
  report.figure('announced', announced)
  report.figure('holdersAsked', askedMs.length)
  const gaps = askedMs.slice(1).map((ms, i) => ms - (askedMs[i] ?? 0))
  // The kernel looks at its clock four times a second.
  report.atMost('slowestReaskMs', Math.max(...gaps), REASK_MS + 500)
}

const a23: Attack = {
  id: 'A23',
  title: 'answers with other valid transactions than those that were asked for',
  controls: [
    { without: 'another valid object than the one that was asked for is no offence', shows: /a liar was not cut/ },
  ],
  async run(ground) {
    const report = new Report()
    const isFull = ground.scale === 'full'
    const liars = isFull ? 10 : 2
    const each = isFull ? 100 : 30
    await staged(ground, async (gang, sight) => {
      let slowestMs = 0
      let replies = 0
      for (let liar = 0; liar < liars; liar++) {
        const account = (n: number): number => 8 * liar + (n % 4)
        const wanted = Array.from({ length: each }, (_, i) => named(ground, account(i), Math.floor(i / 4)))
        const lies = Array.from({ length: each }, (_, i) => named(ground, account(i) + 4, Math.floor(i / 4)))
        let liedMs = 0
        let askedMs = 0
        const honest = await holder(gang, (keys) => {
          askedMs ||= performance.now()
          return Promise.resolve(keys.flatMap((key) => wanted.find((item) => item.key === key)?.bytes ?? []))
        })
        const peer = await holder(gang, async (keys) => {
          // By the time of the lie another peer has said that it holds the same.
          if (liedMs === 0) await honest.offer(wanted.map(({ key }) => key))
          liedMs ||= performance.now()
          replies += keys.length
          return keys.map((_, i) => lies[i]?.bytes ?? new Uint8Array())
        })
        await peer.offer(wanted.map(({ key }) => key))
        report.require(await peer.isCut(5_000), 'a liar was not cut')
        const arrived = async (): Promise<boolean> => sight.has(wanted.at(-1)?.id ?? '')
        report.require(await eventually(arrived, 5_000), 'what was lied about never came')
        slowestMs = Math.max(slowestMs, askedMs - liedMs)
      }
      report.figure('replies', replies)
      report.require(replies >= liars * each, 'not everything was asked of a liar')
      report.atMost('otherAskedMs', slowestMs, 2_000)
      // By account, since the API limits how often it is asked.
      const held = async (first: number): Promise<number> => {
        let count = 0
        for (let liar = 0; liar < liars; liar++)
          for (let i = 0; i < 4; i++) {
            const key = toHex(keysOf(ground.accounts + 8 * liar + first + i).publicKey)
            const view = await sight.client.account(key)
            count += view.ok ? Number(view.value.nextNonce) : Number.NaN
            await eventually(() => false, 100)
          }
        return count
      }
      report.exactly('lost', liars * each - (await held(0)), 0)
      report.exactly('storedUnderOtherNames', await held(4), 0)
    })
    return report
  },
}

export const LIAR_ATTACKS: readonly Attack[] = [a12, a23]
