/**
 * Folders of embedded networks, which go with the process whatever ends it: its own end, an error that nobody caught,
 * or a signal that nobody else handles. (Against SIGKILL there is nothing; the system's temporary folder is where they
 * lie.)
 */
import { rmSync } from 'node:fs'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const homes = new Set<string>()

/** From now on the folder goes with this process. */
export function keepHome(home: string): void {
  if (homes.size === 0) {
    process.on('exit', removeHomes)
    for (const signal of SIGNALS) process.on(signal, onSignal)
  }
  homes.add(home)
}

/** The folder is gone. */
export function forgetHome(home: string): void {
  homes.delete(home)
  if (homes.size === 0) letGo()
}

/** Listening to a signal takes its effect away: where nobody else listens, it ends the process as it would have. */
function onSignal(signal: NodeJS.Signals): void {
  // A test runner that handles it ends in good order, and the folders with it.
  if (process.listenerCount(signal) > 1) return
  removeHomes()
  letGo()
  process.kill(process.pid, signal)
}

function letGo(): void {
  process.off('exit', removeHomes)
  for (const signal of SIGNALS) process.off(signal, onSignal)
}

function removeHomes(): void {
  for (const home of homes) rmSync(home, { recursive: true, force: true, maxRetries: 3 })
  homes.clear()
}
