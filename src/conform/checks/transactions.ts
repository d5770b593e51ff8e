/**
 * Checks of transactions and batches: their bytes, values, times, nonces, and what becomes of a batch of good and bad
 * ones.
 */
import { U64_MAX } from '../../domain/params.ts'
import { concatBytes, utf8 } from '../../lib/bytes.ts'
import type { Check } from '../check.ts'
import { accepted, ignored, rejected } from '../judged.ts'
import { must } from '../outcome.ts'
import { pause } from '../played-node.ts'
import type { Draft } from '../setting.ts'
import type { Stage } from '../stage.ts'

type Fields = Partial<Omit<Draft, 'from'>>

const PAYLOAD_MAX = 16_384
const BATCH_BYTES_MAX = 262_144
/** A transaction's bytes beside its payload. */
const FIXED = 168
/** In which a copy would have come that must not come, ms. */
const COPY_MS = 600

/** A transaction with a fee of 100 is handed on; what would take its place, at this fee. */
async function replacement(stage: Stage, fee: bigint): Promise<Uint8Array> {
  const from = stage.payer()
  const { batch } = stage.fresh({ from, fee: 100n })
  await stage.handsOn(await stage.teller(), 'transactions', batch, 'a transaction with a fee of 100')
  return stage.fresh({ from, fee }).batch
}

const one = (
  judge: (stage: Stage, what: string, sent: { data: Uint8Array }) => Promise<unknown>,
  check: { readonly id: string; readonly section?: Check['section']; readonly sentence: string; readonly what: string },
  make: (stage: Stage) => Uint8Array,
): Check => ({
  id: check.id,
  section: check.section ?? 'Transactions',
  role: 'relay',
  sentence: check.sentence,
  async run(stage) {
    await judge(stage, check.what, { data: make(stage) })
  },
})

/** The batch of one transaction with these fields. */
const of =
  (fields: (stage: Stage) => Fields): ((stage: Stage) => Uint8Array) =>
  (stage) =>
    stage.fresh(fields(stage)).batch

/** So many transactions of one account, in the order of their nonces. */
function run(stage: Stage, count: number, fields: (nonce: number) => Fields = () => ({})): Uint8Array[] {
  const from = stage.payer()
  return Array.from({ length: count }, (_, nonce) =>
    stage.setting.transaction({ from, nonce: BigInt(nonce), ...fields(nonce) }, stage.now()),
  )
}

/** A batch of exactly so many bytes: full payloads, and one that fills it up. */
function batchOf(stage: Stage, bytes: number): Uint8Array {
  const full = 4 + FIXED + PAYLOAD_MAX
  const count = Math.ceil(bytes / full)
  const last = bytes - (count - 1) * full - 4 - FIXED
  const items = run(stage, count, (nonce) => ({
    payload: stage.random.bytes(nonce < count - 1 ? PAYLOAD_MAX : last),
  }))
  return stage.setting.batch(...items)
}

/** A batch of the largest number of transactions, four accounts with 64 each, and `more`. */
function manyOf(stage: Stage, more: number): Uint8Array {
  const items = Array.from({ length: 4 }, () => run(stage, 64)).flat()
  return stage.setting.batch(...items, ...(more > 0 ? run(stage, more) : []))
}

/** The batch of one with other bytes at a place. */
function patched(batch: Uint8Array, at: number, value: number): Uint8Array {
  const copy = batch.slice()
  new DataView(copy.buffer).setUint32(at, value, true)
  return copy
}

const ITEM_AT = 4

export const transactionChecks: readonly Check[] = [
  one(
    accepted,
    { id: 'tx-single', sentence: 'accepts a batch of one transaction', what: 'a batch of one' },
    of(() => ({})),
  ),
  one(
    accepted,
    {
      id: 'tx-payload-largest',
      section: 'Limits',
      sentence: 'accepts a payload of 16,384 bytes',
      what: 'a payload of 16,384 bytes',
    },
    of((stage) => ({ payload: stage.random.bytes(PAYLOAD_MAX) })),
  ),
  one(
    rejected,
    {
      id: 'tx-payload-too-large',
      section: 'Limits',
      sentence: 'rejects a payload of 16,385 bytes',
      what: 'a payload of 16,385 bytes',
    },
    of((stage) => ({ payload: stage.random.bytes(PAYLOAD_MAX + 1) })),
  ),
  one(
    accepted,
    { id: 'batch-most', section: 'Limits', sentence: 'accepts a batch of 256 transactions', what: 'a batch of 256' },
    (stage) => manyOf(stage, 0),
  ),
  one(
    rejected,
    {
      id: 'batch-too-many',
      section: 'Limits',
      sentence: 'rejects a batch of 257 transactions',
      what: 'a batch of 257',
    },
    (stage) => manyOf(stage, 1),
  ),
  one(
    accepted,
    {
      id: 'batch-largest',
      section: 'Limits',
      sentence: 'accepts a batch of 262,144 bytes',
      what: 'a batch of 262,144 bytes',
    },
    (stage) => batchOf(stage, BATCH_BYTES_MAX),
  ),
  one(
    rejected,
    {
      id: 'batch-too-large',
      section: 'Limits',
      sentence: 'rejects a batch of 262,145 bytes',
      what: 'a batch of 262,145 bytes',
    },
    (stage) => batchOf(stage, BATCH_BYTES_MAX + 1),
  ),
  one(
    rejected,
    {
      id: 'batch-offset',
      sentence: 'rejects a batch whose first offset is not the length of its offsets',
      what: 'a batch with a wrong first offset',
    },
    (stage) => patched(stage.fresh().batch, 0, 5),
  ),
  one(
    rejected,
    {
      id: 'batch-offset-back',
      sentence: 'rejects a batch with an offset that goes back',
      what: 'a batch with an offset that goes back',
    },
    (stage) => patched(stage.setting.batch(...run(stage, 2)), 4, 4),
  ),
  one(
    rejected,
    {
      id: 'batch-offset-past',
      sentence: 'rejects a batch with an offset behind its end',
      what: 'a batch with an offset behind its end',
    },
    (stage) => patched(stage.setting.batch(...run(stage, 2)), 4, 100_000),
  ),
  one(
    rejected,
    { id: 'batch-garbage', sentence: 'rejects bytes that are no batch', what: 'bytes that are no batch' },
    (stage) => stage.random.bytes(100),
  ),
  one(
    rejected,
    {
      id: 'tx-body-offset',
      sentence: 'rejects a transaction whose body begins elsewhere than at 68',
      what: 'a transaction with another offset of the body',
    },
    (stage) => patched(stage.fresh().batch, ITEM_AT, 69),
  ),
  one(
    rejected,
    {
      id: 'tx-payload-offset',
      sentence: 'rejects a transaction whose payload begins elsewhere than at 100',
      what: 'a transaction with another offset of the payload',
    },
    (stage) => patched(stage.fresh().batch, ITEM_AT + 68 + 96, 101),
  ),
  one(
    rejected,
    { id: 'tx-cut', sentence: 'rejects a transaction of 167 bytes', what: 'a transaction of 167 bytes' },
    (stage) => stage.setting.batch(stage.fresh().bytes.subarray(0, FIXED - 1)),
  ),
  one(
    rejected,
    { id: 'tx-time-large', sentence: 'rejects a createdAt above 2^53 − 1 as undecodable', what: 'a createdAt of 2^53' },
    of(() => ({ createdAtMs: 2 ** 53 })),
  ),
  one(
    rejected,
    {
      id: 'tx-overflow',
      section: 'Verdicts',
      sentence: 'rejects an amount and a fee that exceed 64 bits together',
      what: 'amount + fee of 2^64',
    },
    of(() => ({ amount: U64_MAX, fee: 1n })),
  ),
  one(
    rejected,
    { id: 'tx-nonce-last', section: 'Verdicts', sentence: 'rejects the nonce 2^64 − 1', what: 'the nonce 2^64 − 1' },
    of(() => ({ nonce: U64_MAX })),
  ),
  one(
    accepted,
    {
      id: 'tx-ahead',
      sentence: 'accepts a transaction that is made 20 s in the future',
      what: 'a transaction made 20 s in the future',
    },
    (stage) => stage.fresh({ createdAtMs: stage.now() + 20_000 }).batch,
  ),
  one(
    ignored,
    {
      id: 'tx-too-early',
      section: 'Verdicts',
      sentence: 'ignores a transaction that is made 40 s in the future, and charges nobody',
      what: 'a transaction made 40 s in the future',
    },
    (stage) => stage.fresh({ createdAtMs: stage.now() + 40_000 }).batch,
  ),
  one(
    accepted,
    {
      id: 'tx-old',
      sentence: 'accepts a transaction that is nearly as old as one may be',
      what: 'a transaction near the end of its life',
    },
    (stage) => stage.fresh({ createdAtMs: stage.now() - stage.setting.network.txLifetimeMs + 60_000 }).batch,
  ),
  one(
    ignored,
    {
      id: 'tx-expired',
      section: 'Verdicts',
      sentence: 'ignores a transaction that is older than one may be, and charges nobody',
      what: 'an expired transaction',
    },
    (stage) => stage.fresh({ createdAtMs: stage.now() - stage.setting.network.txLifetimeMs - 5_000 }).batch,
  ),
  one(
    ignored,
    {
      id: 'tx-fee',
      section: 'Verdicts',
      sentence: 'ignores a transaction below the fee floor, and charges nobody',
      what: 'a transaction below the fee floor',
    },
    (stage) => stage.fresh({ fee: stage.setting.network.feeFloor - 1n }).batch,
  ),
  {
    id: 'tx-to-itself',
    section: 'Transactions',
    role: 'relay',
    sentence: 'accepts a transaction whose sender is its recipient',
    async run(stage) {
      const from = stage.payer()
      await accepted(stage, 'a transaction to oneself', {
        data: stage.fresh({ from, recipient: from.publicKey }).batch,
      })
    },
  },
  {
    id: 'tx-nonce-run',
    section: 'Verdicts',
    role: 'relay',
    sentence: 'accepts a batch of consecutive nonces of one sender, as a whole',
    async run(stage) {
      await accepted(stage, 'a batch of ten consecutive nonces', { data: stage.setting.batch(...run(stage, 10)) })
    },
  },
  {
    id: 'tx-nonce-ahead',
    section: 'Transactions',
    role: 'full',
    sentence: 'hands on a transaction whose nonce is 16 ahead',
    async run(stage) {
      await accepted(stage, 'a nonce 16 ahead', { data: stage.fresh({ nonce: 16n }).batch })
    },
  },
  {
    id: 'tx-nonce-gap',
    section: 'Verdicts',
    role: 'full',
    sentence: 'ignores a transaction whose nonce is 17 ahead, and charges nobody',
    async run(stage) {
      await ignored(stage, 'a nonce 17 ahead', { data: stage.fresh({ nonce: 17n }).batch })
    },
  },
  {
    id: 'tx-replaced',
    section: 'Transactions',
    role: 'full',
    sentence: 'hands on a replacement whose fee is a tenth higher',
    async run(stage) {
      await accepted(stage, 'a replacement with a fee of 110', { data: await replacement(stage, 110n) })
    },
  },
  {
    id: 'tx-underpriced',
    section: 'Verdicts',
    role: 'full',
    sentence: 'ignores a replacement whose fee is less than a tenth higher, and charges nobody',
    async run(stage) {
      await ignored(stage, 'a replacement with a fee of 109', { data: await replacement(stage, 109n) })
    },
  },
  {
    id: 'tx-unfunded',
    section: 'Verdicts',
    role: 'full',
    sentence: 'ignores a transaction of an account without money, and lets a few of them pass',
    async run(stage) {
      const { payers, network } = stage.setting
      const rich = payers[0]
      must(rich !== undefined, 'nobody has money')
      const balance =
        network.accounts.find(({ key }) => key === Buffer.from(rich.publicKey).toString('hex'))?.balance ?? 0n
      await ignored(stage, 'a transaction that the balance does not cover', {
        data: stage.fresh({ amount: balance }).batch,
      })
    },
  },
  {
    id: 'batch-with-forgery',
    section: 'Verdicts',
    role: 'relay',
    sentence: 'rejects a batch with one forgery in it, and admits nothing of it',
    async run(stage) {
      const good = stage.fresh()
      const bad = stage.fresh({ sign: () => new Uint8Array(64).fill(1) })
      await rejected(stage, 'a batch with a forgery', { data: stage.setting.batch(good.bytes, bad.bytes) })
      await accepted(stage, 'the good transaction of such a batch, by itself', { data: good.batch })
    },
  },
  {
    id: 'batch-with-known',
    section: 'Verdicts',
    role: 'relay',
    sentence: 'accepts a batch of a known transaction and a new one, as it is',
    async run(stage) {
      const known = stage.fresh()
      await stage.handsOn(await stage.teller(), 'transactions', known.batch, 'a valid transaction')
      await accepted(stage, 'a batch of a known and a new one', {
        data: stage.setting.batch(known.bytes, stage.fresh().bytes),
      })
    },
  },
  {
    id: 'batch-known',
    section: 'Verdicts',
    role: 'relay',
    sentence: 'ignores a batch that holds nothing new, and charges nobody',
    async run(stage) {
      const [a, b] = [stage.fresh(), stage.fresh()]
      await stage.handsOn(await stage.teller(), 'transactions', a.batch, 'a valid transaction')
      await stage.handsOn(await stage.teller(), 'transactions', b.batch, 'a valid transaction')
      await ignored(stage, 'a batch of known ones', { data: stage.setting.batch(a.bytes, b.bytes) })
    },
  },
  {
    id: 'batch-mixed',
    section: 'Verdicts',
    role: 'relay',
    sentence: 'ignores a batch of which one item is expired, and hands on its new one in a batch of its own',
    async run(stage) {
      const expired = stage.fresh({ createdAtMs: stage.now() - stage.setting.network.txLifetimeMs - 5_000 })
      const good = stage.fresh()
      await ignored(stage, 'a batch with an expired transaction', {
        data: stage.setting.batch(expired.bytes, good.bytes),
      })
      must(
        await stage.hears(await stage.witness(), 'transactions', good.batch),
        'the new one of such a batch was not handed on',
      )
    },
  },
  {
    id: 'tx-pending-again',
    section: 'Verdicts',
    role: 'relay',
    sentence: 'takes a good copy after one with a broken signature: what was judged is remembered by its bytes',
    async run(stage) {
      const good = stage.fresh()
      const broken = concatBytes(good.bytes.subarray(0, 4), utf8('x'.repeat(64)), good.bytes.subarray(68))
      await rejected(stage, 'a copy with a broken signature', { data: stage.setting.batch(broken) })
      await accepted(stage, 'the same transaction with its own signature', { data: good.batch })
      await pause(COPY_MS)
      must(
        stage.copies(await stage.witness(), 'transactions', stage.setting.batch(broken)) === 0,
        'the broken one came after it',
      )
    },
  },
]
