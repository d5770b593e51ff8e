// `npm run interop`: peers that others' libraries make (test/interop: go-libp2p, rust-libp2p) beside nodes of ours. It
// builds those whose toolchain is there, and says which is not. One line for each thing that was tried, or a JSON
// document with --json; the last line counts. Exit code 1 where something is not as it should be.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scriptArguments } from '../arguments.ts'
import { bundle } from '../bundle.ts'
import { tryBurst } from './interop/burst.ts'
import { tryConform } from './interop/conform.ts'
import { tryDeaf } from './interop/deaf.ts'
import { tryMixed } from './interop/mixed.ts'
import type { Tried } from './interop/outcome.ts'
import { buildPeers, MAKES, type Binaries } from '../../test/toolkit/processes/toolchains.ts'

const PARTS = ['bursts', 'deaf', 'mixed', 'conform'] as const
type Part = (typeof PARTS)[number]

const { values, positionals } = scriptArguments(
  `usage: npm run interop -- [${PARTS.join('|')}…] [--json] [--bursts N,N…] [--queue N] [--pictures DIR] [--seed N]
  bursts   a peer in Go publishes many transactions at once, one a message: profiles dev and node, and node at its full rate
  deaf     a peer in Rust with its library's default limits
  mixed    two nodes, two peers in Go, two in Rust: relay, partition, heal; then forgers in Go at four paces
  conform  \`hearsay conform\` against each of them; what fails is theirs, and named
  --bursts    transactions of each burst (500,5000)
  --queue     RPCs that the peer's own queue holds (8192; go-libp2p-pubsub's default is 32, and what is beyond it never leaves the peer)
  --pictures  folder for a picture of the page and the output of \`peers\` (none)`,
  {
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      bursts: { type: 'string', default: '500,5000' },
      queue: { type: 'string', default: '8192' },
      pictures: { type: 'string' },
      seed: { type: 'string', default: '1' },
    },
  },
)
const unknown = positionals.filter((name) => !(PARTS as readonly string[]).includes(name))
if (unknown.length > 0) {
  console.error(`interop: no part "${unknown.join(', ')}": choose of ${PARTS.join(', ')}`)
  process.exit(2)
}
const parts = PARTS.filter((part) => positionals.length === 0 || positionals.includes(part))

const say = (text: string): void => console.error(text)
const all: Tried[] = []
const tell = (tried: Tried): void => {
  all.push(tried)
  if (values.json) console.log(JSON.stringify({ v: 1, ...tried, pass: tried.broken.length === 0 }))
  else
    console.log(
      `${tried.broken.length === 0 ? 'ok    ' : 'FAILED'} ${tried.id.padEnd(28)} ${[...tried.broken, JSON.stringify(tried.figures)].join('; ')}`,
    )
}

const folder = mkdtempSync(join(tmpdir(), 'hearsay-interop-'))
try {
  const binaries = buildPeers(folder, MAKES, say)
  if (Object.keys(binaries).length === 0) process.exitCode = 2
  else {
    bundle()
    for (const part of parts) await run(part, binaries)
    const broken = all.filter((tried) => tried.broken.length > 0)
    const made = MAKES.map((make) => `${make}: ${binaries[make] === undefined ? 'not there' : 'built'}`).join(', ')
    const counts = { tried: all.length, asTheyShould: all.length - broken.length, broken: broken.length }
    if (values.json) console.log(JSON.stringify({ v: 1, id: 'counts', ...counts, made: Object.keys(binaries) }))
    else console.log(`${counts.tried} tried, ${counts.asTheyShould} as they should be, ${counts.broken} not; ${made}`)
    if (broken.length > 0) process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function run(part: Part, { go, rust }: Binaries): Promise<void> {
  const skip = (make: string): void => say(`${part}: skipped, it needs the peer in ${make}`)
  switch (part) {
    case 'bursts':
      if (go === undefined) return skip('Go')
      for (const burst of values.bursts.split(',').map(Number))
        for (const situation of [
          { profile: 'dev', isLoaded: false },
          { profile: 'node', isLoaded: false },
          { profile: 'node', isLoaded: true },
        ] as const)
          tell(await tryBurst({ ...situation, binary: go, burst, queue: Number(values.queue), folder, say }))
      return
    case 'deaf':
      if (rust === undefined) return skip('Rust')
      return tell(await tryDeaf({ binary: rust, folder, say }))
    case 'mixed': {
      const pictures = values.pictures ?? null
      const options = {
        binaries: { ...(go && { go }), ...(rust && { rust }) },
        seed: Number(values.seed),
        pictures,
        say,
      }
      for (const tried of await tryMixed(options)) tell(tried)
      return
    }
    case 'conform':
      for (const [make, binary] of Object.entries({ ...(go && { go }), ...(rust && { rust }) }))
        tell(await tryConform({ make, binary, folder, say }))
  }
}
