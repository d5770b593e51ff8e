import { randomInt } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { resolve } from 'node:path'
import type { UpOutcome } from '../../../testnet/control-client.ts'
import type { TestnetPlan } from '../../../testnet/control.ts'
import type { Preset } from '../../../testnet/presets.ts'
import type { SavedNetwork } from '../../../testnet/resume-file.ts'
import type { Topology } from '../../../testnet/topology.ts'
import { assertNever } from '../../lib/assert.ts'
import { defineCommand, flag, value } from '../command.ts'
import type { Context } from '../context.ts'
import { distrustFailure, homeOf } from '../discovery.ts'
import type { Outcome } from '../exit.ts'
import { Failure, systemCode, usageFailure } from '../failure.ts'
import { rememberHome } from '../homes-file.ts'
import { readNamed } from '../input.ts'
import { readCount, readDuration, readText, readWord } from '../parse.ts'
import { didYouMean } from '../../lib/suggest.ts'
import { alreadyRunning } from '../testnet-control.ts'
import { nodesText, PRESET_NAMES, upDocument, upText } from '../testnet-text.ts'
import { stayWithTestnet } from '../testnet-session.ts'

const IS_TOPOLOGY: Readonly<Record<Topology, true>> = { random: true, ring: true, line: true, star: true, full: true }
const TOPOLOGIES = Object.keys(IS_TOPOLOGY) as Topology[]
/**
 * So that a rumour goes several hops: of ten nodes with four links 151 heard at the first, 164 at the second, 45 later;
 * of eight with six 263 and 45 at the second.
 */
const DEGREE = 4
const SEED_MAX = 2 ** 32 - 1
/** Below it ports belong to the system. */
const PORT_BASE_MIN = 1_024
const PORT_MAX = 65_535

export const command = defineCommand({
  details:
    'Each node is a real process with its own data and keys. Returns when every planned connection stands, every mesh is built and a probe went ' +
    'everywhere. Without --detach it stays, shows how the network is, and Ctrl-C stops it; no node outlives it. What a network left here that ended ' +
    'without being stopped is cleared away first. A network that was here before is replaced, and it says which; --resume goes on with that one ' +
    'instead: its nodes with their keys, its chain, its links and its ports.',
  args: [],
  options: {
    nodes: value('-n, --nodes <count>', 'how many nodes (default: 10)', readCount(1, 1_000)),
    degree: value('--degree <links>', 'links a node, for the topology random (default: 4)', readCount(2, 999)),
    topology: value(
      '--topology <shape>',
      `${TOPOLOGIES.join(', ')} (default: random)`,
      readWord<Topology>(TOPOLOGIES),
      {
        words: TOPOLOGIES,
      },
    ),
    link: value(
      '--link <delay>',
      'delay of every link one way: 40ms, 40ms±20ms, 40ms±20ms@1MiB/s (default: 0)',
      readText,
    ),
    slot: value('--slot <duration>', 'length of a slot of the chain (default: 2s)', readDuration),
    validators: value(
      '--validators <count>',
      'how many nodes make blocks, from node-0 on (default: 4, or all where there are fewer)',
      readCount(0, 1_000),
    ),
    preset: value(
      '--preset <name|file>',
      `what is not said otherwise, by name or from a JSON file: ${PRESET_NAMES.join(', ')}`,
      readText,
      { words: PRESET_NAMES },
    ),
    seed: value(
      '--seed <number>',
      'fixes topology and jitter (default: by chance, and printed)',
      readCount(0, SEED_MAX),
    ),
    portBase: value(
      '--port-base <port>',
      'fixes all ports: the page has this one, node-0 the next two (its API, then its peers), and so on (default: free ones)',
      readCount(PORT_BASE_MIN, PORT_MAX),
    ),
    detach: flag('-d, --detach', 'leave it running in the background'),
    direct: flag('--direct', 'no shaped links: no delays, no partitions, a little faster'),
    discovery: flag(
      '--discovery',
      'nodes also look for peers by themselves: the network heals without its planned links, and passes by the shaped ones',
    ),
    resume: flag('--resume', 'go on with the network that was here before'),
    record: value(
      '--record <file>',
      'write what every node sees to a file, for `replay` and `testnet report`',
      readText,
    ),
    perProcess: value(
      '--per-process <count>',
      'nodes in one process, for large networks (default: 1)',
      readCount(1, 1_000),
    ),
  },
  examples: [
    ['testnet up -n 10 --detach', 'ten nodes in the background'],
    ['testnet up -n 20 --link 40ms±20ms', 'with the delays of a continent, until Ctrl-C'],
    ['testnet up --resume --detach', 'the network of yesterday'],
  ],
  without: ['api', 'token-file'],
  serves: true,
  async run(context, { options }) {
    const { up } = await import('../../../testnet/control-client.ts')
    const { resume, detach } = options
    const record = options.record === undefined ? undefined : resolve(context.cwd, options.record)
    const plan = resume ? await planToResume(options) : await planOf(context, options)
    if (record !== undefined) checkWritable(record)
    let replaced: SavedNetwork | 'unknown' | null = null
    const outcome = await up({
      home: homeOf(context),
      ...plan,
      ...(resume ? { resume } : {}),
      ...(record === undefined ? {} : { record }),
      detach,
      signal: context.stop,
      onReplace: (saved) => {
        replaced = saved
        context.terminal.note(
          `replaces the network ${saved.network} (${nodesText(saved.nodes.length)}) that was here; to keep one, go on with it by --resume, or copy it by \`testnet snapshot save NAME\``,
        )
      },
      onReplaceUnknown: ({ message }) => {
        replaced = 'unknown'
        context.terminal.note(`replaces the network that was here, of which nothing can be said: ${message}`)
      },
      onProgress: (text) => {
        if (context.terminal.isLive) context.terminal.live(text)
        else context.terminal.note(text)
      },
    })
    context.terminal.endLive()
    return finish(context, outcome, { replaced, resumed: resume })
  },
})

type Plan = Omit<TestnetPlan, 'home' | 'record' | 'resume' | 'detach'>
/** What says how a network is: none of it goes with --resume. */
interface Shape {
  readonly nodes: number | undefined
  readonly degree: number | undefined
  readonly topology: Topology | undefined
  readonly link: string | undefined
  readonly slot: number | undefined
  readonly validators: number | undefined
  readonly preset: string | undefined
  readonly seed: number | undefined
  readonly portBase: number | undefined
  readonly perProcess: number | undefined
  readonly direct: boolean
  readonly discovery: boolean
}

async function planOf(context: Context, options: Shape): Promise<Plan> {
  const { parseLinkShape } = await import('../../../testnet/shaper/shape.ts')
  const { DEFAULT_PLAN } = await import('../../../testnet/control-client.ts')
  const { SLOT_MS_MIN } = await import('../../../testnet/limits.ts')
  const preset = options.preset === undefined ? DEFAULT_PLAN : await presetNamed(context, options.preset)
  const count = options.nodes ?? preset.count
  const link = options.link === undefined ? null : parseLinkShape(options.link)
  if (link?.ok === false) throw usageFailure(`--link: ${link.message}`)
  if (options.slot !== undefined && options.slot < SLOT_MS_MIN)
    throw usageFailure(`--slot: ${options.slot} ms is shorter than ${SLOT_MS_MIN} ms`)
  if (options.validators !== undefined && options.validators > count)
    throw usageFailure(`--validators: ${options.validators} are more than the ${count} nodes`)
  if (options.direct && options.link !== undefined && options.link !== '0')
    throw usageFailure('--direct and --link exclude one another', 'direct links have no delay')
  const { portBase } = options
  if (portBase !== undefined && portBase + 2 * count > PORT_MAX)
    throw usageFailure(
      `--port-base: ${nodesText(count)} need the ports ${portBase} to ${portBase + 2 * count}, and the last one is ${PORT_MAX}`,
      `give at most ${PORT_MAX - 2 * count}`,
    )
  return {
    count,
    degree: options.degree ?? (options.preset === undefined ? DEGREE : preset.degree),
    topology: options.topology ?? preset.topology,
    link: link?.shape ?? preset.link,
    direct: options.direct,
    slotMs: options.slot ?? preset.slotMs,
    validators: options.validators ?? preset.validators,
    seed: options.seed ?? randomInt(SEED_MAX),
    perProcess: options.perProcess ?? DEFAULT_PLAN.perProcess,
    discovery: options.discovery,
    ...(portBase === undefined ? {} : { portBase }),
  }
}

/** A plan that says nothing: the home's own takes its place. */
async function planToResume(options: Shape): Promise<Plan> {
  const { DEFAULT_PLAN } = await import('../../../testnet/control-client.ts')
  const { nodes, degree, topology, link, slot, validators, preset, seed, portBase, perProcess, direct, discovery } =
    options
  const given = Object.entries({
    '--nodes': nodes,
    '--degree': degree,
    '--topology': topology,
    '--link': link,
    '--slot': slot,
    '--validators': validators,
    '--preset': preset,
    '--seed': seed,
    '--port-base': portBase,
    '--per-process': perProcess,
    '--direct': direct || undefined,
    '--discovery': discovery || undefined,
  }).find(([, value]) => value !== undefined)?.[0]
  if (given !== undefined)
    throw usageFailure(
      `--resume and ${given} exclude one another: the network comes back as it was`,
      'leave one of them out',
    )
  return { ...DEFAULT_PLAN, seed: 0 }
}

async function presetNamed(context: Context, name: string): Promise<Preset> {
  const { parsePreset, presetPlan, PRESETS } = await import('../../../testnet/presets.ts')
  const known = PRESETS.find((each) => each === name)
  if (known !== undefined) return presetPlan(known)
  const { PRESET_BYTES_MAX } = await import('../../../testnet/limits.ts')
  const bytes = await readNamed(context.cwd, name, {
    bytesMax: PRESET_BYTES_MAX,
    name: '--preset',
    hint: didYouMean(name, PRESETS) || `presets are ${PRESETS.join(', ')}; others are JSON files`,
  })
  let document: unknown
  try {
    document = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw usageFailure(`--preset: ${name} is not JSON`, 'see those of the package, in testnet/presets')
  }
  const parsed = parsePreset(document)
  if (!parsed.ok) throw usageFailure(`--preset: ${name} ${parsed.message}`)
  return parsed.preset
}

/** A recording that can't be written is a mistake of the call, and not found out when somebody wants to see it. */
function checkWritable(path: string): void {
  try {
    // Not emptied: a network that runs already may be writing to it.
    closeSync(openSync(path, 'a', 0o600))
  } catch (error) {
    throw usageFailure(
      `--record: ${path} can't be written (${systemCode(error) ?? 'unknown reason'})`,
      'give a file in a directory that exists',
    )
  }
}

async function finish(
  context: Context,
  outcome: UpOutcome,
  how: { readonly replaced: SavedNetwork | 'unknown' | null; readonly resumed: boolean },
): Promise<Outcome> {
  const { shared, terminal, env } = context
  switch (outcome.kind) {
    case 'ready':
      rememberHome(env, outcome.manifest.home)
      if (shared.json) terminal.document(await upDocument(outcome.manifest, { ...how, elapsedMs: outcome.elapsedMs }))
      else terminal.out(await upText(context, outcome.manifest, outcome.elapsedMs))
      if (outcome.session !== null) await stayWithTestnet(context, outcome.manifest.home, outcome.session)
      return 'done'
    case 'running':
      throw alreadyRunning(outcome.manifest?.home ?? homeOf(context), outcome.pid, outcome.manifest)
    case 'nothing-to-resume':
      throw new Failure(
        'not-ready',
        'no-testnet',
        `there is no network in ${homeOf(context)} to go on with`,
        'start one with `hearsay testnet up`, look for others with `hearsay testnet list`, or name a folder with --home',
      )
    case 'failed': {
      const gaps = outcome.gaps.map((gap) => `\n  ${gap.node} waits for ${gap.waitsFor}; its log: ${gap.logFile}`)
      throw new Failure(
        'not-ready',
        'not-ready',
        `the network did not start: ${outcome.message}${gaps.join('')}`,
        `the supervisor's log is ${outcome.logFile}`,
      )
    }
    case 'distrusted':
      throw distrustFailure(outcome.distrust)
    case 'aborted':
      throw new Failure('interrupted', 'interrupted', 'stopped before the network was ready')
    default:
      return assertNever(outcome)
  }
}
