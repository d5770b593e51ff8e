import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { MessageIds } from '../../../../src/adapters/libp2p/message-id.ts'
import { toHex, utf8 } from '../../../../src/lib/bytes.ts'

const TOPIC = '/hearsay/01234567/transactions'

describe('gossip message ids', () => {
  it('are SHA-256 of the domain, the length of the topic, the topic and the data', () => {
    const expected = createHash('sha256')
      .update('hearsay/msg/1')
      .update(Uint8Array.of(30, 0))
      .update(TOPIC)
      .update('payload')
      .digest('hex')
    const ids = new MessageIds([TOPIC])
    expect(ids.textOf(TOPIC, utf8('payload'))).toBe(expected)
    expect(toHex(ids.bytesOf(TOPIC, utf8('payload')))).toBe(expected)
    expect(expected).toBe('1ae6ea70315b367b333676608354b24332718f123979118f79b4d5e56072394d')
  })

  it('count the length of the topic in two bytes, the low one first', () => {
    const topic = 't'.repeat(259)
    const expected = createHash('sha256')
      .update('hearsay/msg/1')
      .update(Uint8Array.of(3, 1))
      .update(topic)
      .digest('hex')
    expect(new MessageIds([]).textOf(topic, new Uint8Array(0))).toBe(expected)
  })

  it('differ by topic for the very same data object, whichever is asked for first', () => {
    const ids = new MessageIds([TOPIC, 'b'])
    const data = utf8('x')
    const [first, other, again] = [ids.textOf(TOPIC, data), ids.textOf('b', data), ids.textOf(TOPIC, data)]
    expect(first).not.toBe(other)
    expect(again).toBe(first)
  })

  it('are computed once for a data object and its copy', () => {
    const ids = new MessageIds([TOPIC])
    const data = utf8('x')
    const id = ids.bytesOf(TOPIC, data)
    const copy = new Uint8Array(data)
    ids.alias(TOPIC, data, copy)
    expect(ids.bytesOf(TOPIC, data)).toBe(id)
    expect(ids.bytesOf(TOPIC, copy)).toBe(id)
  })

  it('have one text for whatever is not 32 bytes, and it is no id (A15)', () => {
    const ids = new MessageIds([TOPIC])
    const odd = [0, 1, 31, 33, 2_048].map((length) => ids.textOfId(new Uint8Array(length).fill(length)))
    expect(new Set(odd).size).toBe(1)
    expect(odd[0]).not.toMatch(/^[0-9a-f]{64}$/)
    expect(ids.textOfId(new Uint8Array(32).fill(0xab))).toBe('ab'.repeat(32))
  })
})
