/**
 * A network that lives on more than one machine: five network namespaces with three nodes each, made with `network
 * create`, `invite` and `join` alone; transactions on all of them, a machine cut off and back, and two later ones whose
 * faults `doctor` names. `npm run machines` needs root, ip and nft, and the built command.
 */
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toHex } from '../../src/lib/bytes.ts'
import { until } from '../../testnet/until.ts'
import { keysOf } from '../../test/toolkit/objects/transactions.ts'
import { Switch } from '../../test/toolkit/processes/switch.ts'
import { Report } from '../../test/toolkit/report.ts'
import { scriptArguments } from '../arguments.ts'
import { PAYERS } from './machines/payers.ts'
import { apiOf, listenOf, MACHINES, nameOf, PLACES, SPOILT, type Place, type Spoilt } from './machines/places.ts'

const DESK = fileURLToPath(new URL('./machines/desk.ts', import.meta.url))
const NETWORK = 'dev-harbour'
const TRANSACTIONS = 200
/** While a machine is cut off, there and elsewhere. */
const MEANWHILE = 50
const CUT_MS = 30_000
const IN_SYNC_MS_MAX = 60_000
const SPREAD_MS_MAX = 90_000
const TOLD_MS_MAX = 60_000

scriptArguments(
  'usage: npm run machines: a network on five machines (namespaces) with three nodes each, made by invite and join; needs root, ip and nft',
  {},
)
const obstacle = Switch.obstacle()
if (obstacle !== null) {
  console.error(obstacle)
  process.exit(2)
}
const root = mkdtempSync(join(tmpdir(), 'hearsay-machines-'))
const env = { HEARSAY_KEYS: join(root, 'keys'), XDG_STATE_HOME: join(root, 'state') }
const at = { cwd: root, env }
const net = new Switch('hsm')
const report = new Report()
const said = new Map<ChildProcess, string>()
try {
  const startedMs = performance.now()
  for (const [index, machine] of MACHINES.entries()) net.add(machine, index + 1)
  await create()
  await populate()
  report.figure('inSyncAfterSeconds', (performance.now() - startedMs) / 1_000)
  console.error(`✓ ${PLACES.length} nodes on ${MACHINES.length} machines, in sync`)

  const first = await send({ machine: 'eve', index: 2 }, 0, TRANSACTIONS)
  report.figure('everywhereAfterSeconds', await everywhere(first, PLACES))

  net.connect('dee', false)
  const [inside, outside] = await Promise.all([
    send({ machine: 'dee', index: 1 }, TRANSACTIONS, MEANWHILE),
    send({ machine: 'ann', index: 1 }, TRANSACTIONS + MEANWHILE, MEANWHILE),
    new Promise((resolve) => setTimeout(resolve, CUT_MS)),
  ])
  const cutOff = PLACES.filter(({ machine }) => machine === 'dee')
  report.require((await lacking(outside, cutOff)) === cutOff.length * MEANWHILE, 'dee was cut off')
  net.connect('dee', true)
  const all = [...first, ...inside, ...outside]
  report.figure('healedAfterSeconds', await everywhere(all, PLACES))
  report.exactly('lost', await lacking(all, PLACES), 0)
  report.figure('acknowledged', all.length)

  for (const [index, spoilt] of SPOILT.entries()) await examine(spoilt, MACHINES.length + index + 1)
} catch (error) {
  report.require(false, error instanceof Error ? error.message : String(error))
} finally {
  await net.close()
  rmSync(root, { recursive: true, force: true })
}
for (const failure of report.failures) console.error(`✗ ${failure}`)
console.log(JSON.stringify({ id: 'machines', pass: report.failures.length === 0, figures: report.figures }))
process.exitCode = report.failures.length === 0 ? 0 : 1

/** The document, on the first machine, and the first node. */
async function create(): Promise<void> {
  writeFileSync(join(root, 'pass'), 'correct horse\n', { mode: 0o600 })
  const funds = Array.from({ length: PAYERS }, (_, payer) => [
    '--fund',
    `${toHex(keysOf(payer).publicKey)}=1000000`,
  ]).flat()
  const own = ['--validators', String(MACHINES.length), '--out', 'network.json', '--passphrase-file', 'pass']
  const created = await net.hearsay('ann', ['network', 'create', NETWORK, ...own, ...funds], at)
  if (created.code !== 0) throw new Error(created.stderr)
  const node = started(PLACES[0] as Place, ['node', 'run', '--network', 'network.json'])
  if (!(await until(() => hasSaid(node, 'ready'), { timeoutMs: IN_SYNC_MS_MAX, everyMs: 50 })))
    throw new Error(`the first node did not start: ${said.get(node) ?? ''}`)
}

/** All others: the first of each machine by a line for one, its neighbours by a line of that one. */
async function populate(): Promise<void> {
  const [ann, ...others] = PLACES.filter(({ index }) => index === 0)
  if (ann === undefined) return
  await Promise.all(others.map(async (place) => joined(place, await invited(ann, ['--once']))))
  for (const host of [ann, ...others]) {
    const line = await invited(host, [])
    const more = PLACES.filter(({ machine, index }) => machine === host.machine && index > 0)
    await Promise.all(more.map((place) => joined(place, line)))
  }
}

async function invited(place: Place, more: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await net.hearsay(place.machine, ['invite', ...asking(place), ...more], at)
  if (code !== 0) throw new Error(stderr)
  return stdout
}

/** Joins by a line on stdin; over when the node says that it is in sync. */
async function joined(place: Place, line: string, flags: readonly string[] = []): Promise<void> {
  const node = started(place, ['join', '-'], line, flags)
  const isIn = await until(() => hasSaid(node, 'in-sync') || node.exitCode !== null, {
    timeoutMs: IN_SYNC_MS_MAX,
    everyMs: 50,
  })
  if (!isIn || node.exitCode !== null) throw new Error(`${nameOf(place)} is not in sync: ${said.get(node) ?? ''}`)
}

/** One machine has one validator: its first node. */
function started(
  place: Place,
  command: readonly string[],
  input?: string,
  flags: readonly string[] = [],
): ChildProcess {
  const own = ['--name', nameOf(place), '--data-dir', nameOf(place), '--listen', listenOf(place), '--api', apiOf(place)]
  const validator = MACHINES.findIndex((machine) => machine === place.machine)
  const makes =
    place.index > 0 || validator < 0
      ? []
      : ['--validator', `${NETWORK}-validator-${validator}`, '--passphrase-file', 'pass']
  const words = [...command, ...own, ...makes, '--profile', 'dev', '--discovery', '--log-level', 'error', '--json']
  const node = net.start(place.machine, words, { ...at, flags, ...(input === undefined ? {} : { input }) }, [
    'pipe',
    'pipe',
    'pipe',
  ])
  for (const stream of [node.stdout, node.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => said.set(node, `${said.get(node) ?? ''}${text}`))
  return node
}

function hasSaid(node: ChildProcess, event: string): boolean {
  return said.get(node)?.includes(`"event":"${event}"`) === true
}

/** Which node a command talks to. */
function asking(place: Place): readonly string[] {
  return ['--api', `http://${apiOf(place)}`, '--token-file', join(root, nameOf(place), '.cookie')]
}

/** @returns the ids that the node acknowledged */
async function send(place: Place, from: number, count: number): Promise<readonly string[]> {
  const token = join(root, nameOf(place), '.cookie')
  const words = [DESK, 'send', `http://${apiOf(place)}`, token, 'network.json', String(from), String(count)]
  const { code, stdout, stderr } = await net.run(place.machine, words, at)
  if (code !== 0) throw new Error(`${nameOf(place)} took not all: ${stderr}`)
  return JSON.parse(stdout) as string[]
}

/** How many transactions nodes lack, all of these together: as soon as it is none, at the latest after `forMs`. */
async function lacking(ids: readonly string[], places: readonly Place[], forMs = 0): Promise<number> {
  const machines = [...new Set(places.map(({ machine }) => machine))]
  const counts = await Promise.all(
    machines.map(async (machine) => {
      const apis = places.filter((place) => place.machine === machine).map((place) => `http://${apiOf(place)}`)
      const asked = { ...at, input: JSON.stringify(ids) }
      const { code, stdout, stderr } = await net.run(machine, [DESK, 'look', String(forMs), ...apis], asked)
      if (code !== 0) throw new Error(stderr)
      return (JSON.parse(stdout) as number[]).reduce((all, each) => all + each, 0)
    }),
  )
  return counts.reduce((all, each) => all + each, 0)
}

/** Waits until all have them. @returns seconds */
async function everywhere(ids: readonly string[], places: readonly Place[]): Promise<number> {
  const startedMs = performance.now()
  const left = await lacking(ids, places, SPREAD_MS_MAX)
  const seconds = (performance.now() - startedMs) / 1_000
  report.require(left === 0, `${left} of ${ids.length * places.length} are missing after ${Math.round(seconds)} s`)
  const mark = left === 0 ? '✓' : '✗'
  console.error(`${mark} ${ids.length} transactions on ${places.length} nodes after ${seconds.toFixed(1)} s`)
  return seconds
}

/** A machine with a fault joins, and its doctor names it. */
async function examine({ machine, spoilt, flags = [], says, exitCode }: Spoilt, number: number): Promise<void> {
  net.add(machine, number)
  if (spoilt !== undefined) net.within(machine, spoilt)
  const place = { machine, index: 0 }
  await joined(place, await invited(PLACES[0] as Place, []), flags)
  let last = ''
  const isNamed = await until(
    async () => {
      const { code, stdout } = await net.hearsay(machine, ['doctor', ...asking(place)], at)
      last = `exit ${code}\n${stdout}`
      return code === exitCode && says.test(stdout)
    },
    { timeoutMs: TOLD_MS_MAX, everyMs: 1_000 },
  )
  report.require(isNamed, `doctor does not name what is wrong with ${machine}: ${last}`)
  console.error(`${isNamed ? '✓' : '✗'} ${machine}: ${says.exec(last)?.[0] ?? last}`)
}
