/**
 * Looks at a condition every `everyMs` until it holds, for at most `timeoutMs`, or until `signal` fires. True when it
 * held.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  options: { timeoutMs: number; everyMs: number; signal?: AbortSignal },
): Promise<boolean> {
  const deadline = performance.now() + options.timeoutMs
  for (;;) {
    if (await condition()) return true
    if (performance.now() >= deadline || options.signal?.aborted === true) return false
    await new Promise((resolve) => {
      setTimeout(resolve, options.everyMs)
    })
  }
}
