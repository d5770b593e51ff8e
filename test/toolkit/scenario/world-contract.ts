/** What every world of experiments must do; run on each of them. */
import { expect, it } from 'vitest'
import { FIGURE_NAMES } from '../../../src/scenario/figures.ts'
import { missText } from '../../../src/scenario/run-report.ts'
import type { World } from '../../../src/scenario/world.ts'
import { runIn, smallExperiment } from './small-network.ts'

export function worldContract(open: () => Promise<World>, options: { readonly timeoutMs: number }): void {
  it(
    'carries an experiment out, and measures all of its figures',
    async () => {
      const world = await open()
      const experiment = smallExperiment()
      expect(world.refusals(experiment)).toEqual([])
      const report = await runIn(world, experiment)
      expect(report.judged.filter(({ verdict }) => verdict !== 'met').map(missText)).toEqual([])
      expect(Object.keys(report.figures).sort()).toEqual([...FIGURE_NAMES].sort())
      // Nobody died: that there is nothing to measure is said, and not made up.
      expect(report.figures.deadSeenMs?.value).toBeNull()
    },
    options.timeoutMs,
  )

  it(
    'says what it can, and ends at once when it is told to',
    async () => {
      const world = await open()
      const ending = new AbortController()
      const outcome = world.run(smallExperiment(), { onProgress: () => ending.abort(), signal: ending.signal })
      expect(await outcome).toEqual({ kind: 'aborted' })
    },
    options.timeoutMs,
  )
}
