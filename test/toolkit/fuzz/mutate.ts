/** Structure-aware damage: what bytes on the wire look like after somebody who knows the format has been at them. */
import type { Prng } from '../../../src/lib/prng.ts'

/** Numbers at which lengths, offsets and counts break. */
const EDGES = [0, 1, 3, 4, 68, 255, 256, 257, 4_096, 65_535, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff]

type Damage = (bytes: Uint8Array, prng: Prng, others: readonly Uint8Array[]) => Uint8Array

const flipBit: Damage = (bytes, prng) => {
  const copy = bytes.slice()
  const at = prng.below(copy.byteLength)
  copy[at] = (copy[at] ?? 0) ^ (1 << prng.below(8))
  return copy
}

const setByte: Damage = (bytes, prng) => {
  const copy = bytes.slice()
  copy[prng.below(copy.byteLength)] = prng.below(256)
  return copy
}

/** Offsets and lengths stand on multiples of four in SSZ, and on any byte in protobuf. */
const setNumber: Damage = (bytes, prng) => {
  if (bytes.byteLength < 4) return setByte(bytes, prng, [])
  const copy = bytes.slice()
  const at = prng.below(2) === 0 ? 4 * prng.below(Math.floor(copy.byteLength / 4)) : prng.below(copy.byteLength - 3)
  const view = new DataView(copy.buffer)
  const near = (view.getUint32(at, true) + prng.below(9) - 4) >>> 0
  view.setUint32(at, prng.below(2) === 0 ? near : (EDGES[prng.below(EDGES.length)] ?? 0), true)
  return copy
}

const truncate: Damage = (bytes, prng) => bytes.slice(0, prng.below(bytes.byteLength))

const extend: Damage = (bytes, prng) => new Uint8Array([...bytes, ...prng.bytes(1 + prng.below(40))])

const remove: Damage = (bytes, prng) => {
  const at = prng.below(bytes.byteLength)
  return new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + 1 + prng.below(64))])
}

const repeat: Damage = (bytes, prng) => {
  const at = prng.below(bytes.byteLength)
  const end = Math.min(bytes.byteLength, at + 1 + prng.below(64))
  return new Uint8Array([...bytes.subarray(0, end), ...bytes.subarray(at)])
}

const splice: Damage = (bytes, prng, others) => {
  const other = others[prng.below(others.length)] ?? bytes
  const at = prng.below(Math.min(bytes.byteLength, Math.max(1, other.byteLength)))
  return new Uint8Array([...bytes.subarray(0, at), ...other.subarray(at)])
}

const DAMAGES: readonly Damage[] = [
  flipBit,
  flipBit,
  setByte,
  setNumber,
  setNumber,
  truncate,
  extend,
  remove,
  repeat,
  splice,
]

/** One to four damages of one of the samples; now and then the sample itself, or noise. */
export function mutate(samples: readonly Uint8Array[], prng: Prng): Uint8Array {
  const dice = prng.below(100)
  const sample = samples[prng.below(samples.length)] ?? new Uint8Array()
  if (dice === 0) return sample.slice()
  if (dice === 1) return prng.bytes(prng.below(400))
  let bytes = sample
  for (let left = 1 + prng.below(4) * prng.below(2); left > 0; left--) {
    if (bytes.byteLength === 0) return bytes
    bytes = (DAMAGES[prng.below(DAMAGES.length)] ?? flipBit)(bytes, prng, samples)
  }
  return bytes
}
