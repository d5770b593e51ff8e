// `npm run check`: types, lint, layout, layers, tidy and unit tests, in seconds: what every commit passes. `npm test`
// is the whole gate.
import './whole-install.ts'
import { remembering, runStages, staticStages, vitest } from './stages.ts'

const tests = {
  name: 'unit',
  command: [vitest, 'run', '--project', 'fast', '--silent=passed-only', 'test/unit', 'test/tidy'],
}
const results = await runStages([tests, ...staticStages.map(remembering)])

const failed = results.filter(({ ok }) => !ok).map(({ stage }) => stage.name)
if (failed.length > 0) {
  console.log(`\ncheck failed: ${failed.join(', ')}`)
  process.exitCode = 1
}
// The run's last line is always the tests' own count.
const counts = results.find(({ stage }) => stage === tests)?.output.match(/^\d+ passed, \d+ failed.*$/gm)
console.log(`\n${counts?.at(-1) ?? '0 passed, 1 failed'}`)
