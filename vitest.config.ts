import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { CountsReporter } from './scripts/reporter.ts'

const CORES = Math.max(2, availableParallelism())
const testsIn = (...folders: string[]) => folders.map((folder) => `test/${folder}/**/*.test.ts`)

const PARTS_OF_ATTACKS = ['test/attack/durability.test.ts']
/** Real libp2p within one process, the command alone or beside one node, and networks of which no time is measured. */
const PARTS = [
  ...testsIn('integration'),
  'test/e2e/{cli{,-deploy,-node,-chain,-startup,-system,-testnet},browser-library,package,testnet-chain}.test.ts',
  ...PARTS_OF_ATTACKS,
]
/** Of these what measures how soon something ends, or loads both cores. */
const ALONE = ['test/integration/{http-slow-clients,chain-join}.test.ts']

export default defineConfig({
  test: {
    globals: false,
    allowOnly: false,
    // A folder may be empty or be filtered away; a run of nothing still ends with its counts.
    passWithNoTests: true,
    teardownTimeout: 30_000,
    reporters: ['default', new CountsReporter()],
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: testsIn('unit', 'model', 'vectors', 'contract', 'tidy'),
          // Nothing here replaces a global, so files may share a process: starting one for each file took half of the
          // time.
          isolate: false,
          maxWorkers: CORES,
          // What takes seconds alone (a thousand signatures by noble) takes several times that beside other work.
          testTimeout: 40_000,
          hookTimeout: 40_000,
          // Projects with their own number of workers must run one after the other: the cheap ones first.
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'sim',
          include: testsIn('sim'),
          // Virtual time in child processes: what runs beside them changes how long they take and nothing else. The
          // gate runs them beside tests of real processes, with what those leave of the cores; so the time is there to
          // end what hangs.
          maxWorkers: CORES,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'parts',
          include: PARTS,
          exclude: ALONE,
          // One or two processes that mostly wait: two such files at once don't measure each other.
          maxWorkers: CORES,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: [...testsIn('attack'), 'test/e2e/{dashboard,testnet,testnet-spread}.test.ts', ...ALONE],
          exclude: PARTS_OF_ATTACKS,
          // Whole networks, ports and deadlines: two such files at once on two cores would measure each other.
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
