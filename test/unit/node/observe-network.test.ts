/** What the event stream calls it when a member's state changes. */
import { describe, expect, it } from 'vitest'
import type { PeerId } from '../../../src/domain/ids.ts'
import type { MemberState } from '../../../src/membership/view.ts'
import { Observer } from '../../../src/node/observe.ts'

const quiet = (): void => undefined

function eventsOf(from: MemberState | null, to: MemberState | null): [string, unknown][] {
  const observer = new Observer({
    name: 'node-0',
    clock: {
      now: () => ({ wallMs: 0, monoMs: 0 }),
      wallNs: () => 0n,
      after: () => quiet,
      soon: quiet,
    },
    meter: { count: quiet, observe: quiet },
    journal: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  })
  const seen: [string, unknown][] = []
  observer.events.subscribe(['network'], ({ event, data }) => seen.push([event, data]))
  observer.note({ kind: 'member-changed', peer: 'p' as PeerId, from, to, source: 'record', accusers: [] })
  return seen
}

describe('a change of a member', () => {
  it.each([
    [null, 'alive', 'join'],
    ['unknown', 'alive', 'join'],
    ['alive', 'suspect', 'suspect'],
    ['suspect', 'dead', 'dead'],
    ['suspect', 'unreachable', 'unreachable'],
    ['alive', 'left', 'left'],
    ['dead', 'alive', 'back'],
    ['left', 'alive', 'back'],
    ['suspect', 'alive', 'back'],
    ['dead', null, 'forgotten'],
  ] as const)('from %s to %s is "%s"', (from, to, name) => {
    expect(eventsOf(from, to)).toEqual([[name, { peerId: 'p', from, to, source: 'record', accusers: [] }]])
  })
})
