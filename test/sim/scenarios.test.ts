/**
 * The scenarios of the package in virtual time: each holds, and with its known bad setting it misses what it must. The
 * gate draws the first; `DEEP=1` and `npm run scenarios` run all.
 */
import { describe, expect, it } from 'vitest'
import { checkScenario } from '../../src/scenario/check.ts'
import { SHIPPED_NAMES, shippedText, spoiltText } from '../../src/scenario/library.ts'
import { missText } from '../../src/scenario/run-report.ts'
import { VirtualWorld } from '../../src/scenario/virtual/world.ts'
import { isDeep } from '../toolkit/api/depth.ts'
import { runIn } from '../toolkit/scenario/small-network.ts'

const world = new VirtualWorld()
const drawn = isDeep ? SHIPPED_NAMES : ['quiet']

async function missesOf(text: string | undefined) {
  const checked = checkScenario(text ?? '')
  if (!checked.ok) throw new Error(JSON.stringify(checked.mistakes))
  const { judged } = await runIn(world, checked.experiment)
  return judged.filter(({ verdict }) => verdict !== 'met')
}

describe.each(drawn)('%s', (name) => {
  it('holds', async () => {
    expect((await missesOf(shippedText(name))).map(missText)).toEqual([])
  })

  it('misses what it must with a setting that is known to be bad', async () => {
    const spoilt = spoiltText(name)
    const misses = await missesOf(spoilt?.text)
    expect(misses.map(({ expectation }) => expectation.figure)).toContain(spoilt?.bad.misses)
  })
})
