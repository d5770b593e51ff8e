// `npm test`: the whole gate: the build, every test, and what reads the sources. Arguments go to vitest (`npm test --
// test/attack`).
import './whole-install.ts'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { constants, setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { countsLine, type Counts } from './reporter.ts'
import { root, runStages, staticStages, vitest, type StageResult } from './stages.ts'

/**
 * What needs processors and no clock (simulations in virtual time, lint, types) runs beside tests of real processes,
 * which mostly wait. The lower priority gives every core at once to a test that wakes.
 */
const BESIDE = constants.priority.PRIORITY_BELOW_NORMAL

const chosen = process.argv.slice(2)
const build = { name: 'build', command: ['scripts/build.js'] }
// A choice is the work of somebody who waits for it: first what is quick to tell, and nothing beside.
const first = await runStages(chosen.length > 0 ? [...staticStages, build] : [build])
if (!isWhole(first)) {
  console.log(`\n0 passed, ${first.filter(({ ok }) => !ok).length} failed`)
  process.exitCode = 1
} else process.exitCode = chosen.length > 0 ? (await tests(chosen)).exitCode : await allTests()

/** Says which stages failed, if any did. */
function isWhole(stages: readonly StageResult[]): boolean {
  const failed = stages.filter(({ ok }) => !ok)
  if (failed.length > 0) console.log(`\nfailed: ${failed.map(({ stage }) => stage.name).join(', ')}`)
  return failed.length === 0
}

async function allTests(): Promise<number> {
  const fast = await tests(['--project', 'fast'])
  const [real, beside] = await Promise.all([tests(['--project', 'parts', '--project', 'real']), besideThem()])
  process.stdout.write(beside.output)
  const isInOrder = isWhole(beside.stages)
  const runs = [fast, real, beside.sim]
  const total = runs.map(({ counts }) => counts).reduce((sum, counts) => add(sum, counts))
  const failedStages = { passed: 0, failed: beside.stages.filter(({ ok }) => !ok).length, skipped: 0 }
  console.log(`\n${countsLine(add(total, failedStages))}`)
  return isInOrder && runs.every(({ exitCode }) => exitCode === 0) ? 0 : 1
}

/**
 * What reads the sources, a stage at a time, and the simulations; with what they wrote, so that it does not mix with
 * the tests beside them.
 */
async function besideThem(): Promise<{ stages: readonly StageResult[]; sim: Run; output: string }> {
  const lines: string[] = []
  const print = (text: string): void => void lines.push(`${text}\n`)
  const stages = await runStages(staticStages, { atOnce: 1, priority: BESIDE, print })
  const sim = await tests(['--project', 'sim'], BESIDE)
  return { stages, sim, output: lines.join('') + sim.output }
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
