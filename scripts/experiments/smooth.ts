// Whether the page stays smooth: 100 nodes and 50 transactions a second through the real page server, in a real
// Chromium, over 10 s. `npm run smooth [-- --seconds 10 --nodes 100 --rate 50 --seed 1]` prints one line of JSON, and
// ends with 1 where a frame took longer than 50 ms. Without a Chromium it says so and ends with 0.
import { scriptArguments } from '../arguments.ts'
import { chromium } from 'playwright-core'
import { openPageServer } from '../../testnet/page-server.ts'
import { CHROMIUM_ARGS, findChromium } from '../../test/toolkit/find-chromium.ts'
import { SyntheticNetwork } from './smooth/synthetic-network.ts'
import { watchFrames, type Frames } from './smooth/frames.ts'

const { values } = scriptArguments(
  'usage: npm run smooth -- [--seconds 10] [--nodes 100] [--rate 50] [--seed 1]: how smoothly the page draws (needs Chromium)',
  {
    options: {
      seconds: { type: 'string', default: '10' },
      nodes: { type: 'string', default: '100' },
      rate: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
    },
  },
)
const [seconds, nodes, rate, seed] = [values.seconds, values.nodes, values.rate, values.seed].map(Number) as [
  number,
  number,
  number,
  number,
]
/** Longest frame that nobody sees as a stutter, ms. */
const FRAME_MS_MAX = 50
/** Time for the layout and the first transactions before frames count, ms. */
const WARM_UP_MS = 3_000

const executablePath = findChromium()
if (executablePath === null) console.log('smooth: no Chromium on this machine (Debian: apt-get install chromium)')
else process.exitCode = report(await run(executablePath))

async function run(executable: string): Promise<Frames> {
  const network = new SyntheticNetwork({ nodes, perSecond: rate, seed })
  const server = await openPageServer(network)
  const browser = await chromium.launch({ executablePath: executable, args: CHROMIUM_ARGS })
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    await page.goto(server.url)
    await page.getByText('live', { exact: true }).waitFor()
    network.start()
    return await watchFrames(page, WARM_UP_MS, seconds * 1_000)
  } finally {
    await browser.close()
    network.stop()
    await server.close()
  }
}

function report({ count, worstMs, p99Ms, over50, figures }: Frames): number {
  const detail = `${count} frames in ${seconds} s, p99 ${p99Ms} ms, ${over50} longer than ${FRAME_MS_MAX} ms; ${nodes} nodes, ${rate} tx/s, seed ${seed}; the page at the end: ${figures}`
  console.log(JSON.stringify({ v: 1, id: 'smooth', value: worstMs, goal: FRAME_MS_MAX, detail }))
  return worstMs <= FRAME_MS_MAX ? 0 : 1
}
