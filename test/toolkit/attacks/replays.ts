/** Attacks with what was once good, and with what may never be: A2, A6, A7, A24, A42. */
import sodium from 'sodium-native'
import {
  encodeBatch,
  encodeSignedTransaction,
  encodeTransactionBody,
} from '../../../src/domain/codec/transaction-codec.ts'
import { SEEN_TTL_MS } from '../../../src/adapters/libp2p/gossip-options.ts'
import { MEMPOOL_LIMITS } from '../../../src/mempool/limits.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import { concatBytes } from '../../../src/lib/bytes.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { keysOf } from '../objects/transactions.ts'
import { Report } from '../report.ts'
import type { Attack, Ground } from '../arena/attack.ts'
import { transactionOf } from '../processes/funded-network.ts'
import { eventually, staged, type Gang, type Sight } from '../arena/sight.ts'

/** Hands in fresh transactions of the attackers' accounts and waits until the victim has them. */
async function settled(ground: Ground, gang: Gang, sight: Sight, count: number): Promise<Uint8Array[]> {
  const helper = await gang.joined()
  const transactions = Array.from({ length: count }, (_, i) =>
    transactionOf(ground.network, ground.accounts + (i % 64), Math.floor(i / 64)),
  )
  const before = await sight.outcomes(/^accepted$/)
  for (let at = 0; at < count; at += 100) {
    await helper.messages(
      'transactions',
      transactions.slice(at, at + 100).map((bytes) => encodeBatch([bytes])),
    )
    const due = Math.min(count, at + 100)
    await eventually(async () => (await sight.outcomes(/^accepted$/)) - before >= due)
  }
  return transactions
}

/** Sends all again in new messages, as after the router has forgotten them, and counts what that changed. */
async function replay(sight: Sight, gang: Gang, transactions: readonly Uint8Array[], report: Report, round = 1) {
  const attacker = await gang.joined()
  const ignored = await sight.outcomes(/^ignored-/)
  // Pairs, so that the bytes of the messages are new.
  const messages = transactions.map((bytes, i) =>
    encodeBatch([bytes, transactions[(i + round) % transactions.length] ?? bytes]),
  )
  // One lot after the other: more at once than one peer's share of the queue would be shed, and not judged.
  for (let at = 0; at < messages.length; at += 100) {
    await attacker.messages('transactions', messages.slice(at, at + 100))
    const judged = Math.min(messages.length, at + 100)
    await eventually(async () => (await sight.outcomes(/^ignored-/)) - ignored >= judged, 5_000)
  }
  report.figure('replayed', messages.length)
  report.require((await sight.outcomes(/^ignored-/)) - ignored >= messages.length, 'not every replay was ignored')
  const score = (await sight.peer(attacker.peerId))?.score ?? 0
  report.require(score <= 1, `the replays raised the score of their sender to ${score}`)
  await attacker.stop()
}

const a6: Attack = {
  id: 'A6',
  title: 'replays after the router has forgotten',
  controls: [{ without: 'a message that holds nothing new is handed on', shows: /not every replay was ignored/ }],
  async run(ground) {
    const report = new Report()
    const isFull = ground.scale === 'full'
    await staged(ground, async (gang, sight) => {
      const transactions = await settled(ground, gang, sight, isFull ? 500 : 100)
      const pool = await sight.client.mempool({ limit: 1 })
      await replay(sight, gang, transactions, report)
      if (!isFull) return
      // And the very same messages, once the router's own memory of them has ended.
      await eventually(() => false, SEEN_TTL_MS + 2_000)
      const attacker = await gang.joined()
      const ignored = await sight.outcomes(/^ignored-nothing-new$/)
      for (let at = 0; at < transactions.length; at += 100) {
        await attacker.messages(
          'transactions',
          transactions.slice(at, at + 100).map((bytes) => encodeBatch([bytes])),
        )
        const due = Math.min(transactions.length, at + 100)
        await eventually(async () => (await sight.outcomes(/^ignored-nothing-new$/)) - ignored >= due)
      }
      await eventually(async () => (await sight.outcomes(/^ignored-nothing-new$/)) - ignored >= transactions.length)
      report.exactly('ignoredAfterTtl', (await sight.outcomes(/^ignored-nothing-new$/)) - ignored, transactions.length)
      report.figure('poolBefore', pool.ok ? pool.value.count : -1)
    })
    return report
  },
}

async function isEmpty(sight: Sight): Promise<boolean> {
  const pool = await sight.client.mempool({ limit: 1 })
  return pool.ok && pool.value.count === 0
}

const a7: Attack = {
  id: 'A7',
  title: 'replays while the clock of the victim jumps an hour ahead and back',
  controls: [{ without: 'what left the pool is forgotten', shows: /not every replay was ignored/ }],
  withoutTraffic: true,
  async run(ground) {
    const report = new Report()
    const HOUR_MS = 3_600_000
    await staged(ground, async (gang, sight) => {
      const transactions = await settled(ground, gang, sight, ground.scale === 'full' ? 300 : 60)
      const dials = (await sight.peers()).length
      for (const [round, aheadMs] of [HOUR_MS, -HOUR_MS, 0].entries()) {
        await ground.setVictimClock(aheadMs)
        // An hour ahead everything has expired: what left the pool must be known when the clock is right again.
        if (round === 0) report.require(await eventually(() => isEmpty(sight), 10_000), 'nothing expired an hour ahead')
        await replay(sight, gang, transactions, report, round + 1)
      }
      const bans = await sight.client.peers()
      const horizon = Date.now() + HOUR_MS + 60_000
      if (bans.ok)
        for (const { untilMs } of bans.value.bans) report.require(untilMs <= horizon, 'a ban lasts beyond its hour')
      report.require((await sight.peers()).length >= dials - 2, 'the jump cost connections')
    })
    return report
  },
}

const a24: Attack = {
  id: 'A24',
  title: 'transactions with gaps before them that fill the pool and may never pay',
  controls: [{ without: 'what may never pay takes every place', shows: /parked is/ }],
  async run(ground) {
    const report = new Report()
    const prng = createPrng(ground.seed)
    const accounts = ground.scale === 'full' ? 120 : 80
    await staged(ground, async (gang, sight) => {
      const attacker = await gang.joined()
      const before = await sight.client.mempool({ limit: 1 })
      const pendingBefore = before.ok ? before.value.count - before.value.parked : 0
      const gaps: Uint8Array[] = []
      // Nonce 0 is missing everywhere: none of them is payable.
      for (let account = 0; account < accounts; account++)
        for (let nonce = 1; nonce <= 16; nonce++)
          gaps.push(transactionOf(ground.network, ground.accounts + account, nonce))
      const shuffled = prng.shuffled(gaps)
      // One lot after the other: more at once than one peer's share of the queue would be shed, and not parked.
      for (let at = 0; at < shuffled.length; at += 50) {
        const lot = shuffled.slice(at, at + 50).map((bytes) => encodeBatch([bytes]))
        const judged = (await sight.outcomes(/./)) + lot.length
        await attacker.messages('transactions', lot)
        await eventually(async () => (await sight.outcomes(/./)) >= judged, 5_000)
      }
      await eventually(async () => (await sight.metric('hearsay_messages_waiting')) === 0, 15_000)
      const during = await sight.client.mempool({ limit: 1 })
      if (!during.ok) throw new Error('the victim does not answer')
      const { parkedMax } = MEMPOOL_LIMITS.node
      report.require(during.value.parked >= 0.9 * parkedMax, 'few are parked: the attack has no subject')
      report.atMost('parked', during.value.parked, parkedMax)
      report.require(during.value.count - during.value.parked >= pendingBefore, 'pending transactions were displaced')
      // The missing one comes: exactly the run behind it becomes payable.
      const filler = await gang.joined()
      const account = ground.accounts
      const key = Buffer.from(transactionOf(ground.network, account, 0).subarray(68, 100)).toString('hex')
      const view = async (): Promise<number> => {
        const outcome = await sight.client.account(key)
        return outcome.ok ? Number(outcome.value.nextNonce) : -1
      }
      report.figure('nextNonceBefore', await view())
      await filler.messages('transactions', [encodeBatch([transactionOf(ground.network, account, 0)])])
      await eventually(async () => (await view()) > 0, 5_000)
      report.require((await view()) > 0, 'the missing transaction was not taken')
      report.figure('nextNonceAfter', await view())
    })
    return report
  },
}

const a42: Attack = {
  id: 'A42',
  title: 'every place ahead of the turn taken by 64 accounts, at a fee that nobody will ever get',
  controls: [{ without: 'who parks most keeps it all', shows: /overtakenAccepted is/ }],
  async run(ground) {
    const report = new Report()
    await staged(ground, async (gang, sight) => {
      const attacker = await gang.joined()
      const gaps: Uint8Array[] = []
      for (let nonce = 1; nonce <= 16; nonce++)
        for (let account = 0; account < 64; account++)
          gaps.push(transactionOf(ground.network, ground.accounts + account, nonce, { fee: 1_000n }))
      const parked = async (): Promise<number> => {
        const pool = await sight.client.mempool({ limit: 1 })
        return pool.ok ? pool.value.parked : -1
      }
      const { parkedMax } = MEMPOOL_LIMITS.node
      // One lot after the other: more at once than one peer's share of the queue would be shed, and not judged.
      for (let at = 0; at < gaps.length; at += 64) {
        const due = Math.min((await parked()) + 64, parkedMax)
        await attacker.messages(
          'transactions',
          gaps.slice(at, at + 64).map((bytes) => encodeBatch([bytes])),
        )
        await eventually(async () => (await parked()) >= due, 3_000)
      }
      report.figure('parked', await parked())
      report.require((await parked()) >= 0.9 * parkedMax, 'the places were not taken: the attack has no subject')
      // Forty honest accounts whose second and third transaction overtake the first.
      let accepted = 0
      const handIn = async (nonce: number): Promise<void> => {
        for (let account = 64; account < 104; account++) {
          const { ok } = await sight.client.submit(transactionOf(ground.network, ground.accounts + account, nonce))
          if (ok && nonce > 0) accepted++
          // The API answers fifty a second.
          await eventually(() => false, 50)
        }
      }
      for (const nonce of [1, 2, 0]) await handIn(nonce)
      report.exactly('overtakenAccepted', accepted, 80)
      let payable = 0
      for (let account = 64; account < 104; account++) {
        const key = Buffer.from(keysOf(ground.accounts + account).publicKey).toString('hex')
        const view = await sight.client.account(key)
        if (view.ok) payable += view.value.pending
      }
      report.exactly('payableThen', payable, 120)
    })
    return report
  },
}

/** A valid transaction of a fresh key, signed by libsodium: noble would need a minute for 50,000. */
function strangersTransaction(prefix: Uint8Array, number: number): Uint8Array {
  const seed = Buffer.alloc(32)
  seed.writeUInt32LE(number + 1, 4)
  const publicKey = Buffer.alloc(32)
  const secretKey = Buffer.alloc(64)
  sodium.crypto_sign_seed_keypair(publicKey, secretKey, seed)
  const body = encodeTransactionBody({
    sender: new Uint8Array(publicKey),
    nonce: 0n,
    recipient: new Uint8Array(publicKey),
    amount: 1n,
    fee: 1n,
    createdAtMs: Date.now(),
    payload: new Uint8Array(),
  })
  const signature = Buffer.alloc(64)
  sodium.crypto_sign_detached(signature, Buffer.from(concatBytes(prefix, body)), secretKey)
  return encodeSignedTransaction(body, new Uint8Array(signature))
}

const a2: Attack = {
  id: 'A2',
  title: 'properly signed transactions of tens of thousands of fresh, unfunded keys',
  controls: [{ without: 'a flood of what the ledger refuses costs nothing', shows: /spammer was not disconnected/ }],
  async run(ground) {
    const report = new Report()
    const count = ground.scale === 'full' ? 50_000 : 2_000
    const prefix = signingPrefix('hearsay/tx/1', networkIdOf(ground.network))
    await staged(ground, async (gang, sight) => {
      let attacker = await gang.joined()
      const rss = sight.rssMiB()
      let identities = 1
      const checks = await sight.wastedChecks()
      for (let at = 0; at < count; at += 100) {
        // One that is disconnected comes back: it is not banned for this.
        if (!attacker.connected && identities++ < 50) {
          attacker = await gang.member()
          if (await attacker.connect(ground.victim.address)) await attacker.subscribe()
        }
        const items = Array.from({ length: 100 }, (_, i) => encodeBatch([strangersTransaction(prefix, at + i)]))
        await attacker.messages('transactions', items)
      }
      // The first fifty are one flood within ten seconds: more of it costs the connection.
      report.require(await attacker.isCut(5_000), 'the spammer was not disconnected')
      const pool = await sight.client.mempool({ limit: 1 })
      report.figure('identities', identities)
      report.atMost('pool', pool.ok ? pool.value.count : -1, MEMPOOL_LIMITS.node.countMax)
      report.figure('signatureChecks', (await sight.wastedChecks()) - checks)
      // 100 MiB are asked. A process that has just started takes half of that with any traffic, until its heap has its
      // size.
      report.atMost('rssGrowthMiB', sight.rssMiB() - rss, 150)
    })
    return report
  },
}

export const REPLAY_ATTACKS: readonly Attack[] = [a2, a6, a7, a24, a42]
