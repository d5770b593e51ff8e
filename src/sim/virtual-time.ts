/**
 * Puts virtual time and seeded chance under a whole process: call it before anything of libp2p is imported, since
 * modules read clocks and take timers as they load. One simulation a process: module-level counters would make a second
 * one differ.
 */
import nodeCrypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import nodeTimers from 'node:timers'
import timersPromises from 'node:timers/promises'
import type { Scheduler, Task } from './scheduler.ts'

/** Replaces every source of time and chance of this process by the scheduler's. There is no way back. */
export function installVirtualTime(scheduler: Scheduler): void {
  replaceTimers(scheduler)
  replaceClocks(scheduler)
  replaceChance(scheduler)
  forbidRealTime()
  syncBuiltinESMExports()
}

/** What setTimeout and setInterval return: as much of Node's Timeout as libraries use. */
class VirtualTimer {
  task: Task | null = null

  clear(): void {
    if (this.task !== null) this.task.run = null
    this.task = null
  }

  close(): this {
    this.clear()
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  hasRef(): boolean {
    return true
  }

  [Symbol.toPrimitive](): number {
    return this.task?.sequence ?? -1
  }

  [Symbol.dispose](): void {
    this.clear()
  }
}

type Callback = (...args: unknown[]) => void

function replaceTimers(scheduler: Scheduler): void {
  const after = (callback: Callback, delayMs: number | undefined, args: unknown[]): VirtualTimer => {
    const timer = new VirtualTimer()
    timer.task = scheduler.schedule(nodeDelay(delayMs), () => callback(...args))
    return timer
  }
  const every = (callback: Callback, delayMs: number | undefined, args: unknown[]): VirtualTimer => {
    const timer = new VirtualTimer()
    const arm = (): void => {
      timer.task = scheduler.schedule(nodeDelay(delayMs), () => {
        const { task } = timer
        callback(...args)
        if (timer.task === task) arm()
      })
    }
    arm()
    return timer
  }
  const clear = (timer: unknown): void => {
    if (timer instanceof VirtualTimer) timer.clear()
  }
  const timers = {
    setTimeout: (callback: Callback, delayMs?: number, ...args: unknown[]) => after(callback, delayMs, args),
    setInterval: (callback: Callback, delayMs?: number, ...args: unknown[]) => every(callback, delayMs, args),
    setImmediate: (callback: Callback, ...args: unknown[]) => {
      const timer = new VirtualTimer()
      timer.task = scheduler.schedule(0, () => callback(...args))
      return timer
    },
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  }
  Object.assign(globalThis, timers)
  Object.assign(nodeTimers, timers)
  // The real one would fire by the real clock, whatever is done to setTimeout. One reason for all: most deadlines pass
  // long after what they were for, and an exception of its own would cost each of them a stack.
  const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError')
  AbortSignal.timeout = (delayMs) => {
    const controller = new AbortController()
    const expire = (): void => {
      controller.abort(reason)
    }
    scheduler.schedule(nodeDelay(delayMs), expire)
    return controller.signal
  }
}

/** Node's rule for delays: whole milliseconds, at least one. */
function nodeDelay(delayMs: number | undefined): number {
  return delayMs !== undefined && delayMs >= 1 ? Math.trunc(delayMs) : 1
}

function replaceClocks(scheduler: Scheduler): void {
  const now = (): number => scheduler.wallMs()
  const RealDate = globalThis.Date
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    apply: () => new RealDate(now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : (Reflect.get(target, key, receiver) as unknown)),
  })
  Object.defineProperty(performance, 'now', { value: () => scheduler.nowMs, configurable: true })
  Object.defineProperty(performance, 'timeOrigin', { value: scheduler.epochMs, configurable: true })
  const nanoseconds = (): bigint => BigInt(Math.round(scheduler.nowMs * 1e6))
  const hrtime = (since?: readonly [number, number]): [number, number] => {
    const elapsed = nanoseconds() - (since === undefined ? 0n : BigInt(since[0]) * 1_000_000_000n + BigInt(since[1]))
    return [Number(elapsed / 1_000_000_000n), Number(elapsed % 1_000_000_000n)]
  }
  process.hrtime = Object.assign(hrtime, { bigint: nanoseconds })
}

function replaceChance(scheduler: Scheduler): void {
  const fill = <T>(target: T): T => {
    const view = target as ArrayBufferView
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(scheduler.random().bytes(view.byteLength))
    return target
  }
  const randomBytes = (count: number): Buffer => Buffer.from(scheduler.random().bytes(count))
  const randomUUID = (): string => {
    const bytes = randomBytes(16)
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  }
  Math.random = () => scheduler.random().next()
  Object.defineProperty(globalThis.crypto, 'getRandomValues', { value: fill, configurable: true })
  Object.defineProperty(globalThis.crypto, 'randomUUID', { value: randomUUID, configurable: true })
  Object.assign(nodeCrypto, { randomBytes, randomFillSync: fill, randomUUID })
}

/**
 * Whatever completes on a thread of its own, or by the real clock, would end the sameness of two runs: it fails at once
 * instead.
 */
function forbidRealTime(): void {
  const forbidden = (name: string) => () => {
    throw new Error(`${name} does not follow virtual time: a simulation must not use it`)
  }
  const subtle = new Proxy({}, { get: (_target, key) => forbidden(`crypto.subtle.${String(key)}`) })
  Object.defineProperty(globalThis.crypto, 'subtle', { get: () => subtle, configurable: true })
  for (const name of ['setTimeout', 'setInterval', 'setImmediate'] as const) {
    Object.assign(timersPromises, { [name]: forbidden(`timers/promises.${name}`) })
  }
}
