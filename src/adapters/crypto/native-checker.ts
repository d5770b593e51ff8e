/**
 * The checker that `npm run build:native` makes (native/src/lib.rs): a Rust library for this platform, in the folder
 * `native` beside `dist`. It is not part of the package, and no node needs it.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** What the library gives. A batch is what `packChecks` makes of so many checks. */
export interface NativeChecker {
  isValidKey(key: Uint8Array): boolean
  /** Index of the first check that fails, or -1. */
  firstInvalid(batch: Uint8Array, count: number): number
  /** The same on another thread, and the milliseconds that it took there. */
  firstInvalidElsewhere(batch: Uint8Array, count: number): Promise<readonly number[]>
  /** Verifications, key checks, valid keys, invalid keys. */
  figures(): readonly number[]
}

export interface NativeLibrary {
  readonly Checker: new (validMax: number, invalidMax: number) => NativeChecker
}

/** Where the library of a platform lies; null where there is none. */
function nativeLibraryFile(
  folder = new URL(import.meta.url.endsWith('.ts') ? '../../../native/' : '../native/', import.meta.url),
): string | null {
  const file = fileURLToPath(new URL(`check-${process.platform}-${process.arch}.node`, folder))
  return existsSync(file) ? file : null
}

/** Loads it; null where there is none. Throws where it is there and can't be loaded. */
export function loadNativeLibrary(file = nativeLibraryFile()): unknown {
  return file === null ? null : createRequire(import.meta.url)(file)
}
