/**
 * Where this user's testnets are, for `testnet list`: a path a line in `$XDG_STATE_HOME/hearsay/homes`, by default
 * `~/.local/state/hearsay/homes`, newest first. It only says where to look; what is there is judged as every home is. A
 * list that can't be read or written costs nobody his network.
 */
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { replaceFile } from '../home/own-file.ts'
import type { Environment } from './context.ts'

/** Homes that are remembered: more networks than one person looks after. */
const HOMES_MAX = 100

export function homesFile(env: Environment): string {
  const state = env.XDG_STATE_HOME
  return join(state === undefined || state === '' ? join(homedir(), '.local', 'state') : state, 'hearsay', 'homes')
}

/** Notes that `home` has a network. Homes that are gone are forgotten on the way. */
export function rememberHome(env: Environment, home: string): void {
  if (/[\r\n]/.test(home)) return
  const others = knownHomes(env).filter((known) => known !== home && existsSync(known))
  try {
    replaceFile(homesFile(env), `${[home, ...others].slice(0, HOMES_MAX).join('\n')}\n`)
  } catch {
    // A folder that can't be written to: then `testnet list` shows this folder's network alone.
  }
}

/** Homes in which `testnet up` was told to start a network, newest first. */
export function knownHomes(env: Environment): readonly string[] {
  try {
    const lines = readFileSync(homesFile(env), 'utf8').split('\n')
    return [...new Set(lines.filter(isAbsolute))].slice(0, HOMES_MAX)
  } catch {
    return []
  }
}
