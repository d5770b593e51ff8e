/** Questions of what was seen: who gets an answer, who is asked on, and what it costs to send rubbish. */
import { describe, expect, it } from 'vitest'
import {
  decodeObserveAnswer,
  decodeObserveRequest,
  encodeObserveAnswer,
  encodeObserveRequest,
} from '../../../src/domain/codec/observe-codec.ts'
import { encodeHello } from '../../../src/domain/codec/hello-codec.ts'
import { asTxId, type PeerId } from '../../../src/domain/ids.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import { peerIdOfKey } from '../../../src/domain/record.ts'
import type { Effect } from '../../../src/kernel/shared/effect.ts'
import { OBSERVE_BURST, OBSERVE_RELAYS_MAX, SURVEYS_MAX } from '../../../src/membership/limits.ts'
import { KernelWorld, peer } from '../../toolkit/kernel/kernel-world.ts'
import { keysOf, TEST_NETWORK } from '../../toolkit/objects/transactions.ts'

const ID = asTxId('ab'.repeat(32))
const asker = peer('asker')
const [next, last] = [1, 2].map((index) => peerIdOfKey(keysOf(index).publicKey)) as [PeerId, PeerId]
const question = encodeObserveRequest({ way: [], ids: [ID] })
const times = { receivedNs: 7n, sentNs: 9n }
const seen = encodeObserveAnswer({
  kind: 'seen',
  times,
  observations: [{ known: true, isBlock: false, copies: 1, records: [] }],
})

class World extends KernelWorld {
  #request = 0

  /** What follows from a peer's question. */
  asks(bytes: Uint8Array, from: PeerId = asker): { readonly request: number; readonly effects: readonly Effect[] } {
    const before = this.effects.length
    const request = ++this.#request
    this.post({ kind: 'request-received', request, protocol: 'observe', from, bytes })
    return { request, effects: this.effects.slice(before) }
  }

  /** The peer is connected and has said hello. */
  greet(who: PeerId): void {
    this.connect(who)
    const { machines } = this.kernel
    const hello = encodeHello({
      version: 1,
      networkId: networkIdOf(TEST_NETWORK),
      headHeight: 0n,
      headHash: machines.shared.announced.hash,
      settledHeight: 0n,
      mempoolCount: 0n,
      mempoolFingerprint: machines.transactions.pool.fingerprint(),
      name: 'greeted',
    })
    this.post({ kind: 'request-received', request: 1_000_000, protocol: 'hello', from: who, bytes: hello })
  }

  answer(request: number, frame: Uint8Array): readonly Effect[] {
    const before = this.effects.length
    this.post({
      kind: 'answer-received',
      request,
      frames: [frame],
      elapsedMs: 1,
      clocks: { askedNs: 0n, answeredNs: 1_000_000n },
    })
    return this.effects.slice(before)
  }
}

const kinds = (effects: readonly Effect[]): string[] => effects.map(({ kind }) => kind)
const askOf = (effects: readonly Effect[]): Extract<Effect, { kind: 'ask' }> => {
  const ask = effects.find((effect) => effect.kind === 'ask' && effect.protocol === 'observe')
  if (ask?.kind !== 'ask') throw new Error(`nothing is asked: ${kinds(effects).join(' ')}`)
  return ask
}
const repliedWith = (effects: readonly Effect[]): string | null => {
  const reply = effects.find(({ kind }) => kind === 'reply')
  if (reply?.kind !== 'reply' || reply.frames === null) return null
  return decodeObserveAnswer(reply.frames[0] ?? new Uint8Array(), 1)?.kind ?? 'undecodable'
}
const offences = (world: World): string[] =>
  world.facts.flatMap((fact) => (fact.kind === 'offence-counted' ? [`${fact.peer} ${fact.code}`] : []))

describe('a question of what was seen', () => {
  it('is answered from the books, with what this node has', () => {
    const { effects, request } = new World().asks(question)
    expect(effects).toEqual([{ kind: 'serve-observation', request, ids: [ID], known: [false] }])
  })

  it('has its stream reset where the network has it off', () => {
    const world = new World({ observes: false })
    expect(world.asks(question).effects).toEqual([{ kind: 'reply', request: 1, frames: null }])
    expect(offences(world)).toEqual([])
  })

  it('is an offence where it is none', () => {
    const world = new World()
    expect(kinds(world.asks(question.subarray(0, -1)).effects)).toEqual(['reply', 'note'])
    expect(offences(world)).toEqual(['asker malformed-request'])
  })

  it('is handed on along its way, and its answer back as it is', () => {
    const world = new World()
    world.greet(next)
    const { effects, request } = world.asks(encodeObserveRequest({ way: [next, last], ids: [ID] }))
    const ask = askOf(effects)
    expect(ask.peer).toBe(next)
    expect(decodeObserveRequest(ask.bytes)).toEqual({ way: [last], ids: [ID] })
    expect(world.answer(ask.request, seen)).toEqual([{ kind: 'reply', request, frames: [seen] }])
  })

  it('does not come back to who asked, nor to a node that is not connected', () => {
    const world = new World()
    world.greet(next)
    expect(repliedWith(world.asks(encodeObserveRequest({ way: [next], ids: [ID] }), next).effects)).toBe('cut-off')
    expect(repliedWith(world.asks(encodeObserveRequest({ way: [last], ids: [ID] })).effects)).toBe('cut-off')
  })

  it('costs the next hop, and not the asker, when the next hop sends rubbish', () => {
    const world = new World()
    world.greet(next)
    const ask = askOf(world.asks(encodeObserveRequest({ way: [next], ids: [ID] })).effects)
    expect(repliedWith(world.answer(ask.request, seen.subarray(1)))).toBe('cut-off')
    expect(offences(world)).toEqual([`${next} malformed-answer`])
  })

  it('tells the asker when the next hop fails', () => {
    const world = new World()
    world.greet(next)
    const { effects } = world.asks(encodeObserveRequest({ way: [next], ids: [ID] }))
    const before = world.effects.length
    world.post({ kind: 'request-failed', request: askOf(effects).request, reason: 'deadline' })
    expect(repliedWith(world.effects.slice(before))).toBe('cut-off')
    expect(world.kernel.machines.members.observeRelays.size).toBe(0)
  })

  it('is put off where one peer asks too much, and another is still answered', () => {
    const world = new World()
    for (let asked = 0; asked < OBSERVE_BURST; asked++)
      expect(kinds(world.asks(question).effects)).toEqual(['serve-observation'])
    expect(repliedWith(world.asks(question).effects)).toBe('busy')
    expect(kinds(world.asks(question, peer('another')).effects)).toEqual(['serve-observation'])
    world.advance(1_000)
    expect(kinds(world.asks(question).effects)).toEqual(['serve-observation'])
    expect(offences(world)).toEqual([])
  })

  it('is not handed on where too many are', () => {
    const world = new World()
    world.greet(next)
    const onwards = encodeObserveRequest({ way: [next], ids: [ID] })
    for (let relayed = 0; relayed < OBSERVE_RELAYS_MAX; relayed++) askOf(world.asks(onwards).effects)
    expect(repliedWith(world.asks(onwards).effects)).toBe('busy')
    expect(kinds(world.asks(question).effects)).toEqual(['serve-observation'])
  })
})

describe('a survey of our own', () => {
  const survey = (world: World, number: number, waitMs = 1_000): readonly Effect[] => {
    const before = world.effects.length
    world.post({ kind: 'survey-asked', survey: number, ids: [ID], samples: 1, waitMs })
    return world.effects.slice(before)
  }

  it('is off where the network has it off, and busy where there are too many', () => {
    expect(survey(new World({ observes: false }), 1)).toEqual([
      { kind: 'answer-survey', survey: 1, outcome: { kind: 'off' } },
    ])
    const world = new World()
    world.greet(next)
    for (let number = 1; number <= SURVEYS_MAX; number++) askOf(survey(world, number))
    expect(survey(world, SURVEYS_MAX + 1)).toEqual([
      { kind: 'answer-survey', survey: SURVEYS_MAX + 1, outcome: { kind: 'busy' } },
    ])
  })

  it('asks a peer of which there is no record yet, and compares clocks', () => {
    const world = new World()
    world.greet(next)
    const [answered] = world.answer(askOf(survey(world, 1)).request, seen)
    expect(answered).toMatchObject({
      kind: 'answer-survey',
      outcome: {
        kind: 'surveyed',
        rows: [{ peer: next, name: 'greeted', trouble: null, observations: [{ known: true, copies: 1 }] }],
      },
    })
  })

  it('ends at its deadline with what it has', () => {
    const world = new World()
    world.greet(next)
    survey(world, 1)
    const before = world.effects.length
    world.advance(1_000)
    expect(world.effects.slice(before).find(({ kind }) => kind === 'answer-survey')).toMatchObject({
      outcome: { kind: 'surveyed', rows: [{ trouble: 'late' }] },
    })
    expect(world.kernel.machines.members.surveys.size).toBe(0)
  })

  it('counts rubbish as an offence of the neighbour it came from', () => {
    const world = new World()
    world.greet(next)
    const effects = world.answer(askOf(survey(world, 1)).request, Uint8Array.of(9))
    expect(effects.find(({ kind }) => kind === 'answer-survey')).toMatchObject({
      outcome: { rows: [{ trouble: 'no-answer' }] },
    })
    expect(offences(world)).toEqual([`${next} malformed-answer`])
  })
})
