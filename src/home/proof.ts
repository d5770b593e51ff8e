/**
 * Which process belongs to a home. Every supervisor draws a nonce for its run; it and its nodes are started with a mark
 * among their arguments that is made of the nonce and the home's path, and the manifest, which only the home's owner
 * can read, holds the nonce. A process is a home's when its mark fits, it began when the manifest says, and it runs as
 * the user.
 *
 * What this withstands: a manifest of somebody else's making (the nonce can't be guessed, and the mark, which `ps`
 * shows to everybody, does not give it away); one that was copied with its folder (the path is in the mark); a number
 * that another process has by now (other arguments, another beginning). What remains is the moment between the look and
 * the signal.
 */
import { toHex, utf8 } from '../lib/bytes.ts'
import { sha256 } from '../lib/hash.ts'
import { argumentsOf, isAlive, isOwnProcess, startOf } from './process.ts'

/** A process as a manifest names it. */
export interface ProcessName {
  readonly pid: number
  /** When it began (process.ts). */
  readonly started: string
}

/** Bytes of a nonce: nobody guesses 128 bits. */
export const NONCE_BYTES = 16

/** The argument that processes of this home have in this run. */
export function markOf(home: string, nonce: string): string {
  return `hearsay-home-${toHex(sha256(utf8(`hearsay/home/1\0${nonce}\0${home}`)))}`
}

/** A living process by its name; null where there is none. */
export function nameProcess(pid: number): ProcessName | null {
  const started = startOf(pid)
  return started === null ? null : { pid, started }
}

/** Whether the process runs and is one that the home's supervisor of this nonce started, or that supervisor itself. */
export function isOfHome({ home, nonce }: { home: string; nonce: string }, { pid, started }: ProcessName): boolean {
  return isRunning({ pid, started }) && isOwnProcess(pid) && argumentsOf(pid)?.includes(markOf(home, nonce)) === true
}

/**
 * Whether the very process of this name still runs: for one that was proven before, since a process that ends loses its
 * arguments first.
 */
export function isRunning({ pid, started }: ProcessName): boolean {
  return isAlive(pid) && startOf(pid) === started
}

/** Sends a signal to a process of the home, and to no other; false where it is none, or is gone. */
export function signalOfHome(
  of: { readonly home: string; readonly nonce: string },
  name: ProcessName,
  signal: NodeJS.Signals,
): boolean {
  if (!isOfHome(of, name)) return false
  try {
    return process.kill(name.pid, signal)
  } catch {
    return false
  }
}
