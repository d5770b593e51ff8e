import type { SignatureVerifier } from '../../ports/signature-verifier.ts'
import { createLibsodiumVerifier, type Libsodium } from './libsodium-verifier.ts'
import { loadNativeLibrary, type NativeLibrary } from './native-checker.ts'
import { createNativeVerifier } from './native-verifier.ts'
import { createNobleVerifier } from './noble-verifier.ts'
import { findFault } from './self-test.ts'

export interface OpenedVerifier {
  readonly verifier: SignatureVerifier
  /**
   * Why the verifier is not the fastest that is there, in words for the log and for `status`: libsodium has failed,
   * or a native checker that was built. Null otherwise.
   */
  readonly fallbackReason: string | null
}

/**
 * The verifier of a node: the native checker where it was built and passes the self-test; else libsodium where its
 * binary loads and passes it; else noble. With the reason, where something that is there is not used. sodium-native has
 * no binary for musl and 32-bit ARM and throws at import there, hence the dynamic import (also of workers).
 */
export async function openVerifier({
  loadSodium = async () => import('sodium-native'),
  loadNative = loadNativeLibrary,
}: {
  readonly loadSodium?: () => Promise<unknown>
  /** Null: it was not built. */
  readonly loadNative?: () => unknown
} = {}): Promise<OpenedVerifier> {
  const native = openNative(loadNative)
  if (native.verifier !== null) return { verifier: native.verifier, fallbackReason: null }
  const opened = await openSodium(loadSodium)
  return { ...opened, fallbackReason: opened.fallbackReason ?? native.fault }
}

function openNative(load: () => unknown): {
  readonly verifier: SignatureVerifier | null
  readonly fault: string | null
} {
  const not = (fault: string | null): { verifier: null; fault: string | null } => ({ verifier: null, fault })
  try {
    const library = load()
    if (library === null) return not(null)
    if (!isNativeLibrary(library)) return not('the native checker lacks what is needed: build it anew')
    const fault = findFault(createNativeVerifier(library))
    if (fault !== null) return not(`the native checker has another rule: ${fault}`)
    return { verifier: createNativeVerifier(library), fault: null }
  } catch (error) {
    return not(`the native checker can't be used: ${firstLine(error)}`)
  }
}

async function openSodium(loadSodium: () => Promise<unknown>): Promise<OpenedVerifier> {
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

function isNativeLibrary(library: unknown): library is NativeLibrary {
  return isRecord(library) && typeof library.Checker === 'function'
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
