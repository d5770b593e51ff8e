// `npm run network -- joiner | parted | members | all`: repair and failure detection between real processes. One line
// of JSON for each, exit code 1 where a goal is missed.
import { scriptArguments } from '../arguments.ts'
import { bundle } from '../bundle.ts'
import { joiner } from './network/joiner.ts'
import { members } from './network/members.ts'
import { parted } from './network/parted.ts'

const RUNS = { joiner, parted, members } as const
const names = Object.keys(RUNS) as (keyof typeof RUNS)[]

const USAGE = `usage: npm run network -- ${names.join('|')}|all [--seed 1]`

const { values, positionals } = scriptArguments(USAGE, {
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' } },
})
const wanted = positionals.includes('all') ? names : names.filter((name) => positionals.includes(name))
const seed = Number(values.seed)
if (wanted.length === 0) {
  console.error(USAGE)
  process.exitCode = 2
} else {
  bundle()
  for (const name of wanted) {
    const { broken, figures } = await RUNS[name](seed, (text) => {
      console.error(`${name}: ${text}`)
    })
    console.log(JSON.stringify({ id: `network-${name}`, pass: broken.length === 0, broken, figures, seed }))
    if (broken.length > 0) process.exitCode = 1
  }
}
