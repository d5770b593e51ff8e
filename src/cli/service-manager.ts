/**
 * What the service manager that started this process is told (sd_notify(3)): ready, reloading, stopping, how it does,
 * and that the event loop still turns. Node has no datagram socket of this family, so `systemd-notify`, which comes
 * with systemd, sends each message: a process of 5 ms, at most three in the time after which a silent node is killed.
 */
import { execFile } from 'node:child_process'

/** Messages in the time that the watchdog allows: one may be late, and one lost. */
const PINGS = 3
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
 * Null where nobody waits to be told.
 * @param lost called once with the reason where messages can't be sent
 */
export function openServiceManager(
  env: Environment,
  pid: number,
  lost: (reason: string) => void,
): ServiceManager | null {
  if ((env.NOTIFY_SOCKET ?? '') === '') return null
  const { NOTIFY_SOCKET, PATH } = env
  let isLost = false
  const send = (...words: readonly string[]): void => {
    if (isLost) return
    const options = { env: { NOTIFY_SOCKET, PATH }, timeout: SEND_MS_MAX }
    execFile('systemd-notify', [...words], options, (error) => {
      if (error === null || isLost) return
      isLost = true
      lost(error.code === 'ENOENT' ? 'there is no systemd-notify' : error.message.split('\n', 1).join(''))
    })
  }
  const microseconds = Number(env.WATCHDOG_USEC ?? '0')
  const isMeant = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === pid
  return {
    ready: (status) => send('READY=1', `STATUS=${status}`),
    reloading: () => send('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`),
    stopping: () => send('STOPPING=1', 'STATUS=stopping'),
    keepAlive: (status) => {
      if (!isMeant || !(microseconds > 0)) return
      setInterval(() => send('WATCHDOG=1', `STATUS=${status()}`), microseconds / 1_000 / PINGS).unref()
    },
  }
}
