import { defineConfig } from 'vitest/config'
import { CountsReporter } from './scripts/reporter.ts'

const testsIn = (...folders: string[]) => folders.map((folder) => `test/${folder}/**/*.test.ts`)

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
          testTimeout: 10_000,
          hookTimeout: 10_000,
          // Projects with their own number of workers must run one after the other: the cheap ones first.
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: testsIn('sim', 'integration', 'attack', 'e2e'),
          // Real processes, ports and deadlines: two such files at once on two cores would measure each other.
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
