/** Waiting that Ctrl-C ends. */

/** Resolves after `ms` with true, or with false as soon as `stop` is aborted. */
export async function waitFor(ms: number, stop: AbortSignal): Promise<boolean> {
  if (stop.aborted) return false
  return new Promise((resolve) => {
    const onStop = (): void => {
      clearTimeout(timer)
      resolve(false)
    }
    const timer = setTimeout(() => {
      stop.removeEventListener('abort', onStop)
      resolve(true)
    }, ms)
    stop.addEventListener('abort', onStop, { once: true })
  })
}

/** Lets Ctrl-C in between two runs that hold the event loop. */
export async function isStopped(stop: AbortSignal): Promise<boolean> {
  await new Promise((resolve) => setImmediate(resolve))
  return stop.aborted
}
