/** Assertions: for mistakes of a programmer, never for what a peer or a user may send. */

/** Throws when `condition` is false. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`)
}

/**
 * The end of a `switch` over a closed union: the compiler rejects a case that is missing, the throw guards untyped
 * callers.
 */
export function assertNever(value: never): never {
  throw new Error(`assertion failed: unexpected value ${JSON.stringify(value)}`)
}
