/**
 * P3 by real nodes: twenty processes on loopback, twelve connections each over links of 20 to 120 ms, once with routes
 * and once as gossipsub is at degree 6, on the same links.
 */
import { createPrng } from '../../../src/lib/prng.ts'
import { edgesOf } from '../../../src/sim/topology.ts'
import { ShapedLink } from '../../../testnet/shaper/link.ts'
import type { CopiesFigures, CopiesMessage, CopiesTask } from './copies-process.ts'
import { line, median, rounded, type Bench, type BenchLine } from './line.ts'
import { BenchProcess, pause } from './processes.ts'

const NODES = 20
const DEGREE = 12
const MESSAGE_BYTES = 250
const SEED = 1
/** Between two messages, ms: a wave is over before the next one begins. */
const EVERY_MS = 250
/** Until the last copy of the last message is there, ms. */
const SETTLE_MS = 2_000

interface Run {
  readonly copies: number
  readonly coverage: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly mesh: number
}

export const realCopies: Bench = async ({ short }): Promise<readonly BenchLine[]> => {
  const messages = short ? 10 : 60
  const rehearsals = short ? 20 : 120
  const routes = await runOf(true, rehearsals, messages)
  const plain = await runOf(false, rehearsals, messages)
  const detail = {
    nodes: NODES,
    degree: DEGREE,
    messages,
    rehearsals,
    routes,
    plain,
    p99OverPlain: rounded(routes.p99Ms / plain.p99Ms),
  }
  return [
    line(
      'P3b',
      'copies of each message received by one of 20 real nodes',
      routes.copies,
      { is: 'at-most', value: 3 },
      detail,
    ),
  ]
}

async function runOf(routes: boolean, rehearsals: number, messages: number): Promise<Run> {
  const links: ShapedLink[] = []
  const processes = Array.from(
    { length: NODES },
    (_, index) =>
      new BenchProcess<CopiesMessage>('copies-process.ts', {
        index,
        routes,
        bytes: MESSAGE_BYTES,
      } satisfies CopiesTask),
  )
  try {
    const ports = (await Promise.all(processes.map((process) => process.next('ready')))).map(({ port }) => port)
    await connect(processes, ports, links)
    const random = createPrng(SEED).child('origins')
    const publish = async (count: number): Promise<void> => {
      for (let sent = 0; sent < count; sent++) {
        processes[random.below(NODES)]?.tell({ kind: 'publish' })
        await pause(EVERY_MS)
      }
      await pause(SETTLE_MS)
    }
    await publish(rehearsals)
    await Promise.all(processes.map((process) => process.ask({ kind: 'forget' }, 'forgotten')))
    await publish(messages)
    return runFigures(
      await Promise.all(processes.map((process) => process.ask({ kind: 'figures' }, 'figures'))),
      messages,
    )
  } finally {
    await Promise.all(processes.map((process) => process.end()))
    for (const link of links) await link.close()
  }
}

/** The same links, with the same delays, in every run. */
async function connect(
  processes: readonly BenchProcess<CopiesMessage>[],
  ports: readonly number[],
  links: ShapedLink[],
): Promise<void> {
  const random = createPrng(SEED)
  const dials = processes.map(() => [] as number[])
  for (const [from, to] of edgesOf('random', NODES, DEGREE, random.child('topology'))) {
    const name = `${from}>${to}`
    const delayMs = 20 + 100 * random.child(name).next()
    const link = await ShapedLink.open({ name, shape: { delayMs, jitterMs: 0, bytesPerSecond: null }, seed: SEED })
    link.leadTo({ kind: 'at', port: ports[to] ?? 0 })
    links.push(link)
    dials[from]?.push(link.port)
  }
  await Promise.all(processes.map((process, at) => process.ask({ kind: 'dial', ports: dials[at] }, 'dialled')))
  // Meshes settle over a few heartbeats.
  await pause(5_000)
}

function runFigures(all: readonly CopiesFigures[], messages: number): Run {
  const delays = all.flatMap(({ delaysMs }) => delaysMs).sort((a, b) => a - b)
  const sum = (of: (figures: CopiesFigures) => number): number => all.reduce((total, figures) => total + of(figures), 0)
  return {
    copies: rounded(sum(({ first, again }) => first + again) / (messages * (NODES - 1))),
    coverage: rounded(sum(({ first }) => first) / (messages * (NODES - 1))),
    p50Ms: rounded(median(delays)),
    p99Ms: rounded(delays[Math.floor(delays.length * 0.99)] ?? Number.NaN),
    mesh: rounded(sum(({ mesh }) => mesh) / NODES),
  }
}
