// `npm run check`: everything that needs neither a network nor a build, in seconds. `npm test` is the whole gate.
import { runStages, staticStages, vitest } from './stages.ts'

const tests = { name: 'fast', command: [vitest, 'run', '--project', 'fast'] }
const results = await runStages([tests, ...staticStages])

const failed = results.filter(({ ok }) => !ok).map(({ stage }) => stage.name)
if (failed.length > 0) {
  console.log(`\ncheck failed: ${failed.join(', ')}`)
  process.exitCode = 1
}
// The run's last line is always the tests' own count.
const counts = results.find(({ stage }) => stage === tests)?.output.match(/^\d+ passed, \d+ failed.*$/gm)
console.log(`\n${counts?.at(-1) ?? '0 passed, 1 failed'}`)
