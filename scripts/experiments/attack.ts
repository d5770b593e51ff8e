// `npm run attack -- ID…|all [--control] [--discovery] [--short] [--seed S]`: hostile peers in a process of their own
// against real nodes, with honest traffic beside. One JSON line each on stdout, progress on stderr; exits 0 only when
// every attack was withstood. With `--control` the nodes are without the defence, and it exits 0 only when every attack
// fails and shows what the defence is for. With `--discovery` honest nodes also look for peers in records.
import { scriptArguments } from '../arguments.ts'
import { Arena } from '../../test/toolkit/arena/arena.ts'
import type { Attack } from '../../test/toolkit/arena/attack.ts'
import { ATTACKS } from '../../test/toolkit/attacks/all.ts'
import { runControl, type Verdict } from '../../test/toolkit/arena/control.ts'

const list = ATTACKS.map(({ id, title }) => `  ${id.padEnd(4)} ${title}`).join('\n')
const USAGE = `usage: npm run attack -- ID…|all [--control] [--discovery] [--short] [--seed S]\n${list}`
const { values, positionals } = scriptArguments(USAGE, {
  allowPositionals: true,
  options: {
    control: { type: 'boolean', default: false },
    discovery: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
  },
})
const wanted = positionals.includes('all') ? ATTACKS : ATTACKS.filter(({ id }) => positionals.includes(id))
const unknown = positionals.filter((id) => id !== 'all' && !ATTACKS.some((attack) => attack.id === id))
const SAYS: Readonly<Record<Verdict, string>> = {
  'failed-as-it-should': 'without the defence the attack succeeds, so with it the defence is what withstands it',
  passed: 'withstood without the defence too: the attack proves nothing about it',
  'failed-otherwise': 'it failed, but not of what the defence is for',
  outdated: 'no such mutant, or the text that it replaces is not in the sources any more',
}
const scale = values.short ? 'short' : 'full'
const seed = Number(values.seed)

if (wanted.length === 0 || unknown.length > 0) {
  console.error(unknown.length > 0 ? `there is no attack ${unknown.join(', ')}\n${USAGE}` : USAGE)
  process.exitCode = 2
} else process.exitCode = (await (values.control ? controls(wanted) : attacks(wanted))) ? 0 : 1

/** Every attack, each on a network of its own: bans and full pools would speak for the next one. */
async function attacks(chosen: readonly Attack[]): Promise<boolean> {
  const started = performance.now()
  let failed = 0
  for (const attack of chosen) {
    console.error(`${attack.id}: ${attack.title}`)
    const since = performance.now()
    const arena = await Arena.open(1, { ...attack.setting, ...(values.discovery && { discovery: true }) })
    try {
      const { id, pass, figures, failures } = await arena.run(attack, scale, seed)
      if (!pass) failed++
      const line = { id, pass, figures: { ...figures, seconds: secondsSince(since) } }
      console.log(JSON.stringify({ ...line, ...(failures.length > 0 && { failures }) }))
    } finally {
      await arena.close()
    }
  }
  console.error(`${chosen.length - failed} of ${chosen.length} attacks withstood in ${secondsSince(started)} s`)
  return failed === 0
}

/** The controls of every attack; an attack without any is none that proves something. */
async function controls(chosen: readonly Attack[]): Promise<boolean> {
  const started = performance.now()
  let [runs, shown] = [0, 0]
  for (const attack of chosen) {
    if (attack.controls.length === 0) {
      runs++
      console.error(`${attack.id} has no control: name the mutant of its defence`)
    }
    for (const control of attack.controls ?? []) {
      runs++
      console.error(`${attack.id} without its defence (${control.without}): ${attack.title}`)
      const since = performance.now()
      const { verdict, outcome } = await runControl(attack, control, scale, seed)
      const pass = verdict === 'failed-as-it-should'
      if (pass) shown++
      const figures = { without: control.without, verdict, ...outcome?.figures, seconds: secondsSince(since) }
      console.log(JSON.stringify({ id: attack.id, pass, figures, failures: outcome?.failures ?? [] }))
      console.error(`${attack.id}: ${SAYS[verdict]}`)
    }
  }
  console.error(`${shown} of ${runs} controls failed as they should in ${secondsSince(started)} s`)
  return shown === runs
}

function secondsSince(startedMs: number): number {
  return Math.round((performance.now() - startedMs) / 100) / 10
}
