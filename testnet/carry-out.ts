/** Commands of the control API to calls on the network: what comes in is checked here, once. */
import { assertNever } from '../src/lib/assert.ts'
import type { Command, Outcome } from './control.ts'
import { LINK_DELAY_MS_MAX, NODES_MAX } from './limits.ts'
import { isSnapshotName } from './snapshots.ts'
import type { Testnet } from './testnet.ts'

/** Longest pause or partition, ms: a timer of Node holds 31 bits. */
const FOR_MS_MAX = 2 ** 31 - 1

/** Carries out one command; `down` answers at once and stops the network afterwards through `onDown`. */
export async function carryOut(
  testnet: Testnet,
  command: Command,
  request: Readonly<Record<string, unknown>>,
  onDown: (force: boolean) => void,
): Promise<Outcome<unknown>> {
  switch (command) {
    case 'status':
      return { ok: true, value: await testnet.status() }
    case 'partition-status':
      return { ok: true, value: { partition: testnet.partitioned } }
    case 'traffic':
      return { ok: true, value: testnet.traffic() }
    case 'slow': {
      const { nodes, extraMs } = request
      if (!isNames(nodes)) return bad('"nodes" must be a list of names')
      return typeof extraMs === 'number' && extraMs >= 0 && extraMs <= LINK_DELAY_MS_MAX
        ? testnet.slow(nodes, extraMs)
        : bad(`"extraMs" must be milliseconds, ${LINK_DELAY_MS_MAX} at most`)
    }
    case 'kill':
    case 'stop':
    case 'resume':
    case 'restart': {
      const { nodes } = request
      return isNames(nodes)
        ? command === 'stop'
          ? testnet.stopNodes(nodes)
          : testnet[command](nodes)
        : bad('"nodes" must be a list of names')
    }
    case 'pause': {
      const { nodes, forMs } = request
      if (!isNames(nodes)) return bad('"nodes" must be a list of names')
      return isTime(forMs) ? testnet.pause(nodes, forMs) : bad('"forMs" must be milliseconds or null')
    }
    case 'add': {
      const { count } = request
      return isCount(count) ? testnet.add(count) : bad(`"count" must be a number from 1 to ${NODES_MAX}`)
    }
    case 'partition': {
      const { groups, forMs } = request
      if (!Array.isArray(groups) || groups.length < 1 || !groups.every(isNames))
        return bad('"groups" must be at least one list of names')
      return isTime(forMs) ? testnet.partition(groups, forMs) : bad('"forMs" must be milliseconds or null')
    }
    case 'heal':
      return testnet.heal()
    case 'on-demand': {
      const { isOn } = request
      return typeof isOn === 'boolean' ? testnet.onDemand(isOn) : bad('"isOn" must be true or false')
    }
    case 'mine':
      return testnet.mine()
    case 'snapshot': {
      const { name } = request
      return typeof name === 'string' && isSnapshotName(name)
        ? testnet.snapshot(name)
        : bad('"name" must be letters, digits, ".", "-" and "_"')
    }
    case 'down':
      onDown(request.force === true)
      return { ok: true, value: { stopping: true } }
    default:
      return assertNever(command)
  }
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string')
}

function isTime(value: unknown): value is number | null {
  return value === null || (typeof value === 'number' && value > 0 && value <= FOR_MS_MAX)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= NODES_MAX
}

function bad(message: string): Outcome<never> {
  return { ok: false, refusal: { code: 'bad-request', message, hint: 'see `hearsay testnet --help`' } }
}
