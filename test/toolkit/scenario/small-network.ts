/** The smallest experiment that shows all that a world must do, and how a test runs it. */
import { checkScenario } from '../../../src/scenario/check.ts'
import type { Experiment } from '../../../src/scenario/experiment.ts'
import { reportOf, type RunReport } from '../../../src/scenario/run-report.ts'
import type { World } from '../../../src/scenario/world.ts'

const DOCUMENT = {
  v: 1,
  name: 'small',
  network: { nodes: 5, degree: 4, link: '5ms±2ms', slot: '1s', seed: 1 },
  timeline: [
    { at: '0s', do: 'load', rate: 5, for: '2s' },
    { at: '500ms', do: 'partition', groups: ['0-2', '3-4'], for: '1s' },
    { at: '2s', do: 'forge' },
    { at: '2500ms', do: 'transaction', node: 3 },
    { at: '2500ms', do: 'slow', nodes: 1, by: '20ms' },
    { at: '3s', do: 'tag', nodes: 2, set: { role: 'tried' } },
  ],
  settle: '12s',
  expect: [
    { figure: 'accepted', atLeast: 1 },
    { figure: 'coverage', atLeast: 1 },
    { figure: 'coverage', atMost: 1, when: '2s' },
    { figure: 'lost', atMost: 0 },
    { figure: 'forged', atMost: 0, when: 'throughout' },
    { figure: 'banned', atMost: 0, when: 'throughout' },
    { figure: 'heads', atMost: 1 },
    { figure: 'pools', atMost: 1 },
    { figure: 'agreedMs', atMost: '12s' },
    { figure: 'p50Ms', atLeast: 1 },
    { figure: 'copies', atLeast: 0.5, atMost: 4 },
    { figure: 'bytesPerNode', atLeast: 1_000 },
  ],
}

/** @param change applied to the document before it is compiled */
export function smallExperiment(change: (document: typeof DOCUMENT) => object = (document) => document): Experiment {
  const checked = checkScenario(JSON.stringify(change(DOCUMENT)))
  if (!checked.ok) throw new Error(JSON.stringify(checked.mistakes))
  return checked.experiment
}

export async function runIn(world: World, experiment: Experiment): Promise<RunReport> {
  const outcome = await world.run(experiment, { onProgress: () => undefined, signal: new AbortController().signal })
  if (outcome.kind !== 'ran') throw new Error(JSON.stringify(outcome))
  return reportOf(world.name, experiment, outcome)
}
