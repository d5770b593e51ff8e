/** Networks with a name, for the demo, tests and measurements: what differs from one to the next is their size, shape, links and validators. */
import { assert } from '../src/lib/assert.ts'
import type { TestnetPlan } from './control.ts'
import continent10 from './presets/continent-10.json' with { type: 'json' }
import line10 from './presets/line-10.json' with { type: 'json' }
import small10 from './presets/small-10.json' with { type: 'json' }
import small20 from './presets/small-20.json' with { type: 'json' }
import small3 from './presets/small-3.json' with { type: 'json' }
import small5 from './presets/small-5.json' with { type: 'json' }
import star10 from './presets/star-10.json' with { type: 'json' }
import { parseLinkShape } from './shaper/shape.ts'
import { TOPOLOGIES } from './topology.ts'

const DOCUMENTS = {
  'small-3': small3,
  'small-5': small5,
  'small-10': small10,
  'small-20': small20,
  'line-10': line10,
  'star-10': star10,
  'continent-10': continent10,
} as const

export type PresetName = keyof typeof DOCUMENTS
export const PRESETS = Object.keys(DOCUMENTS) as readonly PresetName[]

/** The part of a plan that a preset decides. */
export function presetPlan(
  name: PresetName,
): Pick<TestnetPlan, 'count' | 'degree' | 'topology' | 'link' | 'slotMs' | 'validators'> {
  const { count, degree, topology, link, slotMs, validators } = DOCUMENTS[name]
  const shape = parseLinkShape(link)
  const known = TOPOLOGIES.find((each) => each === topology)
  assert(shape.ok && known !== undefined, `preset ${name} is a network`)
  return { count, degree, topology: known, link: shape.shape, slotMs, validators }
}
