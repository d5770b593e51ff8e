/**
 * Frames of the `reconcile` protocol. Bytes are what it is judged by, so they are packed (compact-bytes.ts) and not
 * SSZ; as there, every frame has one encoding.
 *
 * ```
 * request  u8 kind · kind 0 (transactions) and 1 (records), compare: u32 epoch · varint replyBytesMax · ranges
 *                    kind 2 and 3, offer: keys
 * answer   one or more frames: u8 kind · 0: ranges · 1: the epochs that can be had, u32 each
 *                              2: known, one bit for each offered key · 3: busy
 * ranges   each from the end of the one before, the first from the start of the set:
 *          u8 form × 32 + length (0 to 16, or 31: to the end of the set)
 *          · varint order - order of the end before · prefix[length], its last byte not 0; both absent for 31
 *          · by form: 0 skip · 1 compare: varint count, fingerprint[16]
 *            2 list: in a request nothing, in an answer keys · 3 later
 *          What is behind the last range is skipped; two skips never follow each other, and a skip is never the last.
 * keys     varint count · for each, in ascending order:
 *          varint order - order of the one before (the first: of the range's start) · prefix[16]
 * ```
 * In an answer, skip means equal and later means: ask again for this one.
 */
import { fromHex, toHex } from '../../lib/bytes.ts'
import { assert, assertNever } from '../../lib/assert.ts'
import { asItemKey, boundAt, END, ID_PREFIX_BYTES, orderOf, START, type Bound, type ItemKey } from '../item-key.ts'
import { CompactReader, CompactWriter } from './compact-bytes.ts'

/** The sets that nodes compare. */
export const SETS = ['transactions', 'records'] as const
export type SetName = (typeof SETS)[number]

export type Range =
  | { readonly form: 'skip'; readonly upper: Bound }
  | { readonly form: 'compare'; readonly upper: Bound; readonly count: number; readonly fingerprint: Uint8Array }
  /** Empty in a request: list what you have. */
  | { readonly form: 'list'; readonly upper: Bound; readonly keys: readonly ItemKey[] }
  | { readonly form: 'later'; readonly upper: Bound }

export type ReconcileRequest =
  | {
      readonly kind: 'compare'
      readonly set: SetName
      readonly epoch: number
      /** How much answer the asker wants at most. */
      readonly replyBytesMax: number
      readonly ranges: readonly Range[]
    }
  | { readonly kind: 'offer'; readonly set: SetName; readonly keys: readonly ItemKey[] }

export type ReconcileFrame =
  | { readonly kind: 'ranges'; readonly ranges: readonly Range[] }
  | { readonly kind: 'other-epoch'; readonly epochs: readonly number[] }
  | { readonly kind: 'taken'; readonly bits: Uint8Array }
  | { readonly kind: 'busy' }

const FORMS = ['skip', 'compare', 'list', 'later'] as const
const TO_END = 31
const FINGERPRINT_BYTES = 16
const COUNT_MAX = 2 ** 32 - 1
const EPOCHS_MAX = 2

type Side = 'request' | 'answer'

/** Writes ranges one after the other; `length` says how much has been written. */
export class RangeWriter {
  readonly #out: CompactWriter
  readonly #side: Side
  #lower: Bound = START
  /** End of a skip that is not written yet: it may become longer, or be the last and need no writing. */
  #skipped: Bound | null = null

  constructor(out: CompactWriter, side: Side) {
    this.#out = out
    this.#side = side
  }

  get length(): number {
    return this.#out.length
  }

  add(range: Range): void {
    if (range.form === 'skip') {
      this.#skipped = range.upper
      return
    }
    if (this.#skipped !== null && this.#skipped !== this.#lower) this.#head(0, this.#skipped)
    this.#skipped = null
    const lower = this.#lower
    this.#head(FORMS.indexOf(range.form), range.upper)
    switch (range.form) {
      case 'compare':
        this.#out.varint(range.count)
        this.#out.raw(range.fingerprint)
        return
      case 'list':
        if (this.#side === 'answer') writeKeys(this.#out, lower, range.keys)
        return
      case 'later':
        return
      default:
        assertNever(range)
    }
  }

  #head(form: number, upper: Bound): void {
    if (upper === END) this.#out.u8(form * 32 + TO_END)
    else {
      const prefix = prefixOf(upper)
      this.#out.u8(form * 32 + prefix.byteLength)
      this.#out.varint(orderOf(upper) - orderOf(this.#lower))
      this.#out.raw(prefix)
    }
    this.#lower = upper
  }
}

export function encodeReconcileRequest(request: ReconcileRequest): Uint8Array {
  const out = new CompactWriter()
  const set = request.set === 'transactions' ? 0 : 1
  switch (request.kind) {
    case 'compare': {
      out.u8(set)
      out.u32(request.epoch)
      out.varint(request.replyBytesMax)
      const ranges = new RangeWriter(out, 'request')
      for (const range of request.ranges) ranges.add(range)
      break
    }
    case 'offer':
      out.u8(2 + set)
      writeKeys(out, START, request.keys)
      break
    default:
      assertNever(request)
  }
  return out.take()
}

export function encodeReconcileFrame(frame: ReconcileFrame): Uint8Array {
  const out = new CompactWriter()
  switch (frame.kind) {
    case 'ranges': {
      out.u8(0)
      const ranges = new RangeWriter(out, 'answer')
      for (const range of frame.ranges) ranges.add(range)
      break
    }
    case 'other-epoch':
      out.u8(1)
      for (const epoch of frame.epochs) out.u32(epoch)
      break
    case 'taken':
      out.u8(2)
      out.raw(frame.bits)
      break
    case 'busy':
      out.u8(3)
      break
    default:
      assertNever(frame)
  }
  return out.take()
}

/** Null where the bytes are no request. */
export function decodeReconcileRequest(bytes: Uint8Array): ReconcileRequest | null {
  const reader = new CompactReader(bytes)
  const kind = reader.u8()
  if (kind === null || kind > 3) return null
  const set = kind % 2 === 0 ? 'transactions' : 'records'
  if (kind >= 2) {
    const keys = readKeys(reader, START, END)
    return keys === null || keys.length === 0 || reader.left > 0 ? null : { kind: 'offer', set, keys }
  }
  const epoch = reader.u32()
  const replyBytesMax = reader.varint()
  const ranges = readRanges(reader, 'request')
  if (epoch === null || replyBytesMax === null || ranges === null) return null
  return { kind: 'compare', set, epoch, replyBytesMax, ranges }
}

/** Null where the bytes are no frame of an answer. */
export function decodeReconcileFrame(bytes: Uint8Array): ReconcileFrame | null {
  const reader = new CompactReader(bytes)
  switch (reader.u8()) {
    case null:
      return null
    case 0: {
      const ranges = readRanges(reader, 'answer')
      return ranges === null ? null : { kind: 'ranges', ranges }
    }
    case 1: {
      const epochs: number[] = []
      for (let epoch = reader.u32(); epoch !== null; epoch = reader.u32()) epochs.push(epoch)
      return reader.left > 0 || epochs.length > EPOCHS_MAX ? null : { kind: 'other-epoch', epochs }
    }
    case 2:
      return { kind: 'taken', bits: reader.raw(reader.left) as Uint8Array }
    case 3:
      return reader.left > 0 ? null : { kind: 'busy' }
    default:
      return null
  }
}

function readRanges(reader: CompactReader, side: Side): Range[] | null {
  const ranges: Range[] = []
  let lower: Bound = START
  while (reader.left > 0) {
    if (lower === END) return null
    const head = reader.u8() as number
    const form = FORMS[head >> 5]
    const upper = readBound(reader, head & 31, lower)
    if (form === undefined || upper === null || upper <= lower) return null
    const range = readRange(reader, side, form, lower, upper)
    if (range === null || (form === 'skip' && ranges.at(-1)?.form === 'skip')) return null
    ranges.push(range)
    lower = upper
  }
  return ranges.at(-1)?.form === 'skip' ? null : ranges
}

function readRange(reader: CompactReader, side: Side, form: Range['form'], lower: Bound, upper: Bound): Range | null {
  switch (form) {
    case 'skip':
      return { form, upper }
    case 'later':
      return side === 'answer' ? { form, upper } : null
    case 'compare': {
      const count = reader.varint()
      const fingerprint = reader.raw(FINGERPRINT_BYTES)
      return count === null || fingerprint === null || count > COUNT_MAX ? null : { form, upper, count, fingerprint }
    }
    case 'list': {
      const keys = side === 'answer' ? readKeys(reader, lower, upper) : []
      return keys === null ? null : { form, upper, keys }
    }
    default:
      return assertNever(form)
  }
}

function readBound(reader: CompactReader, length: number, lower: Bound): Bound | null {
  if (length === TO_END) return END
  if (length > ID_PREFIX_BYTES) return null
  const step = reader.varint()
  const prefix = reader.raw(length)
  if (step === null || prefix === null || prefix.at(-1) === 0) return null
  const order = orderOf(lower) + step
  return order >= 2 ** 48 ? null : asItemKey(boundAt(order).slice(0, 12) + toHex(prefix).padEnd(32, '0'))
}

function writeKeys(out: CompactWriter, lower: Bound, keys: readonly ItemKey[]): void {
  out.varint(keys.length)
  let order = orderOf(lower)
  for (const key of keys) {
    const own = orderOf(key)
    out.varint(own - order)
    out.raw(hexBytes(key.slice(12)))
    order = own
  }
}

function readKeys(reader: CompactReader, lower: Bound, upper: Bound): ItemKey[] | null {
  const count = reader.varint()
  // Each key has 17 bytes at least: a count that promises more than there is must not make us allocate.
  if (count === null || count * (1 + ID_PREFIX_BYTES) > reader.left) return null
  const keys: ItemKey[] = []
  let order = orderOf(lower)
  let orderText = lower.slice(0, 12)
  let last: string = ''
  for (let index = 0; index < count; index++) {
    const step = reader.varint()
    const prefix = reader.raw(ID_PREFIX_BYTES)
    if (step === null || prefix === null) return null
    if (step > 0) {
      order += step
      if (order >= 2 ** 48) return null
      orderText = boundAt(order).slice(0, 12)
    }
    const key = asItemKey(orderText + toHex(prefix))
    if (key < lower || key >= upper || key <= last) return null
    keys.push(key)
    last = key
  }
  return keys
}

/** The bytes of a bound's prefix without the zeros that end it. */
function prefixOf(bound: Bound): Uint8Array {
  const bytes = hexBytes(bound.slice(12))
  let length = bytes.byteLength
  while (length > 0 && bytes[length - 1] === 0) length--
  return bytes.subarray(0, length)
}

function hexBytes(text: string): Uint8Array {
  const bytes = fromHex(text)
  assert(bytes !== null, 'a key is hexadecimal')
  return bytes
}
