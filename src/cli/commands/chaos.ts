import { WORLDS, type WorldName } from '../../scenario/world.ts'
import { defineCommand, value, valueOr } from '../command.ts'
import { Failure } from '../failure.ts'
import { writeNamed } from '../output.ts'
import { readCount, readDuration, readText, readWord } from '../parse.ts'
import { refuseSeedsBeyond, SEED_MAX } from '../seeds.ts'

/** Candidates that are run to make a failing scenario small: each takes seconds. */
const TRIES_MAX = 200

export const command = defineCommand({
  details:
    'Each seed draws a network and what happens to it: kills, power cuts, pauses, cuts, slow links, lost messages, forgeries. Whatever happens, nothing ' +
    'acknowledged may be lost, nothing forged taken, nobody honest cut off, and all must agree in the end. The first scenario that fails is shrunk in ' +
    'virtual time (fewer entries, fewer nodes, shorter) and written to a file. Exit code 8: one failed.',
  args: [],
  options: {
    in: valueOr('--in <world>', `where: ${WORLDS.join(', ')}`, readWord<WorldName>(WORLDS), 'virtual', {
      words: WORLDS,
    }),
    seed: valueOr('--seed <number>', 'the first seed', readCount(0, SEED_MAX), '1'),
    seeds: valueOr('--seeds <count>', 'how many', readCount(1, 1_000_000), '20'),
    for: valueOr('--for <duration>', 'how long things happen in each', readDuration, '30s'),
    out: value('--out <file>', 'where the scenario that fails goes (default: chaos-SEED.json)', readText),
  },
  examples: [
    ['chaos --seeds 200', 'two hundred networks in virtual time'],
    ['chaos --in processes --seeds 5', 'five on real processes, without shrinking'],
  ],
  without: ['home', 'api', 'token-file'],
  async run(context, { options }) {
    const { shared, terminal, stop } = context
    refuseSeedsBeyond(options.seed, options.seeds)
    const [{ openWorld }, { hunt }] = await Promise.all([
      import('../../scenario/worlds.ts'),
      import('../../scenario/chaos/hunt.ts'),
    ])
    const outcome = await hunt({
      world: await openWorld(options.in),
      ...{ firstSeed: options.seed, seeds: options.seeds, forMs: options.for, signal: stop },
      // Real runs take as long as they last.
      triesMax: options.in === 'virtual' ? TRIES_MAX : 0,
      onProgress: (text) => {
        terminal.progress(text)
      },
    })
    terminal.endLive()
    switch (outcome.kind) {
      case 'aborted':
        throw new Failure('interrupted', 'interrupted', 'stopped before its end')
      case 'failed':
        throw new Failure('failed', 'run-failed', `seed ${outcome.seed}: ${outcome.message}`, outcome.hint)
      case 'held':
        if (shared.json) {
          const { seeds, unmeasured, expectations } = outcome
          terminal.document({ v: 1, met: true, seeds, unmeasured, expectations })
        } else {
          terminal.out(`${outcome.seeds} seeds in ${options.in}: whatever happened, everything held`)
          if (outcome.unmeasured > 0)
            terminal.out(
              `${outcome.unmeasured} of ${outcome.expectations} expectations had nothing to be measured by, as where nothing was sent`,
            )
        }
        return 'done'
      case 'found': {
        const { seed, drawn, smallest, misses } = outcome.prey
        const file = options.out ?? `chaos-${seed}.json`
        await writeNamed(file, `${JSON.stringify(smallest, null, 2)}\n`, '--out')
        const repeat = `hearsay run ${file} --in ${options.in}`
        const sizes = { entries: smallest.timeline.length, ofEntries: drawn.timeline.length }
        if (shared.json)
          terminal.document({
            v: 1,
            met: false,
            ...{ seed, seeds: outcome.seeds, misses, file, repeat },
            scenario: smallest,
          })
        else
          terminal.out(
            `seed ${seed} fails; ${sizes.entries} of its ${sizes.ofEntries} entries are enough, with ${smallest.network.nodes} of ` +
              `${drawn.network.nodes} nodes:\n\n${timelineText(smallest.timeline)}\n\nrepeat it with: ${repeat}`,
          )
        throw new Failure('unmet', 'expectation-missed', misses.join('\n  '), `the scenario is in ${file}`)
      }
    }
  },
})

/** An entry a line, as the file has it. */
function timelineText(timeline: readonly object[]): string {
  return timeline.map((entry) => `  ${JSON.stringify(entry)}`).join('\n')
}
