// Whether all views of a network say the same: `npm run views [-- --nodes 6 --rate 30 --seconds 15 --per-process 1
// --seed 1 --faults]`. A network of real processes, a load, then a page that is opened late and one that was open all
// the time and did not read for a while; after 5 s of quiet the page, the report, `top`, the trace and /metrics are
// compared to the unit. With --faults a node is killed, one comes later and one is restarted under the load. One line
// of JSON; exit code 1 where two of them differ. Without a Chromium it says so and ends with 0.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { scriptArguments } from '../arguments.ts'
import { bundle } from '../bundle.ts'
import { findChromium } from '../../test/toolkit/find-chromium.ts'
import { compareViews } from './views/compare.ts'

const USAGE =
  'usage: npm run views -- [--nodes 6] [--rate 30] [--seconds 15] [--per-process 1] [--seed 1] [--faults]; all whole numbers above 0 (needs Chromium)'
const { values } = scriptArguments(USAGE, {
  options: {
    nodes: { type: 'string', default: '6' },
    rate: { type: 'string', default: '30' },
    seconds: { type: 'string', default: '15' },
    'per-process': { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    faults: { type: 'boolean', default: false },
  },
})
const [nodes, rate, seconds, perProcess, seed] = [
  values.nodes,
  values.rate,
  values.seconds,
  values['per-process'],
  values.seed,
].map(Number) as [number, number, number, number, number]
const executablePath = findChromium()
if (![nodes, rate, seconds, perProcess, seed].every((value) => value > 0)) {
  console.error(USAGE)
  process.exitCode = 2
} else if (executablePath === null) console.log('views: no Chromium on this machine (Debian: apt-get install chromium)')
else {
  bundle()
  const home = mkdtempSync(join(tmpdir(), 'hearsay-views-'))
  try {
    const { broken, figures } = await compareViews({
      ...{ nodes, rate, seconds, perProcess, seed, executablePath, home },
      withFaults: values.faults,
      root: fileURLToPath(new URL('../..', import.meta.url)),
      onProgress: (text) => {
        console.error(`views: ${text}`)
      },
    })
    console.log(JSON.stringify({ v: 1, id: 'views', pass: broken.length === 0, broken, figures }))
    if (broken.length > 0) process.exitCode = 1
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
