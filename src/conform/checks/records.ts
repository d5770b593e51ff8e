/** Checks of what nodes say of themselves and of one another. */
import { decodeRecordMessage } from '../../domain/codec/record-codec.ts'
import { peerIdOfKey, type NodeRecord } from '../../domain/record.ts'
import { signingPrefix } from '../../domain/signing.ts'
import { concatBytes } from '../../lib/bytes.ts'
import { verify as isSigned } from '@noble/ed25519'
import type { Check } from '../check.ts'
import { accepted, ignored, keptBack, rejected } from '../judged.ts'
import { miss, must } from '../outcome.ts'
import { pause, until, type PlayedNode } from '../played-node.ts'
import type { Stage } from '../stage.ts'

/** Within which a node says what has changed of it, ms: it waits for further changes for a few seconds. */
const TOLD_MS = 15_000
/** How long an accuser must be known, ms (PROTOCOL.md, Records), and a second. */
const KNOWN_MS = 61_000
/** Within which an accusation is answered, ms: its own record is due each minute in any case. */
const ANSWERED_MS = 3_000

const record = (check: Omit<Check, 'section' | 'role'>): Check => ({ section: 'Records', role: 'full', ...check })

/** The peer's own records that a node has heard, in their order. */
function ownRecords(stage: Stage, node: PlayedNode, peer: string) {
  const prefixes = {
    record: signingPrefix('hearsay/record/1', stage.setting.networkId),
    suspicion: signingPrefix('hearsay/suspicion/1', stage.setting.networkId),
  }
  const topic = stage.setting.topic('records')
  return node.heard.flatMap(({ rpc }) =>
    rpc.messages.flatMap((message) => {
      const content = message.topic === topic ? decodeRecordMessage(message.data ?? new Uint8Array(0), prefixes) : null
      return content?.kind === 'record' && peerIdOfKey(content.record.key) === peer ? [content.record] : []
    }),
  )
}

/** The newest record of the peer; it says one when somebody comes. */
async function ownRecord(stage: Stage): Promise<NodeRecord> {
  const [witness, peer] = [await stage.witness(), await stage.peer()]
  await stage.visitor()
  await until(() => ownRecords(stage, witness, peer).length > 0, TOLD_MS)
  return ownRecords(stage, witness, peer).at(-1) ?? miss(`no record of its own came within ${TOLD_MS} ms`)
}

export const recordChecks: readonly Check[] = [
  record({
    id: 'record-own',
    sentence: 'publishes its record, signed by the key of its peer id, when its neighbours have changed',
    async run(stage) {
      const own = await ownRecord(stage)
      must(own.seq >= 1, 'its record has no number')
      must(isSigned(own.signature, own.signedBytes, own.key), 'its record is not signed by its key')
    },
  }),
  record({
    id: 'record-handed-on',
    sentence: 'hands on the record of another node',
    async run(stage) {
      const visitor = await stage.visitor()
      await stage.handsOn(visitor, 'records', stage.record(visitor.keys), 'a valid record')
    },
  }),
  record({
    id: 'record-signature',
    sentence: 'rejects a record with a wrong signature',
    async run(stage) {
      const data = stage.record(stage.keys())
      data[20] = (data[20] ?? 0) ^ 1
      await rejected(stage, 'a record with a wrong signature', { topic: 'records', data })
    },
  }),
  record({
    id: 'record-garbage',
    sentence: 'rejects bytes that are no record',
    async run(stage) {
      const data = concatBytes(Uint8Array.of(0), stage.random.bytes(300))
      await rejected(stage, 'bytes that are no record', { topic: 'records', data })
    },
  }),
  record({
    id: 'record-kind',
    sentence: 'rejects a message on the topic of records that is neither a record nor a suspicion',
    async run(stage) {
      const data = stage.record(stage.keys())
      data[0] = 2
      await rejected(stage, 'a message of kind 2', { topic: 'records', data })
    },
  }),
  record({
    id: 'record-tags-order',
    sentence: 'rejects a record whose tags do not ascend',
    async run(stage) {
      const data = stage.record(stage.keys(), {
        tags: [
          ['b', '1'],
          ['a', '2'],
        ],
      })
      await rejected(stage, 'a record with tags in another order', { topic: 'records', data })
    },
  }),
  record({
    id: 'record-older',
    sentence: 'ignores a record that is older than the one it has, and charges nobody',
    async run(stage) {
      const keys = stage.keys()
      const older = stage.record(keys, { seq: 1 })
      await accepted(stage, 'a valid record', { topic: 'records', data: stage.record(keys, { seq: 2 }) })
      await ignored(stage, 'an older record', { topic: 'records', data: older })
    },
  }),
  record({
    id: 'record-future',
    sentence: 'ignores a record that is made 60 s in the future, and charges nobody',
    async run(stage) {
      await accepted(stage, 'a valid record, sent before,', {
        topic: 'records',
        data: stage.record(stage.keys()),
      })
      const publishedAtMs = stage.now() + 60_000
      const data = stage.record(stage.keys(), { publishedAtMs })
      await ignored(stage, 'a record of the future', { topic: 'records', data })
    },
  }),
  record({
    id: 'record-suspicion-signature',
    sentence: 'rejects a suspicion of itself with a wrong signature, of a node that it knows for a minute',
    isLong: true,
    async run(stage) {
      const visitor = await stage.visitor()
      await stage.handsOn(visitor, 'records', stage.record(visitor.keys), 'a valid record')
      await pause(KNOWN_MS)
      const before = visitor.heard.length
      const known = await ownRecord(stage)
      const data = stage.suspicion(visitor.keys, known.key, known)
      data[5] = (data[5] ?? 0) ^ 1
      await keptBack(stage, visitor, 'a suspicion with a wrong signature', { topic: 'records', data })
      must(await stage.isCharged(visitor, before), 'a suspicion with a wrong signature cost its sender nothing')
    },
  }),
  record({
    id: 'record-refutes',
    sentence: 'refutes a suspicion of itself, of a node that it knows for a minute, with a newer record',
    isLong: true,
    async run(stage) {
      const [witness, peer] = [await stage.witness(), await stage.peer()]
      const visitor = await stage.visitor()
      await stage.handsOn(visitor, 'records', stage.record(visitor.keys), 'a valid record')
      await pause(KNOWN_MS)
      // Nobody has come or gone for a minute, so that a newer record is an answer.
      const known = ownRecords(stage, witness, peer).at(-1) ?? miss('no record of its own came')
      await stage.publish(visitor, 'records', stage.suspicion(visitor.keys, known.key, known))
      must(
        await until(() => (ownRecords(stage, witness, peer).at(-1)?.seq ?? 0) > known.seq, ANSWERED_MS),
        `no newer record than number ${known.seq} came within ${ANSWERED_MS} ms`,
      )
    },
  }),
  record({
    id: 'record-accuses-itself',
    sentence: 'rejects a suspicion in which a node accuses itself',
    async run(stage) {
      const keys = stage.keys()
      const data = stage.suspicion(keys, keys.publicKey, { incarnation: stage.now(), seq: 1 })
      await rejected(stage, 'a suspicion of oneself', { topic: 'records', data })
    },
  }),
]
