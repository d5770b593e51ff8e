// `npm run sim -- spread …`: how a message spreads, in virtual time on the real router, or in the textbook's models.
// `npm run sim -- chain …`: whether the chain keeps its promises, over many seeds.
// `npm run sim -- repair …`, `npm run sim -- membership …`: whether repair and membership keep theirs.
// `npm run sim -- run`: one scenario (JSON, from standard input), as a failing run prints it.
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { spreadModel, type SpreadModel } from '../../src/lab/spread-theory.ts'
import { createPrng } from '../../src/lib/prng.ts'
import { brokenPromises, type ChainReport } from '../../src/sim/chain-report.ts'
import { CHAIN_SCENARIOS, chainScenario } from '../../src/sim/chain-scenarios.ts'
import { runInChild } from '../../src/sim/child.ts'
import { MODEL_MODES, type ModelMode } from '../../src/sim/models.ts'
import { MEMBERSHIP_SCENARIOS, REPAIR_SCENARIOS } from '../../src/sim/network-scenarios.ts'
import { REFERENCE_LINKS } from '../../src/sim/network.ts'
import type { RunReport } from '../../src/sim/run.ts'
import { everySecond, scenario, type Scenario } from '../../src/sim/scenario.ts'
import { TOPOLOGIES, type TopologyKind } from '../../src/sim/topology.ts'
import { runNetworkSeeds } from './sim/network.ts'

const USAGE = `usage: npm run sim -- spread [options]
  --mode MODE         real (default), or a model: ${MODEL_MODES.join(', ')}
  --n N,N,…           nodes (default 200)
  --seed S            (default 1)
  --json              one JSON document a line
 real:
  --member KIND       relay (default): whole nodes; router: bare gossipsub
  --degree D          connections a node (default 12)
  --topology KIND     ${TOPOLOGIES.join(', ')} (default random)
  --messages M        one a second (default 3)
  --payload BYTES     (default 250)
  --latency MIN-MAX   one-way delay of links, ms (default 20-120)
  --loss RATE         packets sent again
  --lose-messages RATE  gossip messages lost whole
  --eager-only        without IHAVE and IWANT
  --stands            relays begin as a network that has stood for long: everybody knows everybody
  --repeat            run twice and compare the digests
 models:
  --k K,K,…           contacts a round, useless contacts, or fanout (default 1)
  --runs R            (default 100)
       npm run sim -- chain [options]
  --kind KIND         ${CHAIN_SCENARIOS.join(', ')} (default partition)
  --seeds N           runs, from --seed on (default 10)
  --jobs J            at a time (default 1)
  --json              one JSON document a line
       npm run sim -- repair [options]
  --kind KIND         ${REPAIR_SCENARIOS.join(', ')} (default: all)
       npm run sim -- membership [options]
  --kind KIND         ${MEMBERSHIP_SCENARIOS.join(', ')} (default: all)
  --seeds, --seed, --jobs, --json as for chain, for each kind
       npm run sim -- run < scenario.json`

/** A mistake of the user: said without a stack. */
class UsageError extends Error {}

const OPTIONS = {
  mode: { type: 'string', default: 'real' },
  n: { type: 'string', default: '200' },
  seed: { type: 'string', default: '1' },
  json: { type: 'boolean', default: false },
  member: { type: 'string', default: 'relay' },
  degree: { type: 'string', default: '12' },
  topology: { type: 'string', default: 'random' },
  messages: { type: 'string', default: '3' },
  payload: { type: 'string', default: '250' },
  latency: { type: 'string', default: '20-120' },
  loss: { type: 'string', default: '0' },
  'lose-messages': { type: 'string', default: '0' },
  'eager-only': { type: 'boolean', default: false },
  stands: { type: 'boolean', default: false },
  repeat: { type: 'boolean', default: false },
  k: { type: 'string', default: '1' },
  runs: { type: 'string', default: '100' },
  kind: { type: 'string' },
  seeds: { type: 'string', default: '10' },
  jobs: { type: 'string', default: '1' },
} as const

type Flags = ReturnType<typeof parseFlags>

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function count(text: string, name: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${name} must be a whole number, not "${text}"`)
  return Number(text)
}

function counts(text: string, name: string): readonly number[] {
  return text.split(',').map((part) => count(part, name))
}

function rate(text: string, name: string): number {
  const value = Number(text)
  if (!(value >= 0 && value < 1)) throw new UsageError(`--${name} must be at least 0 and below 1, not "${text}"`)
  return value
}

function oneOf<T extends string>(text: string, name: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === text)
  if (choice === undefined) throw new UsageError(`--${name} must be one of ${choices.join(', ')}, not "${text}"`)
  return choice
}

function scenarioOf(flags: Flags, nodes: number): Scenario {
  const seed = count(flags.seed, 'seed')
  const latency = /^(\d+)-(\d+)$/.exec(flags.latency)
  if (latency === null) throw new UsageError(`--latency must be MIN-MAX, not "${flags.latency}"`)
  const lostMessages = rate(flags['lose-messages'], 'lose-messages')
  if (nodes < 2) throw new UsageError('--n must be at least 2: a message needs somebody to go to')
  return scenario({
    seed,
    nodes,
    degree: count(flags.degree, 'degree'),
    topology: oneOf<TopologyKind>(flags.topology, 'topology', TOPOLOGIES),
    member: oneOf(flags.member, 'member', ['relay', 'router']),
    payloadBytes: count(flags.payload, 'payload'),
    links: {
      ...REFERENCE_LINKS,
      latencyMinMs: Number(latency[1]),
      latencyMaxMs: Number(latency[2]),
      lossRate: rate(flags.loss, 'loss'),
    },
    eagerOnly: flags['eager-only'],
    stands: flags.stands,
    publications: everySecond(count(flags.messages, 'messages'), nodes, seed),
    faults: lostMessages === 0 ? [] : [{ atMs: 0, kind: 'lose-messages', rate: lostMessages }],
  })
}

async function spreadReal(flags: Flags): Promise<void> {
  for (const nodes of counts(flags.n, 'n')) {
    const asked = scenarioOf(flags, nodes)
    const report = await runInChild(asked)
    console.log(flags.json ? JSON.stringify(report) : realLine(report))
    if (flags.repeat && (await runInChild(asked)).digest !== report.digest) {
      throw new Error(`two runs of seed ${asked.seed} differ: something in it follows the real clock or real chance`)
    }
    if (report.coverage < 1) {
      console.error(`coverage ${report.coverage}: not every message reached every node`)
      process.exitCode = 1
    }
  }
}

function realLine(report: RunReport): string {
  const { nodes, coverage, p50Ms, p99Ms, hopsMean, copies, mesh, bytesPerMessagePerNode, digest, wallMs } = report
  const predicted = mesh.predictedP50Ms === null ? '' : ` (theory ${mesh.predictedP50Ms.toFixed(0)})`
  return [
    `n ${nodes}`,
    `coverage ${(100 * coverage).toFixed(2)} %`,
    `p50 ${p50Ms.toFixed(0)} ms${predicted}`,
    `p99 ${p99Ms.toFixed(0)} ms`,
    `hops ${hopsMean.toFixed(2)}`,
    `copies ${copies.toFixed(2)}`,
    `mesh ${mesh.degree.toFixed(2)}`,
    `${bytesPerMessagePerNode.toFixed(0)} B a message and node`,
    `digest ${digest.slice(0, 16)}`,
    `${(wallMs / 1000).toFixed(1)} s`,
  ].join('  ')
}

function spreadModels(flags: Flags, mode: ModelMode): void {
  const random = createPrng(count(flags.seed, 'seed'))
  const runs = count(flags.runs, 'runs')
  for (const nodes of counts(flags.n, 'n')) {
    for (const k of counts(flags.k, 'k')) {
      if (nodes < 2 || k < 1 || runs < 1) throw new UsageError('--n must be at least 2, --k and --runs at least 1')
      const model = spreadModel({ mode, nodes, k, runs, random, topology: 'random' })
      console.log(flags.json ? JSON.stringify(model.summary) : modelLine(model))
    }
  }
}

function modelLine({ summary, figure }: SpreadModel): string {
  const rounds = (value: number | null): string => (value === null ? '-' : value.toFixed(1))
  return [
    `${summary.mode} k ${summary.k}  n ${summary.nodes}`,
    `to 99.9 % ${rounds(summary.roundsTo999)} rounds`,
    `to all ${rounds(summary.roundsToAll)}`,
    `residue ${summary.residue.toPrecision(2)}`,
    `messages a node ${summary.messagesPerNode.toFixed(2)}`,
    `all reached in ${(100 * summary.reachedAll).toFixed(0)} % of ${summary.runs} runs`,
    ...(figure.theory === null ? [] : [`theory: ${figure.what} ${figure.theory.toPrecision(3)}`]),
  ].join('  ')
}

/** Runs the seeds, some at a time; a run that breaks a promise says which, and goes on to the next. */
async function chain(flags: Flags): Promise<void> {
  const kind = oneOf(flags.kind ?? 'partition', 'kind', CHAIN_SCENARIOS)
  const first = count(flags.seed, 'seed')
  const seeds = Array.from({ length: count(flags.seeds, 'seeds') }, (_, index) => first + index)
  const reports: ChainReport[] = []
  let failed = 0
  const work = async (): Promise<void> => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      const { chain: report } = await runInChild(chainScenario(kind, seed))
      if (report === null) throw new Error('the scenario has no chain')
      const broken = brokenPromises(report)
      if (broken.length > 0) failed++
      reports.push(report)
      if (flags.json) console.log(JSON.stringify({ kind, seed, broken, ...report }))
      else console.log(`seed ${seed}  ${chainLine(report)}${broken.map((what) => `\n  BROKEN: ${what}`).join('')}`)
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, count(flags.jobs, 'jobs')) }, work))
  console.error(
    `${kind}: ${reports.length - failed} of ${reports.length} runs kept every promise; ${chainSummary(reports)}`,
  )
  if (failed > 0) process.exitCode = 1
}

function chainLine(report: ChainReport): string {
  return [
    `height ${report.height}`,
    `one head after ${report.agreedAfterMs ?? '-'} ms`,
    `accepted ${report.accepted}, in one block ${report.included}`,
    `reorgs ${report.reorgs}, deepest ${report.deepestReorg}, across settled ${report.settledReorgs}`,
    ...(report.withheld === null ? [] : [`slots until a head moved ${report.withheld.longest}`]),
  ].join('  ')
}

function chainSummary(reports: readonly ChainReport[]): string {
  const agreed = reports.map(({ agreedAfterMs }) => agreedAfterMs ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b)
  const sum = (pick: (report: ChainReport) => number): number =>
    reports.reduce((total, report) => total + pick(report), 0)
  return [
    `one head after ${agreed[Math.floor(agreed.length / 2)]} ms (median), ${agreed.at(-1)} ms (longest)`,
    `accepted ${sum((report) => report.accepted)}, in exactly one block ${sum((report) => report.included)}`,
    `lost ${sum((report) => report.lost.length)}, expired ${sum((report) => report.expired)}`,
    `reorgs ${sum((report) => report.reorgs)}, across a settled block ${sum((report) => report.settledReorgs)}`,
    ...(reports.some(({ withheld }) => withheld !== null)
      ? [`slots until a head moved ${Math.max(...reports.map(({ withheld }) => withheld?.longest ?? 0))} (most)`]
      : []),
  ].join('; ')
}

/** Every kind, or the one asked for. */
async function network(flags: Flags, kinds: typeof REPAIR_SCENARIOS | typeof MEMBERSHIP_SCENARIOS): Promise<void> {
  const asked = flags.kind === undefined ? kinds : [oneOf(flags.kind, 'kind', kinds)]
  const options = { seeds: count(flags.seeds, 'seeds'), jobs: count(flags.jobs, 'jobs'), json: flags.json }
  for (const kind of asked) {
    const kept = await runNetworkSeeds({ kind, first: count(flags.seed, 'seed'), ...options })
    if (!kept) process.exitCode = 1
  }
}

async function main([command, ...args]: readonly string[]): Promise<void> {
  if ([command, ...args].some((word) => word === '--help' || word === '-h')) {
    console.log(USAGE)
    return
  }
  if (command === 'run') {
    console.log(JSON.stringify(await runInChild(JSON.parse(await text(process.stdin)) as Scenario)))
    return
  }
  if (command === 'chain') {
    await chain(parseFlags(args))
    return
  }
  if (command === 'repair' || command === 'membership') {
    await network(parseFlags(args), command === 'repair' ? REPAIR_SCENARIOS : MEMBERSHIP_SCENARIOS)
    return
  }
  if (command !== 'spread') throw new UsageError(USAGE)
  const flags = parseFlags(args)
  const mode = oneOf(flags.mode, 'mode', ['real', ...MODEL_MODES])
  if (mode === 'real') await spreadReal(flags)
  else spreadModels(flags, mode)
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = error instanceof UsageError ? 2 : 1
}
