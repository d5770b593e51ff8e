// `npm test`: the whole gate. First what reads the sources and builds them, then every test; arguments go to vitest
// (`npm test -- test/attack`).
import { spawn } from 'node:child_process'
import { root, runStages, staticStages, vitest } from './stages.ts'

const results = await runStages([...staticStages, { name: 'build', command: ['scripts/build.js'] }])
const failed = results.filter(({ ok }) => !ok)

if (failed.length > 0) {
  console.log(`\nthe tests did not run: ${failed.map(({ stage }) => stage.name).join(', ')} failed`)
  console.log(`\n0 passed, ${failed.length} failed`)
  process.exitCode = 1
} else {
  const child = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
  child.on('close', (code) => {
    // Without a code it was ended by a signal.
    process.exitCode = code ?? 1
  })
}
