/**
 * The hashes of lib/hash.ts by @noble/hashes: what takes its place in the library for browsers, which have no
 * synchronous hash (scripts/build.js).
 */
import { hmac } from '@noble/hashes/hmac'
import { sha256 as nobleSha256, sha512 as nobleSha512 } from '@noble/hashes/sha2'
import { toHex } from './bytes.ts'

/** SHA-256 of `bytes`, 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return nobleSha256(bytes)
}

/** SHA-256 of `bytes` as 64 lower-case hexadecimal digits. */
export function sha256Hex(bytes: Uint8Array): string {
  return toHex(nobleSha256(bytes))
}

/** SHA-256 of the concatenation of `parts`, 32 bytes. */
export function sha256Of(parts: readonly Uint8Array[]): Uint8Array {
  return parts.reduce((state, part) => state.update(part), nobleSha256.create()).digest()
}

/** SHA-512 of the concatenation of `parts`, 64 bytes. */
export function sha512Of(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parts.reduce((state, part) => state.update(part), nobleSha512.create()).digest())
}

/** HMAC (RFC 2104) with SHA-256 of `bytes` under `key`, 32 bytes. */
export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return hmac(nobleSha256, key, bytes)
}
