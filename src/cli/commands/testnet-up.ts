import { randomInt } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { resolve } from 'node:path'
import type { UpOutcome } from '../../../testnet/control-client.ts'
import type { Topology } from '../../../testnet/topology.ts'
import { assertNever } from '../../lib/assert.ts'
import { defineCommand, flag, value, valueOr } from '../command.ts'
import type { Context } from '../context.ts'
import { distrustFailure, homeOf } from '../discovery.ts'
import type { Outcome } from '../exit.ts'
import { Failure, systemCode, usageFailure } from '../failure.ts'
import { readCount, readDuration, readText, readWord } from '../parse.ts'
import { upDocument, upText } from '../testnet-text.ts'
import { stayWithTestnet } from '../testnet-session.ts'

const TOPOLOGIES: readonly Topology[] = ['random', 'ring', 'line', 'star', 'full']
const SEED_MAX = 2 ** 32 - 1
const SLOT_MS_MIN = 100

export const command = defineCommand({
  details:
    'Each node is a real process with its own data and keys. Returns when every planned connection stands, every mesh is built and a probe went ' +
    'everywhere. Without --detach it stays, shows how the network is, and Ctrl-C stops it; no node outlives it. What a network left here that ended ' +
    'without being stopped is cleared away first.',
  args: [],
  options: {
    nodes: valueOr('-n, --nodes <count>', 'how many nodes', readCount(1, 1_000), '10'),
    degree: valueOr('--degree <links>', 'links a node, for the topology random', readCount(2, 999), '6'),
    topology: valueOr('--topology <shape>', TOPOLOGIES.join(', '), readWord<Topology>(TOPOLOGIES), 'random', {
      words: TOPOLOGIES,
    }),
    link: valueOr('--link <delay>', 'delay of every link one way: 40ms, 40ms±20ms, 40ms±20ms@1MiB/s', readText, '0'),
    slot: valueOr('--slot <duration>', 'length of a slot of the chain', readDuration, '2s'),
    validators: value(
      '--validators <count>',
      'how many nodes make blocks, from node-0 on (default: 4, or all where there are fewer)',
      readCount(0, 1_000),
    ),
    seed: value(
      '--seed <number>',
      'fixes topology and jitter (default: by chance, and printed)',
      readCount(0, SEED_MAX),
    ),
    detach: flag('-d, --detach', 'leave it running in the background'),
    direct: flag('--direct', 'no shaped links: no delays, no partitions, a little faster'),
    discovery: flag(
      '--discovery',
      'nodes also look for peers by themselves: the network heals without its planned links, and passes by the shaped ones',
    ),
    record: value(
      '--record <file>',
      'write what every node sees to a file, for `replay` and `testnet report`',
      readText,
    ),
    perProcess: valueOr('--per-process <count>', 'nodes in one process, for large networks', readCount(1, 1_000), '1'),
  },
  examples: [
    ['testnet up -n 10 --detach', 'ten nodes in the background'],
    ['testnet up -n 20 --link 40ms±20ms', 'with the delays of a continent, until Ctrl-C'],
  ],
  without: ['api', 'token-file'],
  serves: true,
  async run(context, { options }) {
    const { parseLinkShape } = await import('../../../testnet/shaper/shape.ts')
    const { DEFAULT_PLAN, up } = await import('../../../testnet/control-client.ts')
    const link = parseLinkShape(options.link)
    if (!link.ok) throw usageFailure(`--link: ${link.message}`)
    if (options.slot < SLOT_MS_MIN) throw usageFailure(`--slot: ${options.slot} ms is shorter than ${SLOT_MS_MIN} ms`)
    if (options.validators !== undefined && options.validators > options.nodes)
      throw usageFailure(`--validators: ${options.validators} are more than the ${options.nodes} nodes`)
    if (options.direct && options.link !== '0')
      throw usageFailure('--direct and --link exclude one another', 'direct links have no delay')
    const record = options.record === undefined ? undefined : resolve(context.cwd, options.record)
    if (record !== undefined) checkWritable(record)
    const outcome = await up({
      home: homeOf(context),
      count: options.nodes,
      degree: options.degree,
      topology: options.topology,
      link: link.shape,
      direct: options.direct,
      slotMs: options.slot,
      validators: options.validators ?? DEFAULT_PLAN.validators,
      seed: options.seed ?? randomInt(SEED_MAX),
      perProcess: options.perProcess,
      discovery: options.discovery,
      ...(record === undefined ? {} : { record }),
      detach: options.detach,
      signal: context.stop,
      onProgress: (text) => {
        if (context.terminal.isLive) context.terminal.live(text)
        else context.terminal.note(text)
      },
    })
    context.terminal.endLive()
    return finish(context, outcome)
  },
})

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

async function finish(context: Context, outcome: UpOutcome): Promise<Outcome> {
  const { shared, terminal } = context
  switch (outcome.kind) {
    case 'ready':
      if (shared.json) terminal.document(await upDocument(outcome.manifest, outcome.elapsedMs))
      else terminal.out(await upText(context, outcome.manifest, outcome.elapsedMs))
      if (outcome.session !== null) await stayWithTestnet(context, outcome.manifest.home, outcome.session)
      return 'done'
    case 'running': {
      const nodes = outcome.manifest === null ? '' : ` with ${outcome.manifest.nodes.length} nodes`
      throw new Failure(
        'usage',
        'already-running',
        `a testnet${nodes} runs here already (process ${outcome.pid}, ${outcome.manifest?.home ?? homeOf(context)})`,
        'use it, stop it with `hearsay testnet down`, or start another with --home DIR',
      )
    }
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
