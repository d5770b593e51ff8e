import type { SignatureVerifier } from '../../ports/signature-verifier.ts'
import { createLibsodiumVerifier, type Libsodium } from './libsodium-verifier.ts'
import { createNobleVerifier } from './noble-verifier.ts'
import { findFault } from './self-test.ts'

export interface OpenedVerifier {
  readonly verifier: SignatureVerifier
  /** Why the verifier is not libsodium, in words for the log and for `status`; null when it is. */
  readonly fallbackReason: string | null
}

/**
 * The verifier of a node: libsodium where its binary loads and passes the self-test, else noble with the reason.
 * sodium-native has no binary for musl and 32-bit ARM and throws at import there, hence the dynamic import (also of
 * workers).
 */
export async function openVerifier(
  loadSodium: () => Promise<unknown> = async () => import('sodium-native'),
): Promise<OpenedVerifier> {
  let sodium: unknown
  try {
    sodium = await loadSodium()
  } catch (error) {
    return fallback(`sodium-native can't be loaded: ${firstLine(error)}`)
  }
  // The default export: the named ones are found by reading the source and lack what the binding adds at run time.
  const binding = isRecord(sodium) ? sodium.default : undefined
  if (!isLibsodium(binding)) return fallback('sodium-native lacks the functions that are needed')
  try {
    const fault = findFault(createLibsodiumVerifier(binding))
    if (fault !== null) return fallback(`this libsodium has another rule: ${fault}`)
  } catch (error) {
    return fallback(`libsodium fails its self-test: ${firstLine(error)}`)
  }
  // A fresh one, so that the self-test stands in no counter and no cache.
  return { verifier: createLibsodiumVerifier(binding), fallbackReason: null }
}

function fallback(reason: string): OpenedVerifier {
  return { verifier: createNobleVerifier(), fallbackReason: reason }
}

function isLibsodium(binding: unknown): binding is Libsodium {
  return (
    isRecord(binding) &&
    typeof binding.crypto_core_ed25519_is_valid_point === 'function' &&
    typeof binding.crypto_sign_verify_detached === 'function'
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n', 1)[0] ?? text
}
