/** What the commands `testnet snapshot …` share. */
import { existsSync } from 'node:fs'
import type { Snapshot } from '../../testnet/control.ts'
import type { SnapshotOutcome } from '../../testnet/snapshots.ts'
import { realHome } from '../home/trusted-file.ts'
import { assertNever } from '../lib/assert.ts'
import type { Context } from './context.ts'
import { distrustFailure, homeOf } from './discovery.ts'
import { Failure, usageFailure } from './failure.ts'
import { sizeText } from './table-text.ts'
import { nodesText } from './testnet-text.ts'

/** The name in the arguments, and the home without symbolic links. */
export async function snapshotOf(
  context: Context,
  args: readonly string[],
): Promise<{ readonly home: string; readonly name: string }> {
  const { isSnapshotName } = await import('../../testnet/snapshots.ts')
  const name = args[0] ?? ''
  if (!isSnapshotName(name))
    throw usageFailure(
      `name: "${name.slice(0, 80)}" is not a name of at most 64 letters, digits, ".", "-" and "_"`,
      'it begins with a letter or a digit, as in `before-upgrade`',
    )
  return { home: realHome(homeOf(context)), name }
}

/** Does something with a home whose network is down, and keeps everybody else from starting it meanwhile. */
export async function withHomeAlone<T>(home: string, work: () => Promise<T>): Promise<T> {
  // Where there is no home there is nothing to keep, and none is made for asking.
  if (!existsSync(home)) return work()
  const { lockHome } = await import('../../testnet/supervisor-lock.ts')
  const lock = lockHome(home)
  if (!lock.ok)
    throw new Failure(
      'usage',
      lock.copies ? 'busy' : 'already-running',
      lock.copies
        ? `the network in ${home} is being copied already (process ${lock.pid})`
        : `a testnet runs in ${home} (process ${lock.pid})`,
      lock.copies ? 'try again when that is done' : 'stop it first: `hearsay testnet down`',
    )
  try {
    return await work()
  } finally {
    lock.release()
  }
}

/** The value of an outcome, or a failure that says what to do. */
export async function takeSnapshot<T>(home: string, name: string, outcome: SnapshotOutcome<T>): Promise<T> {
  const { snapshotRefusal } = await import('../../testnet/snapshots.ts')
  switch (outcome.kind) {
    case 'done':
      return outcome.value
    case 'distrusted':
      throw distrustFailure(outcome.distrust)
    case 'no-network': {
      const { hint } = snapshotRefusal(name, outcome)
      throw new Failure('not-ready', 'no-testnet', `there is no network in ${home} to copy`, hint)
    }
    case 'unknown': {
      const { message, hint } = snapshotRefusal(name, outcome)
      throw new Failure('not-found', 'unknown-snapshot', message, hint)
    }
    case 'exists':
    case 'too-many': {
      const { message, hint } = snapshotRefusal(name, outcome)
      throw new Failure('usage', outcome.kind, message, hint)
    }
    default:
      return assertNever(outcome)
  }
}

/** `dev-abc, 10 nodes, 4.1 MiB` */
export function snapshotText({ network, nodes, sizeBytes }: Snapshot): string {
  return `${network}, ${nodesText(nodes)}, ${sizeText(sizeBytes)}`
}
