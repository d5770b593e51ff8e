/**
 * Networks with a name, for the demo, tests and measurements: what differs from one to the next is their size, shape,
 * links and validators.
 */
import { assert } from '../src/lib/assert.ts'
import type { TestnetPlan } from './control.ts'
import continent10 from './presets/continent-10.json' with { type: 'json' }
import line10 from './presets/line-10.json' with { type: 'json' }
import small10 from './presets/small-10.json' with { type: 'json' }
import small20 from './presets/small-20.json' with { type: 'json' }
import small3 from './presets/small-3.json' with { type: 'json' }
import small5 from './presets/small-5.json' with { type: 'json' }
import star10 from './presets/star-10.json' with { type: 'json' }
import { NODES_MAX, SLOT_MS_MIN } from './limits.ts'
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
export type Preset = Pick<TestnetPlan, 'count' | 'degree' | 'topology' | 'link' | 'slotMs' | 'validators'>

export function presetPlan(name: PresetName): Preset {
  const parsed = parsePreset(DOCUMENTS[name])
  assert(parsed.ok, `preset ${name} is a network`)
  return parsed.preset
}

/** Whole numbers of a preset, each with what it may be. */
const NUMBERS = {
  count: [1, NODES_MAX],
  degree: [2, NODES_MAX - 1],
  slotMs: [SLOT_MS_MIN, 2 ** 31 - 1],
  validators: [0, NODES_MAX],
} as const
const KEYS: readonly string[] = [...Object.keys(NUMBERS), 'topology', 'link']

export type PresetParse =
  { readonly ok: true; readonly preset: Preset } | { readonly ok: false; readonly message: string }

/** The preset in a JSON document, with all of its keys and no others. */
export function parsePreset(document: unknown): PresetParse {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return bad('is not a JSON object')
  const fields = document as Readonly<Record<string, unknown>>
  const unknown = Object.keys(fields).find((key) => !KEYS.includes(key))
  if (unknown !== undefined) return bad(`has an unknown key "${unknown}": its keys are ${KEYS.join(', ')}`)
  for (const [key, [min, max]] of Object.entries(NUMBERS)) {
    const value = fields[key]
    if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max)
      return bad(`needs "${key}": a whole number from ${min} to ${max}`)
  }
  const topology = TOPOLOGIES.find((each) => each === fields.topology)
  if (topology === undefined) return bad(`needs "topology": one of ${TOPOLOGIES.join(', ')}`)
  if (typeof fields.link !== 'string') return bad('needs "link": a text such as "0" or "40ms±20ms"')
  const shape = parseLinkShape(fields.link)
  if (!shape.ok) return bad(`has a "link" that is none: ${shape.message}`)
  const { count, degree, slotMs, validators } = fields as Pick<Preset, 'count' | 'degree' | 'slotMs' | 'validators'>
  if (validators > count) return bad(`has ${validators} validators, more than its ${count} nodes`)
  return { ok: true, preset: { count, degree, topology, link: shape.shape, slotMs, validators } }
}

function bad(message: string): PresetParse {
  return { ok: false, message }
}
