/**
 * How two nodes name the items of a set that they compare: a number of 48 bits that puts what belongs together side by
 * side, then the first 16 bytes of the item's id.
 *
 * - A transaction's number is the time of its creation in milliseconds: what a node missed for a while lies in one
 *   stretch. Whole seconds would scatter the first and the last of them by their ids, which costs half as much again at
 *   50 a second.
 * - A node record's number is made of its owner: two versions of one record lie in the same stretch.
 *
 * 16 bytes and not 32: 10,000 differences then cost 160 KB and not 320. To find the id of somebody else's item with the
 * same first 16 bytes takes 2^128 hashes; two of one's own takes 2^64, and hides one of these two from repair, nothing
 * else.
 *
 * As text a key has 44 hex digits, so that the order of texts is the order of keys.
 */
import { toHex } from '../lib/bytes.ts'
import { sha256 } from '../lib/hash.ts'
import { assert } from '../lib/assert.ts'

declare const brand: unique symbol
/** 12 hex digits of the number, 32 of the id. */
export type ItemKey = string & { readonly [brand]: 'ItemKey' }
/**
 * A place between items: all keys below it, in the order of texts, are before it. An item's key is the place just
 * before the item; `END` is behind all of them.
 */
export type Bound = ItemKey

const ORDER_MAX = 2 ** 48 - 1
/** Bytes of a key: 6 of the number, 16 of the id. */
export const ITEM_KEY_BYTES = 22
export const ID_PREFIX_BYTES = 16

/** Before every item. */
export const START: Bound = '0'.repeat(44) as Bound
/** Behind every item: greater than any text of hex digits. */
export const END: Bound = 'g' as Bound

const ZEROS = '0'.repeat(32)
export const asItemKey = (text: string): ItemKey => text as ItemKey

/** @param order 0 to 2^48 - 1; @param id at least 32 hex digits */
export function itemKey(order: number, id: string): ItemKey {
  assert(Number.isInteger(order) && order >= 0 && order <= ORDER_MAX, 'an order is a number of 48 bits')
  return (digitsOf(order) + id.slice(0, 32)) as ItemKey
}

/** The last number and its digits: what comes together was mostly made together. */
const last = { order: -1, digits: '' }

function digitsOf(order: number): string {
  if (last.order === order) return last.digits
  last.order = order
  last.digits = order.toString(16).padStart(12, '0')
  return last.digits
}

/** The place before all items of this number. */
export function boundAt(order: number): Bound {
  return (order.toString(16).padStart(12, '0') + ZEROS) as Bound
}

export function orderOf(key: ItemKey): number {
  return Number.parseInt(key.slice(0, 12), 16)
}

/**
 * Number of a transaction: the millisecond in which it was made. Times beyond 48 bits (the year 10889) share the last
 * one.
 */
export function transactionOrder(createdAtMs: number): number {
  return Math.min(ORDER_MAX, createdAtMs)
}

/** Number of a record: the first 48 bits of its owner's hash, so that nobody chooses his neighbours. */
export function recordOrder(ownerKey: Uint8Array): number {
  return Number.parseInt(toHex(sha256(ownerKey).subarray(0, 6)), 16)
}

/**
 * The shortest place that has `a` before it and `b` not: what divides two ranges costs few bytes. `a` is before `b`.
 */
export function boundBetween(a: ItemKey, b: ItemKey): Bound {
  if (a.slice(0, 12) !== b.slice(0, 12)) return (b.slice(0, 12) + ZEROS) as Bound
  let digits = 14
  while (a.slice(0, digits) === b.slice(0, digits)) digits += 2
  return b.slice(0, digits).padEnd(44, '0') as Bound
}
