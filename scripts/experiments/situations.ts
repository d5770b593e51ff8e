/**
 * What a node tells when something is wrong: each situation is provoked for real with the built command, and looked up
 * where an operator looks: the start's own answer and exit code, or status, health, the log and the metrics. `npm run
 * situations` runs all and prints the table of testnet/deploy/SITUATIONS.md; it fails where anything is silent.
 */
import { rmSync } from 'node:fs'
import { scriptArguments } from '../arguments.ts'
import { SITUATIONS } from './situations/cases.ts'
import { freshRoot } from './situations/node.ts'
import { runSituation } from './situations/run.ts'
import type { Seen } from './situations/situation.ts'

const { positionals } = scriptArguments(
  'usage: npm run situations [-- WORDS…]: provokes each situation with the built command, or those that hold one of the words, and prints the table of what the node tells',
  { allowPositionals: true },
)
const wanted = SITUATIONS.filter(({ when }) => positionals.length === 0 || positionals.some((it) => when.includes(it)))
if (wanted.length === 0) {
  console.error(
    `no situation holds ${positionals.join(' or ')}; there are:\n${SITUATIONS.map(({ when }) => when).join('\n')}`,
  )
  process.exit(2)
}
const root = freshRoot()
const rows: string[] = []
let silent = 0
try {
  for (const situation of wanted) {
    const seen: Seen = await runSituation(situation, root).catch((error: unknown) => ({
      ok: false,
      told: error instanceof Error ? error.message : String(error),
      where: '–',
    }))
    if (!seen.ok) silent++
    rows.push(`| ${situation.when} | ${seen.told.replaceAll('|', '\\|')} | ${seen.where} |`)
    console.error(`${seen.ok ? '✓' : '✗'} ${situation.when}: ${seen.told} [${seen.where}]`)
  }
} finally {
  rmSync(root, { recursive: true, force: true })
}
console.log(['| when | what it tells | where |', '|---|---|---|', ...rows].join('\n'))
console.log(`\n${rows.length - silent} of ${rows.length} situations are told`)
process.exitCode = silent === 0 ? 0 : 1
