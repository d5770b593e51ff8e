/**
 * What the supervisor observes of its network: nothing, unless somebody asked for a recording or has the page open. Lines go to the file, and
 * the last ones are kept for pages that open later.
 */
import type { RecordingHead, RecordingLine } from '../src/trace/recording.ts'
import { VERSION } from '../src/node/version.ts'
import type { Manifest } from '../src/home/manifest.ts'
import { OBSERVED_LINES_MAX } from './limits.ts'
import { headOf, RecordCollector } from './record-collector.ts'
import { RecordFile } from './record-file.ts'

type Line = Exclude<RecordingLine, RecordingHead>

export class Observation {
  readonly #path: string | null
  readonly #onFailure: (reason: string) => void
  readonly #readers = new Set<(line: Line) => void>()
  #manifest: Manifest | null = null
  #collector: RecordCollector | null = null
  #file: RecordFile | null = null
  #lines: Line[] = []

  /** @param options.path of the recording; null: none */
  constructor(options: { path: string | null; onFailure: (reason: string) => void }) {
    this.#path = options.path
    this.#onFailure = options.onFailure
  }

  get manifest(): Manifest | null {
    return this.#manifest
  }

  /** The network is another one now: a node came, went, or listens elsewhere. */
  update(manifest: Manifest): void {
    this.#manifest = manifest
    // The head names every node with its key: it can be written once all have said theirs.
    const isKnown = manifest.nodes.length > 0 && manifest.nodes.every(({ peerId }) => peerId !== '')
    if (this.#path !== null && this.#file === null && isKnown) {
      this.#file = new RecordFile(this.#path, headOf(manifest, VERSION), this.#onFailure)
      this.#start()
    }
    this.#collector?.update(manifest)
  }

  /** Calls back with every line from now on; returns those before, and how to end it. */
  follow(onLine: (line: Line) => void): { readonly before: readonly Line[]; close(): void } {
    this.#start()
    const before = [...this.#lines]
    this.#readers.add(onLine)
    return {
      before,
      close: () => {
        this.#readers.delete(onLine)
        if (this.#readers.size === 0 && this.#file === null) this.#stop()
      },
    }
  }

  async close(): Promise<void> {
    this.#stop()
    await this.#file?.close()
  }

  #start(): void {
    if (this.#collector !== null || this.#manifest === null) return
    this.#collector = new RecordCollector((line) => {
      this.#file?.write(line)
      if (this.#lines.length >= 2 * OBSERVED_LINES_MAX) this.#lines = this.#lines.slice(-OBSERVED_LINES_MAX)
      this.#lines.push(line)
      for (const onLine of this.#readers) onLine(line)
    })
    this.#collector.update(this.#manifest)
  }

  #stop(): void {
    this.#collector?.close()
    this.#collector = null
    this.#lines = []
  }
}
