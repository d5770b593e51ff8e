import { describe, expect, it } from 'vitest'
import type { PropagationEvent, PropagationRecord } from '../../../src/domain/propagation.ts'
import type { PeersView } from '../../../src/domain/views.ts'
import { why, type Side, type WhyQuestion } from '../../../src/trace/why.ts'

const record = (
  t: number,
  event: PropagationEvent,
  from: string | null,
  reason: string | null = null,
): PropagationRecord => ({
  t_ns: String(t),
  node: 'x',
  kind: 'transaction',
  id: 'aa',
  event,
  from,
  bytes: 1,
  reason,
})

function peers(peerId: string, mesh: readonly string[] = ['transactions'], score = 0): PeersView {
  const peer = { name: '', address: '', direction: 'inbound', connectedMs: 1, agentVersion: '', topics: [] } as const
  return {
    v: 1,
    peers: [{ ...peer, peerId, score, mesh, offences: 0, rttMs: null, gossip: 'both', head: null }],
    bans: [],
    dials: [],
  }
}

const a: Side = {
  name: 'a',
  peerId: 'pa',
  trouble: null,
  known: true,
  records: [record(5, 'DELIVER', 'pc')],
  peers: peers('pb'),
}
const b: Side = { name: 'b', peerId: 'pb', trouble: null, known: false, records: [], peers: peers('pa') }
const ask = (more: { a?: Partial<Side>; b?: Partial<Side>; partition?: WhyQuestion['partition'] }) =>
  why({
    a: { ...a, ...more.a },
    b: { ...b, ...more.b },
    partition: more.partition ?? null,
    gossipThreshold: -500,
    nameOf: (peerId) => peerId,
  }).map(({ code }) => code)

describe('why', () => {
  it.each([
    ['relayed', { b: { records: [record(9, 'DELIVER', 'pa')] } }],
    ['copied', { b: { records: [record(3, 'DELIVER', 'pc'), record(9, 'DUPLICATE', 'pa')] } }],
    ['refused', { b: { records: [record(9, 'REJECT', 'pa', 'invalid-signature')] } }],
    ['seen', { b: { records: [record(3, 'DELIVER', 'pc')] } }],
    ['seen', { a: { records: [record(5, 'DELIVER', 'pb')] } }],
    // Not connected decides, whatever else is so: without a link nothing would ever be sent.
    [
      'link-down',
      {
        a: { peers: { v: 1, peers: [], bans: [], dials: [] } },
        b: { peers: { v: 1, peers: [], bans: [], dials: [] }, records: [record(3, 'DELIVER', 'pc')] },
      },
    ],
    ['not-held', { a: { known: false, records: [] } }],
    ['node-down', { b: { trouble: 'killed', peers: null } }],
    ['not-asked', { b: { trouble: 'no answer', peers: null } }],
    ['cut', { partition: [['a'], ['b']], a: { peers: { v: 1, peers: [], bans: [], dials: [] } } }],
    [
      'link-down',
      {
        a: { peers: { v: 1, peers: [], bans: [], dials: [] } },
        b: { peers: { v: 1, peers: [], bans: [], dials: [] } },
      },
    ],
    ['score', { b: { peers: peers('pa', ['transactions'], -900) } }],
    ['not-in-mesh', { a: { peers: peers('pb', []) } }],
    ['banned', { b: { peers: { ...peers('pa'), bans: [{ subject: 'peer:pa', reason: 'invalid', untilMs: 1 }] } } }],
    ['unknown', {}],
  ] as const)('%s', (code, more) => {
    expect(ask(more)[0]).toBe(code)
  })
})
