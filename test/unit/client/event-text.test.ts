import { describe, expect, it } from 'vitest'
import { EventTextReader } from '../../../src/client/event-text.ts'
import type { TextEvent } from '../../../src/client/event-text.ts'
import { EVENT_CHARACTERS_MAX } from '../../../src/client/limits.ts'
import { utf8 } from '../../../src/lib/bytes.ts'

const stream =
  ': connected\n\nid: r.1\nevent: x\ndata: {"a":"ü€😀"}\n\n: alive\n\ndata: 1\ndata:2\n\nevent: empty\n\nid: r.2\ndata\n\n'
const events: TextEvent[] = [
  { id: 'r.1', event: 'x', data: '{"a":"ü€😀"}' },
  { id: null, event: 'message', data: '1\n2' },
  { id: 'r.2', event: 'message', data: '' },
]

describe('server-sent events', () => {
  it('are read however the bytes are cut', () => {
    const bytes = utf8(stream)
    for (let size = 1; size <= bytes.byteLength; size++) {
      const reader = new EventTextReader()
      const found: TextEvent[] = []
      for (let at = 0; at < bytes.byteLength; at += size) found.push(...reader.push(bytes.subarray(at, at + size)))
      expect(found, `pieces of ${size}`).toEqual(events)
    }
  })

  it('have a bound', () => {
    const reader = new EventTextReader()
    reader.push(utf8('data: '))
    const piece = utf8('x'.repeat(EVENT_CHARACTERS_MAX / 2))
    expect(reader.push(piece)).toEqual([])
    expect(() => [reader.push(piece), reader.push(piece)]).toThrow('longer')
  })
})
