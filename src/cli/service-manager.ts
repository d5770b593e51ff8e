/**
 * What the service manager that started this process is told (sd_notify(3)): ready, reloading, stopping, how it does,
 * and that the event loop still turns. Node has no datagram socket of this family, so `systemd-notify`, which comes
 * with systemd, sends each message: a process of 5 ms, at most three in the time after which a silent node is killed.
 */
import { execFile } from 'node:child_process'

/** Messages in the time that the watchdog allows: one may be late, and one lost. */
const PINGS = 3
/** However short the watchdog's time is: each message is a process. */
const PING_MS_MIN = 250
/** How long a message may take to be sent. */
const SEND_MS_MAX = 5_000

export interface ServiceManager {
  /** @param status how the node does, one line */
  ready(status: string): void
  reloading(): void
  stopping(): void
  /**
   * Says by a timer of this event loop, for as long as it turns, that it does. Where no watchdog waits for it nothing
   * is begun.
   */
  keepAlive(status: () => string): void
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Null where nobody waits to be told. A message that fails is one that is lost: the next one is tried all the same,
 * unless there is nothing to send with.
 * @param lost called with the reason of the first that failed
 */
export function openServiceManager(
  env: Environment,
  pid: number,
  lost: (reason: string) => void,
): ServiceManager | null {
  if ((env.NOTIFY_SOCKET ?? '') === '') return null
  const { NOTIFY_SOCKET, PATH } = env
  let state: 'sends' | 'has-failed' | 'can-not' = 'sends'
  // One after the other: a manager that hears of a reload after its end waits for another end.
  let last = Promise.resolve()
  let waiting = 0
  const send = (...words: readonly string[]): void => {
    waiting++
    last = last.then(async () => {
      await carry(words)
      waiting--
    })
  }
  const carry = (words: readonly string[]): Promise<void> =>
    new Promise((resolve) => {
      if (state === 'can-not') return resolve()
      const options = { env: { NOTIFY_SOCKET, PATH }, timeout: SEND_MS_MAX }
      execFile('systemd-notify', [...words], options, (error) => {
        resolve()
        if (error === null) return
        const isMissing = error.code === 'ENOENT'
        if (state === 'sends') lost(isMissing ? 'there is no systemd-notify' : error.message.split('\n', 1).join(''))
        state = isMissing ? 'can-not' : 'has-failed'
      })
    })
  const microseconds = Number(env.WATCHDOG_USEC ?? '0')
  const isMeant = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === pid
  return {
    ready: (status) => send('READY=1', `STATUS=${status}`),
    reloading: () => send('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`),
    stopping: () => send('STOPPING=1', 'STATUS=stopping'),
    keepAlive: (status) => {
      if (!isMeant || !(microseconds > 0)) return
      const everyMs = Math.max(PING_MS_MIN, microseconds / 1_000 / PINGS)
      setInterval(() => {
        if (waiting === 0) send('WATCHDOG=1', `STATUS=${status()}`)
      }, everyMs).unref()
    },
  }
}
