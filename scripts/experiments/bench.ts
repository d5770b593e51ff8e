// `npm run bench -- P1 … P12 | all | receive | R3a | peers [--runs 3] [--short] [--json]`: the measurements, one line
// of JSON each on stdout, progress on stderr. Exits 0 only when every goal was reached.
// scripts/experiments/bench/RESULTS.md has what was measured last, and how.
import { loadavg } from 'node:os'
import { scriptArguments } from '../arguments.ts'
import { atRest, command, memory } from './bench/at-rest.ts'
import { compact } from './bench/compact.ts'
import { realCopies } from './bench/copies.ts'
import { fullLoad } from './bench/full-load.ts'
import { machine, rounded, type Bench, type BenchLine } from './bench/line.ts'
import { loopDelay } from './bench/loop-delay.ts'
import { observers } from './bench/observers.ts'
import { peers } from './bench/peers.ts'
import { allocators, receive } from './bench/receive.ts'
import { stand } from './bench/stand.ts'
import { copies, delay, growth } from './bench/virtual.ts'

/** What belongs together is measured together: P1 and P2 are figures of one run. */
const BENCHES: readonly { readonly ids: readonly string[]; readonly bench: Bench; readonly title: string }[] = [
  { ids: ['P1', 'P1a', 'P2'], bench: fullLoad, title: 'full load against bare checks and plain gossipsub' },
  { ids: ['P3', 'P3a'], bench: copies, title: 'copies of a transaction, in virtual time' },
  { ids: ['P3', 'P3b'], bench: realCopies, title: 'copies of a message among 20 real nodes' },
  { ids: ['P4'], bench: delay, title: 'delay against the shortest way' },
  { ids: ['P5'], bench: compact, title: 'bytes of a block where the pools are warm' },
  { ids: ['P6'], bench: growth, title: 'cost of a transaction by the number of nodes' },
  { ids: ['P7'], bench: loopDelay, title: 'delay of the event loop under load' },
  { ids: ['P8'], bench: memory, title: 'memory at rest and under load' },
  { ids: ['P9'], bench: atRest, title: 'CPU time at rest' },
  { ids: ['P10'], bench: command, title: 'one command' },
  { ids: ['P11'], bench: observers, title: 'what it costs to be watched' },
  { ids: ['P12', 'P12a', 'P12-10', 'P12-30'], bench: stand, title: 'how soon a network stands' },
  {
    ids: ['receive', 'R1', 'R2', 'R3', 'R4'],
    bench: receive,
    title: 'a node that only receives, on all cores and on one',
  },
  { ids: ['R3a'], bench: allocators, title: 'which functions allocate while it receives' },
  { ids: ['peers'], bench: peers, title: 'P1 beside bare relays in Go and Rust' },
]

const list = BENCHES.map(({ ids, title }) => `  ${ids.join(', ').padEnd(7)} ${title}`).join('\n')
const USAGE = `usage: npm run bench -- P1 … P12|all|receive|R3a|peers [--runs 3] [--short]\n${list}`
const { values, positionals } = scriptArguments(USAGE, {
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '3' },
    short: { type: 'boolean', default: false },
    // The output is JSON in any case; the flag is for those who expect to ask for it.
    json: { type: 'boolean', default: false },
  },
})
// All but what needs other languages' toolchains.
const wanted = positionals.includes('all')
  ? BENCHES.filter(({ bench }) => bench !== peers && bench !== allocators)
  : BENCHES.filter(({ ids }) => ids.some((id) => positionals.includes(id)))
const unknown = positionals.filter((id) => id !== 'all' && !BENCHES.some(({ ids }) => ids.includes(id)))
const runs = Number(values.runs)

if (wanted.length === 0 || unknown.length > 0 || runs < 1) {
  console.error(unknown.length > 0 ? `there is no figure ${unknown.join(', ')}\n${USAGE}` : USAGE)
  process.exitCode = 2
} else {
  const say = (text: string): void => {
    console.error(text)
  }
  const lines: BenchLine[] = []
  for (const { ids, bench, title } of wanted) {
    say(`${ids.join(', ')}: ${title}`)
    const about = machine()
    for (const found of await bench({ runs, short: values.short, say })) {
      lines.push(found)
      const detail = { ...found.detail, short: values.short, machine: { ...about, loadAfter: loadavg().map(rounded) } }
      console.log(JSON.stringify({ ...found, detail }))
    }
  }
  const missed = lines.filter(({ reached }) => !reached)
  say(
    `${lines.length - missed.length} of ${lines.length} goals reached${missed.map(({ id }) => `, not ${id}`).join('')}`,
  )
  process.exitCode = missed.length === 0 ? 0 : 1
}
