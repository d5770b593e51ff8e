/**
 * `npm run alerts`: each alert that we ship is provoked on real nodes under the real Prometheus, and must fire and
 * clear. The rules are those of testnet/deploy/prometheus/alerts.yml with every duration divided by 20
 * (test/toolkit/prometheus/scaled-rules.ts). Needs Prometheus, and root for a file system that can be filled. Prints a
 * table; exit code 1 where an alert does not fire, does not clear, or is provoked by nothing.
 */
import { scriptArguments } from '../arguments.ts'
import { PROVOCATIONS, type Provocation } from './alerts/provocations.ts'
import { Stage, TIME_FACTOR } from './alerts/stage.ts'
import { alertExpressions } from '../../test/toolkit/prometheus/expressions.ts'
import { INSTALL_HINT, prometheusVersion } from '../../test/toolkit/prometheus/server.ts'
import { until } from '../../testnet/until.ts'

const { positionals } = scriptArguments(
  'usage: npm run alerts [-- ALERT…]: provokes each alert that we ship, or those whose names hold a word, under a real Prometheus',
  { allowPositionals: true },
)

/**
 * How long an alert may take to fire, and to clear, ms: its window, its `for`, and what the node itself looks back on
 * (10 s).
 */
const FIRE_MS_MAX = 90_000
const CLEAR_MS_MAX = 120_000

interface Row {
  readonly provocation: Provocation
  readonly firedMs: number | null
  readonly clearedMs: number | null
  readonly note: string
}

async function isIn(stage: Stage, alert: string, state: 'firing' | 'inactive', timeoutMs: number): Promise<boolean> {
  const holds = async (): Promise<boolean> =>
    (await stage.prometheus.alerts()).find(({ name }) => name === alert)?.state === state
  return until(holds, { timeoutMs, everyMs: 200 })
}

async function tried(stage: Stage, provocation: Provocation): Promise<Row> {
  const { alert, provoke, mend } = provocation
  const silent = { provocation, firedMs: null, clearedMs: null }
  if (!(await stage.isMeshed())) return { ...silent, note: 'the nodes do not mesh' }
  if (!(await stage.isWatched())) return { ...silent, note: 'Prometheus does not see the node' }
  if (!(await isIn(stage, alert, 'inactive', CLEAR_MS_MAX))) return { ...silent, note: 'fires before it is provoked' }
  const over = new AbortController()
  const provokedMs = performance.now()
  const provoking = provoke(stage, over.signal)
  // What goes wrong in it is told when it is waited for.
  provoking.catch(() => undefined)
  const fired = await isIn(stage, alert, 'firing', FIRE_MS_MAX)
  const firedMs = fired ? performance.now() - provokedMs : null
  over.abort()
  const failure = await provoking.then(
    () => '',
    (error: unknown) => String(error),
  )
  const mendedMs = performance.now()
  await mend(stage)
  const cleared = await isIn(stage, alert, 'inactive', CLEAR_MS_MAX)
  return { provocation, firedMs, clearedMs: cleared ? performance.now() - mendedMs : null, note: failure }
}

const version = prometheusVersion()
if (version === null) {
  console.error(INSTALL_HINT)
  process.exit(2)
}
const shipped = alertExpressions.map(({ where }) => where)
const wanted =
  positionals.length === 0 ? shipped : shipped.filter((name) => positionals.some((it) => name.includes(it)))
if (wanted.length === 0) {
  console.error(`no alert is called ${positionals.join(' or ')}; there are: ${shipped.join(', ')}`)
  process.exit(2)
}
const unprovoked = wanted.filter((name) => !PROVOCATIONS.some(({ alert }) => alert === name))
for (const name of unprovoked) console.error(`✗ ${name}: nothing provokes it`)

const rows: Row[] = []
try {
  await Stage.within(async (stage) => {
    for (const provocation of PROVOCATIONS.filter(({ alert }) => wanted.includes(alert))) {
      const row = await tried(stage, provocation)
      rows.push(row)
      console.error(`${isWhole(row) ? '✓' : '✗'} ${cells(row).join(', ')}${row.note === '' ? '' : ` (${row.note})`}`)
    }
  })
} catch (error) {
  // A mount without root, or nodes that do not start on a machine that is too busy: what was seen until then is told
  // below.
  console.error(error instanceof Error ? error.message : error)
}
console.log(`Prometheus ${version}, every duration of the rules divided by ${TIME_FACTOR}\n`)
console.log(['| alert | provoked by | fires | clears |', '|---|---|---|---|'].join('\n'))
for (const row of rows) console.log(`| ${cells(row).join(' | ')} |`)
const whole = rows.filter(isWhole).length
console.log(`\n${whole} of ${wanted.length} alerts fire and clear`)
process.exitCode = whole === wanted.length ? 0 : 1

function isWhole({ firedMs, clearedMs, note }: Row): boolean {
  return firedMs !== null && clearedMs !== null && note === ''
}

function cells({ provocation: { alert, cause }, firedMs, clearedMs }: Row): readonly string[] {
  const seconds = (ms: number | null, otherwise: string): string =>
    ms === null ? otherwise : `after ${(ms / 1_000).toFixed(1)} s`
  return [alert, cause, seconds(firedMs, 'does not fire'), seconds(clearedMs, 'does not clear')]
}
