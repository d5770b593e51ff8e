/** The network that is up already, as a world: its links and seed stay its own, and it stays when the run is over. */
import type { Manifest } from '../../home/manifest.ts'
import type { Experiment } from '../experiment.ts'
import type { RunOptions, RunOutcome, World } from '../world.ts'
import { refusalsOf } from './capabilities.ts'
import { perform } from './stage.ts'

export class AttachedWorld implements World {
  readonly name: 'packed' | 'processes'
  readonly #manifest: Manifest

  constructor(manifest: Manifest) {
    this.#manifest = manifest
    const pids = new Set(manifest.nodes.map(({ pid }) => pid))
    this.name = pids.size < manifest.nodes.length ? 'packed' : 'processes'
  }

  refusals(experiment: Experiment): readonly string[] {
    const { nodes, link } = this.#manifest
    const refusals = [...refusalsOf(this.name, experiment)]
    const ready = nodes.filter(({ state }) => state === 'ready').length
    if (nodes.length !== experiment.network.nodes || ready < nodes.length)
      refusals.push(`it is for ${experiment.network.nodes} nodes, and ${ready} of ${nodes.length} are up here`)
    const needsLinks = experiment.actions.some(({ kind }) => kind === 'partition' || kind === 'slow')
    if (link === 'direct' && needsLinks) refusals.push('the nodes dial one another directly: there is no link to cut')
    return refusals
  }

  async run(experiment: Experiment, options: RunOptions): Promise<RunOutcome> {
    const startedMs = performance.now()
    try {
      const performed = await perform(this.#manifest, experiment, options)
      return { kind: 'ran', ...performed, digest: null, wallMs: Math.round(performance.now() - startedMs) }
    } catch (error) {
      if (options.signal.aborted) return { kind: 'aborted' }
      return { kind: 'failed', message: error instanceof Error ? error.message : String(error), hint: '' }
    }
  }
}
