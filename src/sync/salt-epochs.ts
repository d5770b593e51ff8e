/**
 * Which salts are in use. Fingerprints are sums of salted hashes; the salt is the same in the whole network for one
 * epoch of ten minutes.
 *
 * What it is good for: an unsalted sum lets someone who can place some 2^16 items compute, once and for all and with
 * about 2^31 hashes, two sets that look alike. The salt of an epoch can be computed beforehand by everybody, so such
 * sets can still be made, but for one epoch: to look alike in two epochs running takes a collision of twice the width.
 * What could be hidden so is a difference between two nodes, for at most ten minutes, and any third peer shows it.
 *
 * Two epochs are kept: the current one with the previous one in its first half, and with the next one in its second
 * half. So two nodes understand each other while their clocks differ by less than half an epoch, and the next epoch's
 * sums are ready before they are needed.
 */
import { concatBytes, utf8 } from '../lib/bytes.ts'
import { sha256 } from '../lib/hash.ts'
import { EPOCH_MS } from './limits.ts'

export function epochOf(wallMs: number): number {
  return Math.max(1, Math.floor(wallMs / EPOCH_MS))
}

/** The two epochs to keep, the current one first. */
export function epochsKept(wallMs: number): readonly [current: number, other: number] {
  const current = epochOf(wallMs)
  return [current, wallMs - current * EPOCH_MS < EPOCH_MS / 2 ? current - 1 : current + 1]
}

/** @param context what keeps networks and kinds of sets apart */
export function saltOf(context: Uint8Array, epoch: number): Uint8Array {
  const number = new Uint8Array(4)
  new DataView(number.buffer).setUint32(0, epoch, true)
  return sha256(concatBytes(utf8('hearsay/fingerprint/1'), Uint8Array.of(0), context, number))
}
