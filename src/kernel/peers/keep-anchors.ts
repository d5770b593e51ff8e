/** Remembering our best peers over a restart. Lost or damaged anchors are no loss: the configured addresses are dialled all the same. */
import { utf8 } from '../../lib/bytes.ts'
import { believedAnchors, chooseAnchors } from '../../peers/anchors.ts'
import { ANCHORS_CHECK_MS } from '../../peers/limits.ts'
import type { Machines } from '../machines.ts'
import type { Turn } from '../shared/turn.ts'

const KEY = 'anchors'
const ADDRESS_CHARACTERS_MAX = 256

/** Writes the anchors when they changed; while nobody is connected the last ones stand. */
export function keepAnchors(machines: Machines, turn: Turn): void {
  const { anchors } = machines.peers
  if (turn.now.monoMs < anchors.nextMs) return
  anchors.nextMs = turn.now.monoMs + ANCHORS_CHECK_MS
  const chosen = chooseAnchors(machines.peers.table.all())
  const text = JSON.stringify(chosen.toSorted())
  if (chosen.length === 0 || text === anchors.written) return
  anchors.written = text
  turn.writeLazily({ kind: 'put', space: 'peers', key: KEY, value: utf8(JSON.stringify(chosen)) })
}

export function onAnchorsRestored(
  machines: Machines,
  records: readonly (readonly [key: string, value: Uint8Array])[],
): void {
  const value = records.find(([key]) => key === KEY)?.[1]
  if (value !== undefined) machines.peers.redial.prefer(believedAnchors(readAddresses(value), machines.shared.isOpen))
}

function readAddresses(value: Uint8Array): string[] {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(value))
    if (!Array.isArray(parsed)) return []
    const isAddress = (text: unknown): text is string =>
      typeof text === 'string' && text.startsWith('/') && text.length <= ADDRESS_CHARACTERS_MAX
    return parsed.filter(isAddress)
  } catch {
    return []
  }
}
