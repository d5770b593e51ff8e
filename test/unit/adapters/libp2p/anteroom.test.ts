import { describe, expect, it } from 'vitest'
import { Anteroom } from '../../../../src/adapters/libp2p/anteroom.ts'
import {
  ANTEROOM_BYTES_MAX,
  ANTEROOM_PEER_BYTES_MAX,
  ANTEROOM_PEER_COUNT_MAX,
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
    expect(names(waiting.enter(a, many(5), never, 'first'))).toEqual(['0', '1'])
    // Who has messages waiting does not overtake itself.
    room.a = 9
    expect(waiting.enter(a, [message('5')], never, 'second')).toEqual([])
    expect(names(waiting.enter(b, [message('of b')], never, 'b'))).toEqual(['of b'])
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
    const going = waiting.enter(a, many(4), ({ name }) => name === '2', '')
    expect(names(going)).toEqual(['2'])
    expect(waiting.messages).toBe(3)
  })

  it('stops the reading of a peer at its share, until there is less', async () => {
    const room = { a: 0 }
    const waiting = anteroom(room)
    waiting.enter(a, [message('small')], never, '')
    expect(waiting.turnOf(a)).toBe(true)
    waiting.enter(a, [message('large', ANTEROOM_PEER_BYTES_MAX)], never, '')
    const turn = waiting.turnOf(a)
    expect(turn).toBeInstanceOf(Promise)
    expect(waiting.turnOf(b)).toBe(true)
    room.a = 2
    expect([...waiting.leave()]).toHaveLength(1)
    await turn
    expect(waiting.turnOf(a)).toBe(true)
  })

  it('has equal shares of its bytes for many, and a bound on messages', () => {
    const waiting = anteroom({})
    const peers = Array.from({ length: 64 }, (_, at) => asPeerId(`peer ${at}`))
    const share = ANTEROOM_BYTES_MAX / peers.length
    for (const peer of peers) waiting.enter(peer, [message('its share', share)], never, '')
    for (const peer of peers) expect(waiting.turnOf(peer)).toBeInstanceOf(Promise)
    expect(waiting.bytes).toBe(ANTEROOM_BYTES_MAX)
    const tiny = anteroom({})
    tiny.enter(a, many(ANTEROOM_PEER_COUNT_MAX, 1), never, '')
    expect(tiny.turnOf(a)).toBeInstanceOf(Promise)
    // What was read all the same goes on, to be refused by who counts refusals.
    expect(tiny.enter(a, many(1_000, 1), never, '').length).toBeGreaterThan(0)
  })

  it('forgets who leaves, and lets its reader end', async () => {
    const waiting = anteroom({})
    waiting.enter(a, [message('one'), message('two', ANTEROOM_PEER_BYTES_MAX)], never, '')
    const turn = waiting.turnOf(a)
    expect(names(waiting.forget(a))).toEqual(['one', 'two'])
    await turn
    expect([waiting.messages, waiting.bytes]).toEqual([0, 0])
    expect(waiting.forget(a)).toEqual([])
  })
})
