/** SSZ of a list of items of varying size: an offset of 4 bytes each, then the items. */
import { concatAll } from '../../lib/bytes.ts'

export function encodeList(items: readonly Uint8Array[]): Uint8Array {
  const offsets = new Uint8Array(4 * items.length)
  const view = new DataView(offsets.buffer)
  let at = offsets.byteLength
  items.forEach((item, index) => {
    view.setUint32(4 * index, at, true)
    at += item.byteLength
  })
  return concatAll([offsets, ...items])
}

/**
 * Views of the items of a list of at most `countMax`; null where the bytes are no such list. The empty list has no
 * bytes.
 */
export function splitList(bytes: Uint8Array, countMax: number): readonly Uint8Array[] | null {
  if (bytes.byteLength === 0) return []
  if (bytes.byteLength < 4) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const first = view.getUint32(0, true)
  if (first === 0 || first % 4 !== 0 || first > bytes.byteLength || first > 4 * countMax) return null
  const count = first / 4
  const items: Uint8Array[] = []
  let start = first
  for (let index = 1; index <= count; index++) {
    const end = index === count ? bytes.byteLength : view.getUint32(4 * index, true)
    if (end < start || end > bytes.byteLength) return null
    items.push(bytes.subarray(start, end))
    start = end
  }
  return items
}
