/**
 * The few globals of Node that adapters use, for a worker of a page (scripts/build.js puts them in). Timers keep no
 * process alive here, so there is nothing to let go.
 */
interface Timer {
  unref(): Timer
  ref(): Timer
}

// Called as methods of anything else they throw.
const native = {
  setTimeout: globalThis.setTimeout.bind(globalThis),
  setInterval: globalThis.setInterval.bind(globalThis),
}

/** A number, as the web has it, that can be asked what Node's timers can. */
function timer(id: unknown): Timer {
  const made = Object(id) as Timer
  made.unref = () => made
  made.ref = () => made
  return made
}

export const setTimeout = (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]): Timer =>
  timer(native.setTimeout(callback, ms, ...args))

export const setInterval = (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]): Timer =>
  timer(native.setInterval(callback, ms, ...args))

/** As the web has it, which Node's types don't say. */
interface Port {
  onmessage: (() => void) | null
  postMessage(message: null): void
}

const turns = new MessageChannel() as unknown as { readonly port1: Port; readonly port2: Port }
const waiting: (() => void)[] = []
turns.port1.onmessage = () => {
  waiting.shift()?.()
}

/** A turn of its own, at once: a timer of 0 ms waits for 4. */
export function setImmediate(callback: (...args: unknown[]) => void, ...args: unknown[]): void {
  waiting.push(() => {
    callback(...args)
  })
  turns.port2.postMessage(null)
}

/** A page is not told what it costs. */
export const process = {
  env: {},
  cpuUsage: () => ({ user: 0, system: 0 }),
  nextTick: (callback: (...args: unknown[]) => void, ...args: unknown[]): void => {
    queueMicrotask(() => {
      callback(...args)
    })
  },
}
