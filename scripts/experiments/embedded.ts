// How soon `startTestnet` of the built library is ready, and how soon nothing is left of it: `npm run embedded
// [-- --nodes 5 --runs 5]`. A line of JSON a run, all in one process: the first loads libp2p as somebody's first test
// does. Beside the wall clock stands the time of the processor, which is what the wall clock shows on a quiet machine
// where nothing is waited for; it ends with 1 where the median is beyond 1.5 s to be ready or 0.3 s to stop.
import { scriptArguments } from '../arguments.ts'
import type * as Library from '../../src/surface/testnet.ts'
import { bundle } from '../bundle.ts'

const { values } = scriptArguments('usage: npm run embedded -- [--nodes 5] [--runs 5]', {
  options: { nodes: { type: 'string', default: '5' }, runs: { type: 'string', default: '5' } },
})
const READY_MS_MAX = 1_500
const STOPPED_MS_MAX = 300

bundle()
const library = new URL('../../dist/testnet.js', import.meta.url).href
const { startTestnet } = (await import(library)) as typeof Library

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; wallMs: number; cpuMs: number }> {
  const [wall, cpu] = [performance.now(), process.cpuUsage()]
  const value = await work()
  const { user, system } = process.cpuUsage(cpu)
  return { value, wallMs: Math.round(performance.now() - wall), cpuMs: Math.round((user + system) / 1_000) }
}

const runs: { readonly readyMs: number; readonly stoppedMs: number }[] = []
for (let run = 1; run <= Number(values.runs); run++) {
  const ready = await timed(() => startTestnet({ nodes: Number(values.nodes), seed: run }))
  await ready.value.submit()
  await ready.value.until({ coverage: 1 })
  const stopped = await timed(() => ready.value.stop())
  runs.push({ readyMs: ready.wallMs, stoppedMs: stopped.wallMs })
  console.log(
    JSON.stringify({
      ...{ run, readyMs: ready.wallMs, readyCpuMs: ready.cpuMs },
      ...{ stoppedMs: stopped.wallMs, stoppedCpuMs: stopped.cpuMs },
    }),
  )
}
const median = (of: (run: (typeof runs)[number]) => number): number =>
  runs.map(of).sort((a, b) => a - b)[Math.floor(runs.length / 2)] ?? Number.NaN
const [readyMs, stoppedMs] = [median((run) => run.readyMs), median((run) => run.stoppedMs)]
const pass = readyMs <= READY_MS_MAX && stoppedMs <= STOPPED_MS_MAX
console.log(JSON.stringify({ id: 'embedded', nodes: Number(values.nodes), pass, readyMs, stoppedMs }))
if (!pass) process.exitCode = 1
