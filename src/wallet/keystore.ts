/**
 * A directory of encrypted keys, one file `NAME.json` each (keystore-file.ts says what is in it, secret-file.ts how it
 * is kept). Expected failures are values; a passphrase and a secret come in as arguments and are never logged.
 */
import { createPrivateKey, randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { assert } from '../lib/assert.ts'
import { toHex, fromHex, utf8 } from '../lib/bytes.ts'
import type { KeyPair } from './keys.ts'
import { keyPairOf, publicKeyOf, SECRET_BYTES } from './keys.ts'
import {
  decryptSecret,
  encryptSecret,
  ENTROPY_BYTES,
  formatKeystore,
  isScryptN,
  parseKeystore,
  SCRYPT_N,
  type KeystoreDocument,
} from './keystore-file.ts'
import {
  checkSecretDirectory,
  createSecretFile,
  ensureSecretDirectory,
  readSecretFile,
  removeSecretFile,
  renameSecretFile,
  type SecretFileFailure,
} from './secret-file.ts'

/** Names are file names on every system, whatever its opinion about case: no path, no dot, at most 64 characters. */
const KEY_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/
/**
 * Most files that `listKeys` reads: far more than a person has, few enough for a directory of something else to be
 * harmless.
 */
const KEYS_MAX = 1_000
const EXTENSION = '.json'
/** Of a temporary file's name: two processes never draw the same. */
const UNIQUE_BYTES = 8

export type KeystoreFailure =
  | SecretFileFailure
  | { readonly kind: 'bad-name'; readonly name: string }
  | { readonly kind: 'empty-passphrase' }
  /** The file isn't a keystore of version 1; `detail` says why. */
  | { readonly kind: 'malformed'; readonly path: string; readonly detail: string }
  /** Another passphrase, or a file that was damaged or altered: they can't be told apart. */
  | { readonly kind: 'wrong-passphrase'; readonly path: string }
  /** scrypt needs 128·N·8 bytes (256 MiB for our own files) and didn't get them. */
  | { readonly kind: 'no-memory'; readonly path: string }

export interface KeyEntry {
  readonly name: string
  readonly path: string
  /** 32 bytes, as the file says; opening it proves that the secret belongs to it. */
  readonly publicKey: Uint8Array
}

interface Failed {
  readonly ok: false
  readonly failure: KeystoreFailure
}

export type CreatedKey = { readonly ok: true; readonly entry: KeyEntry } | Failed
export type ShownKey = { readonly ok: true; readonly entry: KeyEntry } | Failed
export type OpenedKey = { readonly ok: true; readonly entry: KeyEntry; readonly keys: KeyPair } | Failed
export type ListedKeys =
  | {
      readonly ok: true
      /** By name. */
      readonly entries: readonly KeyEntry[]
      /** Files named like keys that can't be shown, and why. */
      readonly unreadable: readonly { readonly name: string; readonly failure: KeystoreFailure }[]
      /** Files beyond the first 1,000 names, which were not looked at. */
      readonly leftOut: number
    }
  | Failed

/** A passphrase as text (taken in Unicode form NFKC, as UTF-8, so that keyboards don't matter) or as exact bytes. */
export type Passphrase = string | Uint8Array

/**
 * Encrypts `secret` (32 bytes) into the new file `directory/name.json`; for a new key it comes from
 * `keyPairFromRandom`, for an imported one from `parseSecretText`. The directory is made when missing. An existing key
 * is never overwritten. Takes about a second and 256 MiB with the default `n`; `random` gives so many random bytes and
 * is an argument for tests only.
 */
export async function createKey(options: {
  readonly directory: string
  readonly name: string
  readonly secret: Uint8Array
  readonly passphrase: Passphrase
  readonly n?: number
  readonly random?: (count: number) => Uint8Array
}): Promise<CreatedKey> {
  const { directory, name, secret, n = SCRYPT_N, random = randomBytes } = options
  assert(secret.byteLength === SECRET_BYTES, 'a secret has 32 bytes')
  assert(isScryptN(n), 'scrypt n is a power of two within the bounds')
  if (!KEY_NAME.test(name)) return failed({ kind: 'bad-name', name })
  const passphrase = passphraseBytes(options.passphrase)
  try {
    if (passphrase.byteLength === 0) return failed({ kind: 'empty-passphrase' })
    const ensured = await ensureSecretDirectory(directory)
    if (!ensured.ok) return ensured
    const path = pathOf(directory, name)
    // Said before a second is spent on scrypt; the link in createSecretFile is what decides.
    const existing = await readSecretFile(path)
    if (existing.ok || existing.failure.kind !== 'not-found') {
      return !existing.ok && existing.failure.kind === 'io' ? existing : failed({ kind: 'exists', path })
    }
    const document = await encryptSecret({ secret, passphrase, n, entropy: random(ENTROPY_BYTES) }).catch(() => null)
    if (document === null) return failed({ kind: 'no-memory', path })
    const written = await createSecretFile(path, formatKeystore(document), toHex(random(UNIQUE_BYTES)))
    return written.ok ? { ok: true, entry: { name, path, publicKey: document.publicKey } } : written
  } finally {
    passphrase.fill(0)
  }
}

/** Name, path and public key, without a passphrase. */
export async function showKey(directory: string, name: string): Promise<ShownKey> {
  const loaded = await load(directory, name)
  return loaded.ok ? { ok: true, entry: loaded.entry } : loaded
}

/** Decrypts a key. About a second for our own files; what a file may ask for is bounded (1 GiB, 4 s). */
export async function openKey(options: {
  readonly directory: string
  readonly name: string
  readonly passphrase: Passphrase
}): Promise<OpenedKey> {
  const loaded = await load(options.directory, options.name)
  if (!loaded.ok) return loaded
  const { entry, document } = loaded
  const passphrase = passphraseBytes(options.passphrase)
  try {
    const secret = await decryptSecret(document, passphrase)
    if (secret === null) return failed({ kind: 'wrong-passphrase', path: entry.path })
    const keys = keyPairOf(secret)
    secret.fill(0)
    return { ok: true, entry, keys }
  } catch {
    // Only scrypt itself rejects, and only for want of memory.
    return failed({ kind: 'no-memory', path: entry.path })
  } finally {
    passphrase.fill(0)
  }
}

/**
 * Gives a key another name; one that a key has already is not taken from it. The file, and so the passphrase, stays the
 * same.
 */
export async function renameKey(directory: string, name: string, to: string): Promise<ShownKey> {
  if (!KEY_NAME.test(to)) return failed({ kind: 'bad-name', name: to })
  const loaded = await load(directory, name)
  if (!loaded.ok) return loaded
  const path = pathOf(directory, to)
  const renamed = await renameSecretFile(loaded.entry.path, path)
  return renamed.ok ? { ok: true, entry: { ...loaded.entry, name: to, path } } : renamed
}

/** Removes a key. What it can pay is lost with it, unless there is a copy. */
export async function deleteKey(directory: string, name: string): Promise<ShownKey> {
  const loaded = await load(directory, name)
  if (!loaded.ok) return loaded
  const removed = await removeSecretFile(loaded.entry.path)
  return removed.ok ? { ok: true, entry: loaded.entry } : removed
}

/** All keys of a directory. One that doesn't exist has none. */
export async function listKeys(directory: string): Promise<ListedKeys> {
  const checked = await checkSecretDirectory(directory)
  if (!checked.ok) {
    if (checked.failure.kind === 'not-found') return { ok: true, entries: [], unreadable: [], leftOut: 0 }
    return checked
  }
  let files: string[]
  try {
    files = await readdir(directory)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    return failed({ kind: 'io', path: directory, code })
  }
  const names = files
    .filter((file) => file.endsWith(EXTENSION))
    .map((file) => file.slice(0, -EXTENSION.length))
    .filter((name) => KEY_NAME.test(name))
    .sort()
  const entries: KeyEntry[] = []
  const unreadable: { name: string; failure: KeystoreFailure }[] = []
  for (const name of names.slice(0, KEYS_MAX)) {
    const loaded = await load(directory, name)
    if (loaded.ok) entries.push(loaded.entry)
    else unreadable.push({ name, failure: loaded.failure })
  }
  return { ok: true, entries, unreadable, leftOut: Math.max(0, names.length - KEYS_MAX) }
}

export type ParsedSecret =
  { readonly ok: true; readonly secret: Uint8Array } | { readonly ok: false; readonly reason: 'not-a-secret' }

/**
 * A secret as it is exported: 64 hexadecimal digits and a line end. For a file of mode 0600 or stdin, never for an
 * argument.
 */
export function formatSecretText(secret: Uint8Array): string {
  assert(secret.byteLength === SECRET_BYTES, 'a secret has 32 bytes')
  return `${toHex(secret)}\n`
}

/** The forms of a secret, for people. */
export const SECRET_FORMS = '64 hex digits, a JSON array of bytes, or PEM of PKCS #8'

/**
 * The secret in a text as this program and others write it, white space around it: 64 hex digits in either case, with
 * or without 0x; 128 of them, or a JSON array of 32 or 64 bytes, where the second half is the public key; PKCS #8 in
 * PEM (`openssl genpkey -algorithm ed25519`). The reason never quotes the text.
 */
export function parseSecretText(text: string): ParsedSecret {
  const trimmed = text.trim()
  const bytes = trimmed.startsWith('[')
    ? bytesOfArray(trimmed)
    : trimmed.startsWith('-----BEGIN')
      ? secretOfPem(trimmed)
      : fromHex(trimmed.toLowerCase().replace(/^0x/, ''))
  if (bytes === null || (bytes.byteLength !== SECRET_BYTES && bytes.byteLength !== 2 * SECRET_BYTES))
    return { ok: false, reason: 'not-a-secret' }
  const secret = Uint8Array.from(bytes.subarray(0, SECRET_BYTES))
  const publicKey = bytes.subarray(SECRET_BYTES)
  // Sixty-four bytes of another kind, such as an expanded key, are no secret with its public key.
  if (publicKey.byteLength > 0 && toHex(publicKey) !== toHex(publicKeyOf(secret)))
    return { ok: false, reason: 'not-a-secret' }
  return { ok: true, secret }
}

function bytesOfArray(text: string): Uint8Array | null {
  try {
    const found: unknown = JSON.parse(text)
    const isByte = (item: unknown): item is number =>
      Number.isInteger(item) && (item as number) >= 0 && (item as number) < 256
    return Array.isArray(found) && found.every(isByte) ? Uint8Array.from(found) : null
  } catch {
    return null
  }
}

function secretOfPem(text: string): Uint8Array | null {
  try {
    const key = createPrivateKey(text)
    if (key.asymmetricKeyType !== 'ed25519') return null
    return Uint8Array.from(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'))
  } catch {
    return null
  }
}

/** Writes an exported secret into a new file of mode 0600; an existing file stays as it is. */
export async function exportSecretToFile(path: string, secret: Uint8Array): Promise<{ readonly ok: true } | Failed> {
  return createSecretFile(path, formatSecretText(secret), toHex(randomBytes(UNIQUE_BYTES)))
}

/** Reads an exported secret from a file that only its owner can read. */
export async function importSecretFromFile(
  path: string,
): Promise<{ readonly ok: true; readonly secret: Uint8Array } | Failed> {
  const read = await readSecretFile(path)
  if (!read.ok) return read
  const parsed = parseSecretText(read.text)
  return parsed.ok
    ? parsed
    : failed({ kind: 'malformed', path, detail: `it holds no secret in a form that is known (${SECRET_FORMS})` })
}

type Loaded = { readonly ok: true; readonly entry: KeyEntry; readonly document: KeystoreDocument } | Failed

async function load(directory: string, name: string): Promise<Loaded> {
  if (!KEY_NAME.test(name)) return failed({ kind: 'bad-name', name })
  const path = pathOf(directory, name)
  const checked = await checkSecretDirectory(directory)
  if (!checked.ok && checked.failure.kind !== 'not-found') return checked
  const read = await readSecretFile(path)
  if (!read.ok) return read
  const parsed = parseKeystore(read.text)
  if (!parsed.ok) return failed({ kind: 'malformed', path, detail: parsed.detail })
  return { ok: true, entry: { name, path, publicKey: parsed.document.publicKey }, document: parsed.document }
}

function pathOf(directory: string, name: string): string {
  return join(directory, `${name}${EXTENSION}`)
}

/** A copy that can be wiped after use; best effort, since a string can't be. */
function passphraseBytes(passphrase: Passphrase): Uint8Array {
  return typeof passphrase === 'string' ? utf8(passphrase.normalize('NFKC')) : Uint8Array.from(passphrase)
}

function failed(failure: KeystoreFailure): Failed {
  return { ok: false, failure }
}
