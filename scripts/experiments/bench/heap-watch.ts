/**
 * What a process allocates on V8's heap: the sum of what each collection found more than the one before it had left,
 * which is exact, unlike samples; and by samples, where it is asked for, which functions did it.
 */
import { Session, type HeapProfiler } from 'node:inspector'
import { GCProfiler } from 'node:v8'

export interface HeapFigures {
  readonly kind: 'heap'
  /** Bytes allocated since the watch began. */
  readonly allocatedBytes: number
  /** Time in collections that stopped the loop, ms. */
  readonly collectingMs: number
  /** The largest allocators, bytes; empty unless they were asked for. */
  readonly allocators: readonly { readonly name: string; readonly bytes: number }[]
}

/** One sample every so many bytes: of a second at full rate some thousand. */
const SAMPLE_BYTES = 16_384
const ALLOCATORS_MAX = 60

export class HeapWatch {
  readonly #collections = new GCProfiler()
  readonly #session: Session | null = null

  /** @param withSamples asks for the allocators too, which slows the process by some per cent */
  constructor(withSamples: boolean) {
    this.#collections.start()
    if (!withSamples) return
    this.#session = new Session()
    this.#session.connect()
    this.#session.post('HeapProfiler.startSampling', {
      samplingInterval: SAMPLE_BYTES,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    } as HeapProfiler.StartSamplingParameterType)
  }

  async end(): Promise<HeapFigures> {
    const { statistics } = this.#collections.stop() ?? { statistics: [] }
    let [allocatedBytes, collectingMs] = [0, 0]
    for (const [at, { beforeGC, cost }] of statistics.entries()) {
      collectingMs += cost / 1_000
      const before = statistics[at - 1]
      if (before === undefined) continue
      allocatedBytes += Math.max(0, beforeGC.heapStatistics.usedHeapSize - before.afterGC.heapStatistics.usedHeapSize)
    }
    return { kind: 'heap', allocatedBytes, collectingMs, allocators: await this.#allocators() }
  }

  async #allocators(): Promise<HeapFigures['allocators']> {
    const session = this.#session
    if (session === null) return []
    const head = await new Promise<HeapProfiler.SamplingHeapProfileNode>((resolve, reject) => {
      session.post('HeapProfiler.stopSampling', (error, { profile }) => {
        if (error === null) resolve(profile.head)
        else reject(error)
      })
    })
    session.disconnect()
    const bytes = new Map<string, number>()
    const add = ({ callFrame, selfSize, children }: HeapProfiler.SamplingHeapProfileNode, caller: string): void => {
      const { functionName, url, lineNumber } = callFrame
      const file = url.split('/').slice(-2).join('/')
      // What is built in has no place of its own: who called it is what one wants to know.
      const name = `${functionName || '(unnamed)'} ${url === '' ? `from ${caller}` : `${file}:${lineNumber + 1}`}`
      bytes.set(name, (bytes.get(name) ?? 0) + selfSize)
      for (const child of children) add(child, url === '' ? caller : name)
    }
    add(head, 'nowhere')
    const sorted = [...bytes].sort(([, a], [, b]) => b - a)
    return sorted.slice(0, ALLOCATORS_MAX).map(([name, of]) => ({ name, bytes: of }))
  }
}
