import { describe, expect, it } from 'vitest'
import type { BlockHash, MessageId, PeerId, TxId } from '../../../src/domain/ids.ts'
import { ARRIVALS_MAX, EARLY_COPIES_MAX } from '../../../src/node/limits.ts'
import { Observer } from '../../../src/node/observe.ts'

const message = 'm1' as MessageId
const id = 'aa' as TxId
const peers = ['p0', 'p1', 'p2'].map((peer) => peer as PeerId)
const [p0, p1, p2] = peers as [PeerId, PeerId, PeerId]

function open() {
  const time = { ms: 1_000 }
  const counts = new Map<string, number>()
  const quiet = (): void => undefined
  const observer = new Observer({
    name: 'node-0',
    clock: {
      now: () => ({ wallMs: time.ms, monoMs: time.ms }),
      wallNs: () => BigInt(Math.round(time.ms * 1e6)),
      after: () => quiet,
      soon: quiet,
    },
    meter: {
      count: (name, labels, by = 1) => {
        const key = `${name} ${Object.values(labels).join(' ')}`
        counts.set(key, (counts.get(key) ?? 0) + by)
      },
      observe: quiet,
    },
    journal: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  })
  const copy = (from: PeerId, messageId = message): void => {
    observer.duplicate({ topic: 'transactions', from, messageId, bytes: 90 })
  }
  const admitted = (waitedMs: number): void => {
    observer.note({
      kind: 'transactions-admitted',
      transactions: [{ id, bytes: new Uint8Array(90), createdAtMs: 0 }],
      states: ['pending'],
      wallMs: 20,
      provenance: { way: 'gossip', from: p0, messageId: message, waitedMs },
    })
  }
  return { time, counts, observer, copy, admitted }
}

describe('the propagation record of a node', () => {
  it('dates what a block brought by when the body came, which is when others could get it here', () => {
    const { time, observer } = open()
    time.ms = 1_060
    observer.note({
      kind: 'transaction-included',
      id,
      block: 'bb' as BlockHash,
      bytes: 90,
      from: p1,
      waitedMs: 58,
      isNew: true,
    })
    expect(observer.propagation.get(id)?.first).toMatchObject({
      event: 'RECOVERED',
      from: p1,
      t_ns: String(1_002 * 1e6),
    })
  })

  it('says that the body came first where gossip brought it before the block was adopted', () => {
    const { time, observer, admitted } = open()
    const included = (waitedMs: number): void =>
      observer.note({
        kind: 'transaction-included',
        id,
        block: 'bb' as BlockHash,
        bytes: 90,
        from: p1,
        waitedMs,
        isNew: false,
      })
    observer.taken(message, 1_000, 3)
    time.ms = 1_040
    admitted(2)
    time.ms = 1_060
    // After it: the record of gossip stands alone.
    included(10)
    expect(observer.propagation.get(id)?.records.map(({ event }) => event)).toEqual(['DELIVER'])
    included(58)
    expect(observer.propagation.get(id)?.records.map(({ event, t_ns }) => [event, t_ns])).toEqual([
      ['DELIVER', String(1_040 * 1e6)],
      ['RECOVERED', String(1_002 * 1e6)],
    ])
  })

  it('keeps copies that arrive while the message is still judged, with the time of their arrival', () => {
    const { time, observer, copy, admitted, counts } = open()
    observer.taken(message, 1_000, 3)
    time.ms = 1_001
    copy(p1)
    time.ms = 1_003.5
    admitted(2)
    time.ms = 1_004
    copy(p2)
    const sighting = observer.propagation.get(id)
    expect(sighting?.copies).toBe(3)
    expect(sighting?.records.map(({ event, from, t_ns }) => [event, from, t_ns])).toEqual([
      ['DELIVER', 'p0', '1003500000'],
      ['DUPLICATE', 'p1', '1001000000'],
      ['DUPLICATE', 'p2', '1004000000'],
    ])
    expect(sighting?.records[0]).toMatchObject({ queueMs: 2, checkMs: 3.5 })
    expect(counts.get('propagation_records transaction DUPLICATE')).toBe(2)
    expect(counts.get('duplicates transactions')).toBe(2)
  })

  it('is bounded, whatever a peer sends', () => {
    const { observer, copy, admitted } = open()
    for (let at = 0; at < EARLY_COPIES_MAX + 5; at++) copy(p1)
    admitted(0)
    expect(observer.propagation.get(id)?.copies).toBe(EARLY_COPIES_MAX + 1)
    for (let at = 0; at < ARRIVALS_MAX + 50; at++) copy(p1, `other-${at}` as MessageId)
    expect(observer.arrivals.sizes()[0]).toMatchObject({ size: ARRIVALS_MAX, capacity: ARRIVALS_MAX })
  })
})
