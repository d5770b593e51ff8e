/**
 * ed25519-dalek behind the native checker: about 45 µs a signature, a whole batch in one call, on the event loop or on
 * one of libuv's threads. The rule is written in native/src/lib.rs; that a build follows it is asked at start
 * (`findFault`).
 */
import type { Elsewhere, SignatureCheck, SignatureVerifier } from '../../ports/signature-verifier.ts'
import type { KeyCacheLimits } from './key-cache.ts'
import { INVALID_KEYS_MAX, VALID_KEYS_MAX } from './limits.ts'
import type { NativeLibrary } from './native-checker.ts'
import { SIGNATURE_BYTES } from './strict-rule.ts'

const PUBLIC_KEY_BYTES = 32
/** Before each message: its length, the key, the signature. */
const HEAD_BYTES = 4 + PUBLIC_KEY_BYTES + SIGNATURE_BYTES

export function createNativeVerifier(
  { Checker }: NativeLibrary,
  limits: KeyCacheLimits = { validMax: VALID_KEYS_MAX, invalidMax: INVALID_KEYS_MAX },
): SignatureVerifier {
  const checker = new Checker(limits.validMax, limits.invalidMax)

  const firstInvalid = (checks: readonly SignatureCheck[]): number => {
    const { batch, count } = packChecks(checks)
    return firstOf(checks, count, count === 0 ? -1 : checker.firstInvalid(batch, count))
  }

  const firstInvalidElsewhere = async (checks: readonly SignatureCheck[]): Promise<Elsewhere> => {
    const { batch, count } = packChecks(checks)
    try {
      const [index = 0, spentMs = 0] = count === 0 ? [-1, 0] : await checker.firstInvalidElsewhere(batch, count)
      return { firstInvalid: firstOf(checks, count, index), spentMs }
    } catch {
      // No thread took it.
      return { firstInvalid: firstInvalid(checks), spentMs: 0 }
    }
  }

  return {
    name: 'dalek',
    isValidKey: (publicKey) => checker.isValidKey(unshared(publicKey)),
    verify: (check) => firstInvalid([check]) === -1,
    firstInvalid,
    firstInvalidElsewhere,
    stats() {
      const [verifications = 0, keyChecks = 0] = checker.figures()
      return { verifications, keyChecks }
    },
    caches() {
      const [, , valid = 0, invalid = 0] = checker.figures()
      return [
        { name: 'validKeys', size: valid, capacity: limits.validMax },
        { name: 'invalidKeys', size: invalid, capacity: limits.invalidMax },
      ]
    },
  }
}

/**
 * The checks in one piece of memory, in their order: of each the length of its message (four bytes, the lowest first),
 * key, signature and message. It ends before the first one whose key or signature has a wrong length: that one fails,
 * and what comes after it is not looked at.
 */
export function packChecks(checks: readonly SignatureCheck[]): { readonly batch: Uint8Array; readonly count: number } {
  const wrong = checks.findIndex((check) => check.whole === undefined && !hasLengths(check))
  const count = wrong === -1 ? checks.length : wrong
  let bytes = 0
  for (let index = 0; index < count; index++) bytes += HEAD_BYTES + messageLength(checks[index] as SignatureCheck)
  const batch = new Uint8Array(bytes)
  const view = new DataView(batch.buffer)
  let at = 0
  for (let index = 0; index < count; index++) {
    const check = checks[index] as SignatureCheck
    const length = messageLength(check)
    view.setUint32(at, length, true)
    if (check.whole === undefined) {
      batch.set(check.publicKey, at + 4)
      batch.set(check.signature, at + 4 + PUBLIC_KEY_BYTES)
      batch.set(check.message, at + HEAD_BYTES)
    } else {
      check.whole.write(batch, at + 4)
    }
    at += HEAD_BYTES + length
  }
  return { batch, count }
}

function hasLengths({ publicKey, signature }: SignatureCheck): boolean {
  return publicKey.byteLength === PUBLIC_KEY_BYTES && signature.byteLength === SIGNATURE_BYTES
}

function messageLength(check: SignatureCheck): number {
  return check.whole?.messageLength ?? check.message.byteLength
}

/** The answer for all checks from that for the `count` which were packed: the next one, if any, has a wrong length. */
function firstOf(checks: readonly SignatureCheck[], count: number, packed: number): number {
  return packed === -1 && count < checks.length ? count : packed
}

/** A copy where the memory is shared: the library's binding takes none of that. */
function unshared(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof ArrayBuffer ? bytes : Uint8Array.from(bytes)
}
