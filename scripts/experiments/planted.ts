// `npm run planted [-- --seed S] [--seeds N]`: three defences switched off in turn in a copy of the sources; chaos
// must find each, and shrink it to at most five entries. A JSON line each on stdout, and one for the unharmed copy,
// in which nothing may be found.
import { join } from 'node:path'
import { openTerminal } from '../../src/cli/terminal.ts'
import { hunt, type HuntOutcome } from '../../src/scenario/chaos/hunt.ts'
import { VirtualWorld } from '../../src/scenario/virtual/world.ts'
import { ProjectCopy } from '../../test/toolkit/mutants/project-copy.ts'
import { PLANTED } from '../../test/toolkit/scenario/planted.ts'
import { scriptArguments } from '../arguments.ts'

/** A failing case that a person can take in at a glance. */
const ENTRIES_MAX = 5
const FOR_MS = 30_000
const TRIES_MAX = 60

const { values } = scriptArguments('usage: npm run planted -- [--seed 1] [--seeds 10] [--only WORDS]', {
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '10' },
    only: { type: 'string', default: '' },
  },
})
const terminal = openTerminal({ stdout: process.stdout, stderr: process.stderr, env: process.env, color: false })
const copy = new ProjectCopy()

async function search(seeds: number): Promise<HuntOutcome> {
  copy.bundleNode()
  return hunt({
    world: new VirtualWorld(join(copy.root, 'dist', 'experiment.js')),
    ...{
      firstSeed: Number(values.seed),
      seeds,
      forMs: FOR_MS,
      triesMax: TRIES_MAX,
      signal: new AbortController().signal,
    },
    onProgress: (text) => terminal.progress(text),
  })
}

function report(id: string, pass: boolean, figures: object): void {
  console.log(JSON.stringify({ id, pass, figures }))
  if (!pass) process.exitCode = 1
}

try {
  for (const { name, edits, breaks } of PLANTED.filter((planted) => planted.name.includes(values.only))) {
    const [first, ...also] = edits
    if (first === undefined || !copy.harm({ name, threat: '', test: [], ...first, also }))
      throw new Error(`"${name}" names a text that is not in the sources any more`)
    const started = performance.now()
    const outcome = await search(Number(values.seeds))
    copy.mend()
    const seconds = Math.round((performance.now() - started) / 1_000)
    if (outcome.kind !== 'found') {
      report(name, false, { outcome: outcome.kind, seconds })
      continue
    }
    const { seed, drawn, smallest, misses } = outcome.prey
    const isSmall = smallest.timeline.length <= ENTRIES_MAX
    const figures = {
      seed,
      seconds,
      entries: smallest.timeline.length,
      of: drawn.timeline.length,
      nodes: smallest.network.nodes,
    }
    report(name, isSmall && misses.some((miss) => miss.startsWith(breaks)), {
      ...figures,
      misses,
      timeline: smallest.timeline,
    })
  }
  if (values.only === '') {
    const started = performance.now()
    const outcome = await search(Number(values.seeds))
    const seconds = Math.round((performance.now() - started) / 1_000)
    report('unharmed', outcome.kind === 'held', { ...outcome, seconds })
  }
} finally {
  copy.close()
}
