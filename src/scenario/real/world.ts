/** Real nodes on this machine: each a process of its own, or several packed into one. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assertNever } from '../../lib/assert.ts'
import { down, up, type UpOutcome } from '../../../testnet/control-client.ts'
import type { Experiment, LinkPlan } from '../experiment.ts'
import type { RunOptions, RunOutcome, World } from '../world.ts'
import { refusalsOf } from './capabilities.ts'
import { perform } from './stage.ts'

/** Nodes in one process of a packed network: two processes use two cores. */
const PER_PROCESS = 10

export class RealWorld implements World {
  readonly name: 'packed' | 'processes'

  constructor(name: 'packed' | 'processes') {
    this.name = name
  }

  refusals(experiment: Experiment): readonly string[] {
    return refusalsOf(this.name, experiment)
  }

  async run(experiment: Experiment, options: RunOptions): Promise<RunOutcome> {
    if (options.signal.aborted) return { kind: 'aborted' }
    const startedMs = performance.now()
    const home = mkdtempSync(join(tmpdir(), 'hearsay-run-'))
    try {
      const started = await this.#up(home, experiment, options)
      if (started.kind === 'aborted' || options.signal.aborted) return { kind: 'aborted' }
      if (started.kind !== 'ready') return { kind: 'failed', ...whyNotUp(started) }
      const performed = await perform(started.manifest, experiment, options)
      return { kind: 'ran', ...performed, digest: null, wallMs: Math.round(performance.now() - startedMs) }
    } catch (error) {
      if (options.signal.aborted) return { kind: 'aborted' }
      return { kind: 'failed', message: error instanceof Error ? error.message : String(error), hint: '' }
    } finally {
      try {
        await down(home, { force: true })
      } finally {
        rmSync(home, { recursive: true, force: true, maxRetries: 5 })
      }
    }
  }

  #up(home: string, { network }: Experiment, { onProgress, signal }: RunOptions): Promise<UpOutcome> {
    const { nodes, topology, degree, discovery, validators, slotMs, seed, regionOf, links } = network
    const shapes = links.map((row) => row.map(shapeOf))
    return up({
      ...{ home, count: nodes, degree, topology, slotMs, validators, seed, signal, onProgress },
      link: shapes[0]?.[0] ?? shapeOf({ delayMs: 0, jitterMs: 0, bytesPerSecond: null, lossRate: 0 }),
      ...(shapes.length === 1 ? {} : { regions: { of: regionOf, shapes } }),
      ...(discovery ? { discovery } : {}),
      direct: false,
      perProcess: this.name === 'packed' ? PER_PROCESS : 1,
      detach: false,
    })
  }
}

function shapeOf({ delayMs, jitterMs, bytesPerSecond, lossRate }: LinkPlan) {
  return { delayMs, jitterMs, bytesPerSecond, ...(lossRate === 0 ? {} : { lossRate }) }
}

function whyNotUp(outcome: Exclude<UpOutcome, { readonly kind: 'ready' | 'aborted' }>): {
  readonly message: string
  readonly hint: string
} {
  switch (outcome.kind) {
    case 'failed': {
      const gaps = outcome.gaps.map(({ node, waitsFor }) => `; ${node} waits for ${waitsFor}`)
      return {
        message: `the network did not start: ${outcome.message}${gaps.join('')}`,
        hint: 'a busy machine needs fewer nodes, or --in virtual',
      }
    }
    case 'distrusted':
      return { message: outcome.distrust.message, hint: outcome.distrust.hint }
    case 'running':
    case 'nothing-to-resume':
      return { message: 'the folder of the run is taken', hint: 'try again' }
    default:
      return assertNever(outcome)
  }
}
