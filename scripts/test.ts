// `npm test`: the whole gate. First what reads the sources and builds them, then every test; arguments go to vitest
// (`npm test -- test/attack`).
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { constants, setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { countsLine, type Counts } from './reporter.ts'
import { root, runStages, staticStages, vitest } from './stages.ts'

/**
 * Simulations beside tests of real processes: those mostly wait, and simulations in virtual time don't care how long they take. The lower priority gives
 * every core at once to a test that wakes.
 */
const BESIDE = constants.priority.PRIORITY_BELOW_NORMAL

const results = await runStages([...staticStages, { name: 'build', command: ['scripts/build.js'] }])
const failed = results.filter(({ ok }) => !ok)

if (failed.length > 0) {
  console.log(`\nthe tests did not run: ${failed.map(({ stage }) => stage.name).join(', ')} failed`)
  console.log(`\n0 passed, ${failed.length} failed`)
  process.exitCode = 1
} else {
  const chosen = process.argv.slice(2)
  process.exitCode = chosen.length > 0 ? (await tests(chosen)).exitCode : await allTests()
}

async function allTests(): Promise<number> {
  const fast = await tests(['--project', 'fast'])
  const [real, sim] = await Promise.all([
    tests(['--project', 'parts', '--project', 'real']),
    tests(['--project', 'sim'], BESIDE),
  ])
  process.stdout.write(sim.output)
  const runs = [fast, real, sim]
  const total = runs.map(({ counts }) => counts).reduce((sum, counts) => add(sum, counts))
  console.log(`\n${countsLine(total)}`)
  return runs.every(({ exitCode }) => exitCode === 0) ? 0 : 1
}

interface Run {
  readonly exitCode: number
  readonly counts: Counts
  /** What a run beside another one wrote. */
  readonly output: string
}

/** One run of vitest. @param priority where given, the run is beside another one, and its output is kept */
function tests(chosen: readonly string[], priority?: number): Promise<Run> {
  const dir = mkdtempSync(join(tmpdir(), 'hearsay-test-'))
  const countsFile = join(dir, 'counts.json')
  return new Promise((resolve) => {
    const isBeside = priority !== undefined
    const child = spawn(process.execPath, [vitest, 'run', ...chosen], {
      cwd: root,
      stdio: ['inherit', isBeside ? 'pipe' : 'inherit', isBeside ? 'pipe' : 'inherit'],
      env: { ...process.env, HEARSAY_COUNTS_FILE: countsFile },
    })
    const output: string[] = []
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => output.push(text))
    if (child.pid !== undefined && isBeside) setPriority(child.pid, priority)
    child.on('close', (code) => {
      const counts = countsOf(countsFile)
      rmSync(dir, { recursive: true, force: true })
      // Without a code it was ended by a signal.
      resolve({ exitCode: code ?? 1, counts, output: output.join('') })
    })
  })
}

/** A run that ended before it could count is one failure. */
function countsOf(path: string): Counts {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Counts
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

function add(one: Counts, other: Counts): Counts {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  }
}
