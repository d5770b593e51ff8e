import { describe, expect, it } from 'vitest'
import { Anteroom } from '../../../../src/adapters/libp2p/anteroom.ts'
import {
  ANTEROOM_BYTES_MAX,
  ANTEROOM_MESSAGE_BYTES,
  ANTEROOM_PEER_BYTES_MAX,
} from '../../../../src/adapters/libp2p/limits.ts'
import { asPeerId } from '../../../../src/domain/ids.ts'

const a = asPeerId('a')
const b = asPeerId('b')

interface Message {
  readonly name: string
  readonly bytes: number
}

const message = (name: string, bytes = 100): Message => ({ name, bytes })
const many = (count: number, bytes?: number): Message[] =>
  Array.from({ length: count }, (_, at) => message(String(at), bytes))
const names = (messages: readonly Message[]): string[] => messages.map(({ name }) => name)
const never = (): boolean => false

function anteroom(room: Record<string, number>): Anteroom<Message, string> {
  return new Anteroom<Message, string>({
    hasRoom: (peer, ahead) => ahead.messages < (room[peer] ?? 0),
    sizeOf: ({ bytes }) => bytes,
    keep: (kept) => kept,
  })
}

describe('what waits before the router', () => {
  it('is what there is no room for, in its order, however much room there is later', () => {
    const room = { a: 2, b: 1 }
    const waiting = anteroom(room)
    expect(names(waiting.enter(a, many(5), never, 'first').going)).toEqual(['0', '1'])
    // Who has messages waiting does not overtake itself.
    room.a = 9
    expect(waiting.enter(a, [message('5')], never, 'second').going).toEqual([])
    expect(names(waiting.enter(b, [message('of b')], never, 'b').going)).toEqual(['of b'])
    room.a = 3
    expect([...waiting.leave()].map(({ peer, messages, context }) => [peer, names(messages), context])).toEqual([
      [a, ['2', '3', '4'], 'second'],
    ])
    expect([...waiting.leave()].map(({ messages }) => names(messages))).toEqual([['5']])
    expect([...waiting.leave()]).toEqual([])
    expect([waiting.messages, waiting.bytes]).toEqual([0, 0])
  })

  it('is not what never waits', () => {
    const waiting = anteroom({})
    const { going, refused } = waiting.enter(a, many(4), ({ name }) => name === '2', '')
    expect([names(going), refused]).toEqual([['2'], []])
    expect(waiting.messages).toBe(3)
  })

  it('is refused beyond the share of its peer, which costs of messages count as well', () => {
    const waiting = anteroom({})
    const most = Math.floor(ANTEROOM_PEER_BYTES_MAX / (ANTEROOM_MESSAGE_BYTES + 1))
    const { going, refused } = waiting.enter(a, many(most + 3, 1), never, '')
    expect([going.length, refused.length, waiting.messages]).toEqual([0, 3, most])
    // Others have theirs.
    expect(waiting.enter(b, [message('of b')], never, '').refused).toEqual([])
  })

  it('never takes more bytes than it has, whoever came first', () => {
    const waiting = anteroom({})
    const peers = Array.from({ length: 64 }, (_, at) => asPeerId(`peer ${at}`))
    for (const peer of peers) {
      waiting.enter(peer, many(ANTEROOM_PEER_BYTES_MAX / 1_024, 1_024 - ANTEROOM_MESSAGE_BYTES), never, '')
      expect(waiting.bytes).toBeLessThanOrEqual(ANTEROOM_BYTES_MAX)
    }
  })

  it('shares the room that comes among all who wait', () => {
    const asked: number[] = []
    let isOpen = false
    const waiting = new Anteroom<Message, string>({
      hasRoom: (_peer, ahead) => {
        asked.push(ahead.peers)
        return isOpen && ahead.messages < 4 / Math.max(1, ahead.peers)
      },
      sizeOf: ({ bytes }) => bytes,
      keep: (kept) => kept,
    })
    for (const peer of [a, b]) waiting.enter(peer, many(4), never, '')
    isOpen = true
    asked.length = 0
    expect([...waiting.leave()].map(({ peer, messages }) => [peer, messages.length])).toEqual([
      [a, 2],
      [b, 2],
    ])
    expect(new Set(asked)).toEqual(new Set([2]))
  })

  it('forgets who leaves', () => {
    const waiting = anteroom({})
    waiting.enter(a, [message('one'), message('two')], never, '')
    expect(names(waiting.forget(a))).toEqual(['one', 'two'])
    expect([waiting.messages, waiting.bytes]).toEqual([0, 0])
    expect(waiting.forget(a)).toEqual([])
    expect([...waiting.leave()]).toEqual([])
  })
})
