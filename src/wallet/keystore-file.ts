/**
 * The document of one encrypted key: JSON, versioned, and everything in it bounded before any work is done, since a
 * file may come from anybody. scrypt (N, r = 8, p = 1) makes a 32-byte key of the passphrase, AES-256-GCM encrypts the
 * 32-byte secret with it and binds version and public key (SECURITY.md: Keys).
 *
 * {"v":1,"publicKey":hex 32,"kdf":{"name":"scrypt","n":262144,"r":8,"p":1,"salt":hex 32},
 *  "cipher":{"name":"aes-256-gcm","nonce":hex 12,"tag":hex 16,"text":hex 32}}
 */
import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto'
import { concatBytes, equalBytes, fromHex, toHex, utf8 } from '../lib/bytes.ts'
import { publicKeyOf, SECRET_BYTES } from './keys.ts'

/** What a new file gets: about 1 s and 256 MiB on the machine of 2026, the value of EIP-2335. */
export const SCRYPT_N = 262_144
/** The most that a file may ask for, 1 GiB of memory, so that a hostile one can't take the machine down. */
export const SCRYPT_N_MAX = 2 ** 20
/** The least: below it the file would be a riddle, not a lock. Tests use it to be fast. */
const SCRYPT_N_MIN = 2 ** 10
const SCRYPT_R = 8
const SCRYPT_P = 1
/** OpenSSL counts a little more than 128·N·r bytes; with exactly that it refuses. */
const SCRYPT_MEMORY_SLACK = 2 * 1024 * 1024

const SALT_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** How many random bytes `encryptSecret` takes. */
export const ENTROPY_BYTES = SALT_BYTES + NONCE_BYTES

const BINDING_TAG = utf8('hearsay/keystore/1')

export interface KeystoreDocument {
  readonly publicKey: Uint8Array
  readonly n: number
  readonly salt: Uint8Array
  readonly nonce: Uint8Array
  readonly tag: Uint8Array
  readonly text: Uint8Array
}

/**
 * Encrypts a secret of 32 bytes under a passphrase. `n` is a power of two within the bounds above; `entropy` are
 * `ENTROPY_BYTES` fresh random bytes. Rejects only where scrypt finds no memory.
 */
export async function encryptSecret(options: {
  readonly secret: Uint8Array
  readonly passphrase: Uint8Array
  readonly n: number
  readonly entropy: Uint8Array
}): Promise<KeystoreDocument> {
  const { secret, passphrase, n, entropy } = options
  const publicKey = publicKeyOf(secret)
  const salt = entropy.subarray(0, SALT_BYTES)
  const nonce = entropy.subarray(SALT_BYTES, ENTROPY_BYTES)
  const key = await deriveKey(passphrase, salt, n)
  try {
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    cipher.setAAD(concatBytes(BINDING_TAG, publicKey))
    const text = concatBytes(cipher.update(secret), cipher.final())
    return { publicKey, n, salt, nonce, tag: Uint8Array.from(cipher.getAuthTag()), text }
  } finally {
    key.fill(0)
  }
}

/**
 * The secret of a document, or null when the passphrase is another one. A damaged or altered file looks the same: only
 * the passphrase could tell them apart. Rejects only where scrypt finds no memory.
 */
export async function decryptSecret(document: KeystoreDocument, passphrase: Uint8Array): Promise<Uint8Array | null> {
  const key = await deriveKey(passphrase, document.salt, document.n)
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, document.nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(concatBytes(BINDING_TAG, document.publicKey))
    decipher.setAuthTag(document.tag)
    const secret = Uint8Array.from(decipher.update(document.text))
    decipher.final()
    return equalBytes(publicKeyOf(secret), document.publicKey) ? secret : null
  } catch {
    return null
  } finally {
    key.fill(0)
  }
}

export function formatKeystore({ publicKey, n, salt, nonce, tag, text }: KeystoreDocument): string {
  const document = {
    v: 1,
    publicKey: toHex(publicKey),
    kdf: { name: 'scrypt', n, r: SCRYPT_R, p: SCRYPT_P, salt: toHex(salt) },
    cipher: { name: 'aes-256-gcm', nonce: toHex(nonce), tag: toHex(tag), text: toHex(text) },
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

export type ParsedKeystore =
  { readonly ok: true; readonly document: KeystoreDocument } | { readonly ok: false; readonly detail: string }

/**
 * Reads a document; the detail of a failure says what is wrong in words. Unknown fields are refused: they might mean
 * something.
 */
export function parseKeystore(json: string): ParsedKeystore {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return bad('it is not JSON')
  }
  if (!isRecord(value)) return bad('it is not a JSON object')
  if (value.v !== 1) return bad('its version "v" is not 1')
  if (!hasExactly(value, ['v', 'publicKey', 'kdf', 'cipher']))
    return bad('its fields are not v, publicKey, kdf and cipher')
  const { kdf, cipher } = value
  if (!isRecord(kdf) || kdf.name !== 'scrypt' || !hasExactly(kdf, ['name', 'n', 'r', 'p', 'salt'])) {
    return bad('its "kdf" is not scrypt with n, r, p and salt')
  }
  if (!isScryptN(kdf.n)) return bad(`its scrypt n is not a power of two from ${SCRYPT_N_MIN} to ${SCRYPT_N_MAX}`)
  if (kdf.r !== SCRYPT_R || kdf.p !== SCRYPT_P) return bad(`its scrypt r and p are not ${SCRYPT_R} and ${SCRYPT_P}`)
  if (!isRecord(cipher) || cipher.name !== 'aes-256-gcm' || !hasExactly(cipher, ['name', 'nonce', 'tag', 'text'])) {
    return bad('its "cipher" is not aes-256-gcm with nonce, tag and text')
  }
  const publicKey = hexOf(value.publicKey, 32)
  const salt = hexOf(kdf.salt, SALT_BYTES)
  const nonce = hexOf(cipher.nonce, NONCE_BYTES)
  const tag = hexOf(cipher.tag, TAG_BYTES)
  const text = hexOf(cipher.text, SECRET_BYTES)
  if (publicKey === null || salt === null || nonce === null || tag === null || text === null) {
    return bad('a field is not lower-case hex of its length')
  }
  return { ok: true, document: { publicKey, n: kdf.n, salt, nonce, tag, text } }
}

export function isScryptN(n: unknown): n is number {
  return (
    Number.isSafeInteger(n) &&
    (n as number) >= SCRYPT_N_MIN &&
    (n as number) <= SCRYPT_N_MAX &&
    isPowerOfTwo(n as number)
  )
}

function isPowerOfTwo(n: number): boolean {
  return (n & (n - 1)) === 0
}

/** Asynchronous on purpose: the synchronous form would hold the event loop for a second. */
async function deriveKey(passphrase: Uint8Array, salt: Uint8Array, n: number): Promise<Buffer> {
  const options = { N: n, r: SCRYPT_R, p: SCRYPT_P, maxmem: 128 * n * SCRYPT_R + SCRYPT_MEMORY_SLACK }
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, 32, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}

function bad(detail: string): ParsedKeystore {
  return { ok: false, detail }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hasExactly(value: Record<string, unknown>, fields: readonly string[]): boolean {
  const keys = Object.keys(value)
  return keys.length === fields.length && fields.every((field) => Object.hasOwn(value, field))
}

function hexOf(value: unknown, length: number): Uint8Array | null {
  if (typeof value !== 'string' || value.length !== length * 2) return null
  return fromHex(value)
}
