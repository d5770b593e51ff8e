/** Comparisons of two sets, frame by frame, with what goes into a fingerprint. */
import {
  encodeReconcileFrame,
  encodeReconcileRequest,
  decodeReconcileRequest,
} from '../domain/codec/reconcile-codec.ts'
import { END, itemKey, START, type ItemKey } from '../domain/item-key.ts'
import { assert } from '../lib/assert.ts'
import { concatAll, concatBytes, fromHex, toHex, utf8 } from '../lib/bytes.ts'
import { sha256, sha256Hex } from '../lib/hash.ts'
import { FingerprintTree } from '../sync/fingerprint-tree.ts'
import { ReconcileSession } from '../sync/reconcile-session.ts'
import { respond } from '../sync/reconcile.ts'
import { bitsOf } from '../sync/repair-server.ts'
import { epochOf, saltOf } from '../sync/salt-epochs.ts'
import { NOW_MS, type Cast, type VectorFile } from './network.ts'

/** Answers as large as any honest one. */
const ANSWER_BYTES_MAX = 524_288
/** More than any set of the kit holds: all hashes are made at once. */
const ALL = 10_000

interface Item {
  readonly order: number
  /** 64 hex digits. */
  readonly id: string
}

export function reconcileFile(cast: Cast): VectorFile {
  const context = concatBytes(utf8(cast.networkId), Uint8Array.of(0), utf8('transactions'))
  const epoch = epochOf(NOW_MS)
  const few = itemsOf(5)
  const many = itemsOf(200)
  const keys = few.map(({ order, id }) => itemKey(order, id))
  const compare = (what: string, ours: readonly Item[], theirs: readonly Item[]): VectorFile => ({
    what,
    ...transcript(treeOf(context, ours), treeOf(context, theirs), epoch),
  })
  return {
    set: 'transactions',
    context: toHex(context),
    epoch,
    salt: toHex(saltOf(context, epoch)),
    fingerprint: fingerprintSteps(context, epoch, few),
    items: many.map(({ order, id }) => ({ order, id })),
    comparisons: [
      compare('the asker has the first four of the items, the answerer the first five', few.slice(0, 4), few),
      compare('both have the first five', few, few),
      compare('neither has any', [], []),
      compare(
        'the asker lacks the items 17 and 150 of two hundred',
        many.filter((_, i) => i !== 17 && i !== 150),
        many,
      ),
      compare('the answerer has none of five', few, []),
    ],
    otherEpoch: {
      request: toHex(
        encodeReconcileRequest({
          kind: 'compare',
          set: 'transactions',
          epoch: epoch + 2,
          replyBytesMax: 65_536,
          ranges: [],
        }),
      ),
      answer: [toHex(encodeReconcileFrame({ kind: 'other-epoch', epochs: [epoch, epoch + 1] }))],
    },
    offer: {
      keys,
      request: toHex(encodeReconcileRequest({ kind: 'offer', set: 'transactions', keys })),
      had: keys.map((_, index) => index % 2 === 0),
      answer: [toHex(encodeReconcileFrame({ kind: 'taken', bits: bitsOf(keys.map((_, index) => index % 2 === 0)) }))],
    },
    busy: toHex(encodeReconcileFrame({ kind: 'busy' })),
  }
}

/** Items a fifth of a second apart, two of one millisecond among them. */
function itemsOf(count: number): readonly Item[] {
  return Array.from({ length: count }, (_, index) => ({
    order: NOW_MS + 200 * (index === 4 ? 3 : index),
    id: sha256Hex(utf8(`hearsay/vectors/item ${index}`)),
  }))
}

function treeOf(context: Uint8Array, items: readonly Item[]): FingerprintTree {
  const tree = new FingerprintTree(context)
  for (const { order, id } of items) tree.insert(order, id)
  while (!tree.tend(NOW_MS, ALL));
  return tree
}

/** From items to a fingerprint, without the tree. */
function fingerprintSteps(context: Uint8Array, epoch: number, items: readonly Item[]): VectorFile {
  const salt = saltOf(context, epoch)
  const hashes = items.map(({ order, id }) => {
    const key = itemKey(order, id)
    return { key, saltedHash: sha256(concatBytes(salt, bytesOf(key))) }
  })
  const sum = hashes.reduce((total, { saltedHash }) => total + littleEndian(saltedHash), 0n) % 2n ** 256n
  const count = new Uint8Array(4)
  new DataView(count.buffer).setUint32(0, items.length, true)
  const sumBytes = Uint8Array.from({ length: 32 }, (_, index) => Number((sum >> BigInt(8 * index)) & 0xffn))
  const { fingerprint } = treeOf(context, items).range(epoch, START, END)
  return {
    items: hashes.map(({ key, saltedHash }) => ({ key, saltedHash: toHex(saltedHash) })),
    sum: toHex(sumBytes),
    hashed: toHex(concatBytes(sumBytes, count)),
    fingerprint: toHex(fingerprint),
  }
}

/** What the two sides send until the comparison is over, and what the asker knows then. */
function transcript(ours: FingerprintTree, theirs: FingerprintTree, epoch: number): VectorFile {
  const session = new ReconcileSession(ours, 'transactions', epoch)
  const rounds: VectorFile[] = []
  for (let isOpen = true; isOpen;) {
    const bytes = session.request()
    const request = decodeReconcileRequest(bytes)
    assert(request?.kind === 'compare', 'a comparison was asked for')
    const answer = respond(theirs, request, bytes.byteLength, ANSWER_BYTES_MAX)
    assert(answer.kind === 'answered', 'an honest request is answered')
    rounds.push({ request: toHex(bytes), answer: answer.frames.map(toHex) })
    isOpen = session.answered(answer.frames).kind === 'continue'
  }
  return { rounds, asksFor: session.need, offers: session.have }
}

function bytesOf(key: ItemKey): Uint8Array {
  const bytes = fromHex(key)
  assert(bytes !== null, 'a key is hexadecimal')
  return bytes
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(concatAll([bytes.toReversed()]))}`)
}
