/** Attacks with transactions whose signatures or forms are not what they should be: A1, A3, A4, A5, A33. */
import { encodeBatch } from '../../../src/domain/codec/transaction-codec.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { keysOf } from '../objects/transactions.ts'
import { signatureVariant, withFlippedSignBit, withScalarPlusOrder } from '../objects/signature-variants.ts'
import { Report } from '../report.ts'
import type { Attack, Ground } from '../arena/attack.ts'
import { transactionOf } from '../processes/funded-network.ts'
import { eventually, keep, Sight, staged, type Gang } from '../arena/sight.ts'
import { outOfStep } from './out-of-step.ts'

/** Well-formed transactions of funded accounts, signed with noise. */
function forgeries(ground: Ground, count: number): Uint8Array[] {
  const prng = createPrng(ground.seed)
  return Array.from({ length: count }, (_, i) => {
    const bytes = transactionOf(ground.network, ground.accounts + (i % 64), 0, { amount: BigInt(i + 1) }).slice()
    bytes.set(prng.bytes(16), 8)
    return bytes
  })
}

const alone = (items: readonly Uint8Array[]): Uint8Array[] => items.map((bytes) => encodeBatch([bytes]))

const a1: Attack = {
  id: 'A1',
  title: 'invalid signatures by the thousand, then twenty reconnects, then twenty new identities from the same address',
  controls: [
    { without: 'forgers are never banned', shows: /the forger was not cut/ },
    { without: 'addresses of forgers are never banned', shows: /sybilsAdmitted is/ },
  ],
  async run(ground) {
    const report = new Report()
    const isFull = ground.scale === 'full'
    const forged = alone(forgeries(ground, isFull ? 2_400 : 800))
    // The last 400 are for the new identities: what the router has seen is not raised again.
    const first = forged.slice(0, -400)
    const reconnects = isFull ? 20 : 3
    const ip = `${ground.net}.1`
    await staged(ground, async (gang, sight) => {
      const before = await sight.wastedChecks()
      const attacker = await gang.joined({ ip })
      const started = performance.now()
      // 10,000 messages in a hundred RPCs, most of them sent again: what counts is how many are looked at.
      for (let rpc = 0; rpc < (isFull ? 100 : 20); rpc++) {
        const at = (rpc * 100) % first.length
        await attacker.messages('transactions', first.slice(at, at + 100))
      }
      report.require(await attacker.isCut(5_000), 'the forger was not cut')
      report.atMost('cutMs', performance.now() - started, 1_000)
      let refused = 0
      // Slower than the limit on new connections, which must not speak for the ban.
      await keep(
        reconnects * 260,
        async () => (refused += (await attacker.isRefused(ground.victim.address)) ? 1 : 0),
        4,
      )
      report.figure('reconnects', reconnects)
      report.require(refused >= reconnects, `only ${refused} of ${reconnects} reconnects were refused`)
      let admitted = 0
      for (let i = 0; i < (isFull ? 20 : 4); i++) {
        const sybil = await gang.member({ ip })
        if (!(await sybil.connect(ground.victim.address))) continue
        admitted++
        await sybil.messages('transactions', forged.slice(first.length + i * 20, first.length + 20 + i * 20))
        report.require(await sybil.isCut(5_000), 'a sybil was not cut')
      }
      // The first identity and two more are banned, and then the address is.
      report.exactly('sybilsAdmitted', admitted, 2)
      report.atMost('signatureChecks', (await sight.wastedChecks()) - before, isFull ? 300 : 60)
      const stranger = await gang.member()
      report.require(await stranger.connect(ground.victim.address), 'a stranger from elsewhere is refused too')
      if (!isFull) return
      await ground.restartVictim()
      report.require(await attacker.isRefused(ground.victim.address), 'the ban did not outlive a restart')
    })
    return report
  },
}

const a3: Attack = {
  id: 'A3',
  title: 'a thousand valid signatures of one body',
  controls: [{ without: 'a second signature of a known body is checked', shows: /signatureChecks is/ }],
  async run(ground) {
    const report = new Report()
    const count = ground.scale === 'full' ? 1_000 : 200
    const account = ground.accounts + 64
    const { secret, publicKey } = keysOf(account)
    const body = transactionOf(ground.network, account, 0).subarray(68)
    const prefix = signingPrefix('hearsay/tx/1', networkIdOf(ground.network))
    const variants = Array.from({ length: count }, (_, i) => signatureVariant(secret, publicKey, prefix, body, i))
    await staged(ground, async (gang, sight) => {
      const attacker = await gang.joined()
      // More at once than one peer's share of the queue are shed, which is as good as ignored.
      const ignores = /^(ignored-nothing-new|shed-full)$/
      const [checks, ignored] = [await sight.wastedChecks(), await sight.outcomes(ignores)]
      for (let at = 0; at < count; at += 100)
        await attacker.messages('transactions', alone(variants.slice(at, at + 100)))
      const judged = async (): Promise<number> => (await sight.outcomes(ignores)) - ignored
      await eventually(async () => (await judged()) >= count - 1)
      report.exactly('ignored', await judged(), count - 1)
      // Those that came while the first was being checked.
      report.atMost('signatureChecks', (await sight.wastedChecks()) - checks, 8)
      const other = new Sight(ground.others[0] ?? ground.victim)
      const view = await other.client.account(Buffer.from(publicKey).toString('hex'))
      report.exactly('pendingAtNeighbour', view.ok ? view.value.pending : -1, 1)
      other.client.close()
      report.exactly('offences', (await sight.peer(attacker.peerId))?.offences ?? -1, 0)
    })
    return report
  },
}

const flip = (bytes: Uint8Array, at: number, mask: number): Uint8Array => {
  const copy = bytes.slice()
  copy[at] = (copy[at] ?? 0) ^ mask
  return copy
}

const a4: Attack = {
  id: 'A4',
  title: 'second forms of good transactions, as a third party can make them',
  controls: [{ without: 'S beyond the group order is reduced before the check', shows: /accepted is/ }],
  async run(ground) {
    const report = new Report()
    const prng = createPrng(ground.seed)
    const good = Array.from({ length: 9 }, (_, i) => transactionOf(ground.network, ground.accounts + 70 + i, 0))
    const forms: ((bytes: Uint8Array) => Uint8Array | null)[] = [
      withScalarPlusOrder,
      withFlippedSignBit,
      (bytes) => flip(bytes, 67, 0x80),
      (bytes) => flip(bytes, 67, 0x40),
      (bytes) => new Uint8Array([...bytes, 0]),
      (bytes) => bytes.subarray(0, bytes.byteLength - 1),
      // A 65-byte signature: one byte more before the body, whose offset says so.
      (bytes) => flip(new Uint8Array([...bytes.subarray(0, 68), 0, ...bytes.subarray(68)]), 0, 1),
      (bytes) => flip(bytes, 0, 1),
      (bytes) => flip(bytes, 68 + 96, 4),
      ...Array.from(
        { length: ground.scale === 'full' ? 40 : 3 },
        () => (bytes: Uint8Array) => flip(bytes, 4 + prng.below(bytes.byteLength - 4), 1 << prng.below(8)),
      ),
    ]
    await staged(ground, async (gang, sight) => {
      const seen = (): Promise<number> => sight.outcomes(/^(rejected|ignored)-/)
      const before = await seen()
      let tried = 0
      for (const form of forms) {
        const attacker = await gang.joined()
        // Nine are below the budget, so that each is judged for itself.
        const altered = good.flatMap((bytes) => form(bytes) ?? [])
        tried += altered.length
        await attacker.messages('transactions', alone(altered))
        await eventually(async () => (await seen()) - before >= tried, 3_000)
        await attacker.stop()
      }
      report.figure('tried', tried)
      let accepted = 0
      for (let i = 0; i < good.length; i++) {
        const view = await sight.client.account(Buffer.from(keysOf(ground.accounts + 70 + i).publicKey).toString('hex'))
        accepted += view.ok ? view.value.pending : 99
      }
      report.exactly('accepted', accepted, 0)
      for (const bytes of good) {
        const outcome = await sight.client.submit(bytes)
        report.require(outcome.ok && outcome.status === 202, 'the honest form is refused after its forgery')
      }
    })
    return report
  },
}

const a5: Attack = {
  id: 'A5',
  title: 'the bytes of transactions on the wrong topic first',
  controls: [{ without: 'message ids without their topic', shows: /was censored/ }],
  async run(ground) {
    const report = new Report()
    const count = ground.scale === 'full' ? 96 : 12
    await staged(ground, async (gang, sight) => {
      const honest = await gang.joined()
      let attacker = await gang.joined()
      let slowestMs = 0
      for (let i = 0; i < count; i++) {
        // Nine on the wrong topic are within the budget of mistakes; then another identity goes on.
        if (i % 9 === 8) attacker = await gang.joined()
        const account = ground.accounts + 80 + (i % 32)
        const nonce = Math.floor(i / 32)
        const batch = encodeBatch([transactionOf(ground.network, account, nonce)])
        await attacker.messages('blocks', [batch])
        const started = performance.now()
        await honest.messages('transactions', [batch])
        const key = Buffer.from(keysOf(account).publicKey).toString('hex')
        const arrived = async (): Promise<boolean> => {
          const view = await sight.client.account(key)
          return view.ok && Number(view.value.nextNonce) > nonce
        }
        const came = await eventually(arrived, 10_000)
        report.require(came, `transaction ${i} was censored`)
        if (!came) break
        slowestMs = Math.max(slowestMs, performance.now() - started)
      }
      report.figure('poisoned', count)
      report.atMost('slowestMs', slowestMs, ground.scale === 'full' ? 2_000 : 6_000)
    })
    return report
  },
}

/** A mesh peer of the victim that counts what it is handed of given transactions. */
async function ridersHeard(gang: Gang): Promise<{ listenFor(transaction: Uint8Array): void; heard(): number }> {
  const riders: Uint8Array[] = []
  const data: Uint8Array[] = []
  const peer = await gang.joined()
  peer.onRpc = (rpc) => data.push(...rpc.messages.flatMap((message) => message.data ?? []))
  await peer.rpc({ control: { graft: peer.topics().map((topicID) => ({ topicID })) } })
  return {
    listenFor: (transaction) => riders.push(transaction),
    heard: () => riders.filter((rider) => data.some((bytes) => Buffer.from(bytes).includes(Buffer.from(rider)))).length,
  }
}

const a33: Attack = {
  id: 'A33',
  title: 'fresh transactions beside broken and unpaid ones in one batch, to every honest node',
  controls: [{ without: 'what rides along does not matter', shows: /handedOn is/ }],
  async run(ground) {
    const report = new Report()
    const count = ground.scale === 'full' ? 100 : 20
    await staged(ground, async (gang, sight) => {
      const known = transactionOf(ground.network, ground.accounts + 100, 0)
      await sight.client.submit(known)
      const fresh: Uint8Array[] = []
      const listener = await ridersHeard(gang)
      for (const [index, place] of [ground.victim, ...ground.others].entries()) {
        const attacker = await gang.member()
        report.require(await attacker.connect(place.address), `${place.name} refuses a stranger`)
        for (let i = 0; i < count; i++) {
          // A copy of a known one with a broken signature: another TxHash, so it is neither known nor new.
          const broken = flip(known, 10 + index, 1 + i)
          const one = transactionOf(ground.network, ground.accounts + 101 + index * 8 + (i % 8), Math.floor(i / 8))
          const unpaid = transactionOf(ground.network, ground.accounts + 127, 0, { fee: 0n, amount: BigInt(i + 1) })
          fresh.push(one)
          listener.listenFor(unpaid)
          await attacker.messages('transactions', [encodeBatch([broken, one, unpaid])])
        }
      }
      for (const place of [ground.victim, ...ground.others]) {
        const other = new Sight(place)
        const arrived = async (): Promise<number> => {
          let pending = 0
          for (let account = 0; account < 24; account++) {
            const key = Buffer.from(keysOf(ground.accounts + 101 + account).publicKey).toString('hex')
            const view = await other.client.account(key)
            if (view.ok) pending += view.value.pending + Number(view.value.nonce)
          }
          return pending
        }
        await eventually(async () => (await arrived()) >= fresh.length, 10_000)
        report.exactly(`freshAt-${place.name}`, await arrived(), fresh.length)
        other.client.close()
      }
      report.exactly('handedOn', listener.heard(), 0)
      if (ground.scale === 'full') await outOfStep(ground, gang, sight, report)
    })
    return report
  },
}

export const SIGNATURE_ATTACKS: readonly Attack[] = [a1, a3, a4, a5, a33]
