/** The bytes of observe, against the golden ones; and what is not one of them. */
import { EXCHANGE_LIMITS } from '../../src/domain/exchange-limits.ts'
import { describe, expect, it } from 'vitest'
import {
  decodeObserveAnswer,
  decodeObserveRequest,
  encodeObserveAnswer,
  encodeObserveRequest,
  OBSERVE_HOPS_MAX,
  OBSERVED_IDS_MAX,
  OBSERVED_RECORDS_MAX,
  REASON_BYTES_MAX,
} from '../../src/domain/codec/observe-codec.ts'
import { asTxId } from '../../src/domain/ids.ts'
import type { PropagationEvent } from '../../src/domain/propagation.ts'
import { peerIdOfKey } from '../../src/domain/record.ts'
import { REJECTS } from '../../src/domain/reject.ts'
import { fromHex, toHex } from '../../src/lib/bytes.ts'
import { PROPAGATION_RECORDS_MAX } from '../../src/node/limits.ts'
import golden from './golden/observe.json' with { type: 'json' }

const bytesOf = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array()
const peerOf = (key: string): ReturnType<typeof peerIdOfKey> => peerIdOfKey(bytesOf(key))
const request = { way: golden.request.way.map(peerOf), ids: golden.request.ids.map(asTxId) }
const answer = {
  kind: 'seen' as const,
  times: { receivedNs: BigInt(golden.answer.receivedNs), sentNs: BigInt(golden.answer.sentNs) },
  observations: golden.answer.observations.map(({ records, ...observation }) => ({
    ...observation,
    records: records.map(({ tNs, from, event, ...record }) => ({
      ...record,
      event: event as PropagationEvent,
      tNs: BigInt(tNs),
      from: from === null ? null : peerOf(from),
    })),
  })),
}

describe('observe', () => {
  it('has the golden bytes both ways', () => {
    expect(toHex(encodeObserveRequest(request))).toBe(golden.request.bytes)
    expect(decodeObserveRequest(bytesOf(golden.request.bytes))).toEqual(request)
    expect(toHex(encodeObserveAnswer(answer))).toBe(golden.answer.bytes)
    expect(decodeObserveAnswer(bytesOf(golden.answer.bytes), 1)).toEqual(answer)
    for (const kind of ['cut-off', 'busy'] as const)
      expect(decodeObserveAnswer(encodeObserveAnswer({ kind }), 1)).toEqual({ kind })
  })

  it('is nothing when cut short or drawn out, wherever', () => {
    const asked = bytesOf(golden.request.bytes)
    const told = bytesOf(golden.answer.bytes)
    for (let length = 0; length < asked.byteLength; length++)
      expect(decodeObserveRequest(asked.subarray(0, length)), `${length} bytes`).toBeNull()
    for (let length = 0; length < told.byteLength; length++)
      expect(decodeObserveAnswer(told.subarray(0, length), 1), `${length} bytes`).toBeNull()
    expect(decodeObserveRequest(Uint8Array.of(...asked, 0))).toBeNull()
    expect(decodeObserveAnswer(Uint8Array.of(...told, 0), 1)).toBeNull()
    expect(decodeObserveAnswer(told, 2)).toBeNull()
    expect(decodeObserveAnswer(told, 0)).toBeNull()
  })

  it('has its bounds', () => {
    expect(
      decodeObserveRequest(new Uint8Array(2 + 32 * (OBSERVE_HOPS_MAX + 1)).fill(OBSERVE_HOPS_MAX + 1, 0, 1)),
    ).toBeNull()
    const ids = new Uint8Array(2 + 32 * (OBSERVED_IDS_MAX + 1))
    ids[1] = OBSERVED_IDS_MAX + 1
    expect(decodeObserveRequest(ids)).toBeNull()
    const told = bytesOf(golden.answer.bytes)
    for (const [at, value] of [
      [17, 4], // flags
      [22, OBSERVED_RECORDS_MAX + 1],
      [23, 7], // event
      [32, 2], // whether there is a from
      [77, REASON_BYTES_MAX + 1],
      [101, 0x1f], // in the reason
    ] as const) {
      const wrong = told.slice()
      wrong[at] = value
      expect(decodeObserveAnswer(wrong, 1), `byte ${at}`).toBeNull()
    }
  })

  it('fits: the largest answer into a frame, every reason into its place, all that a node remembers', () => {
    const record = { ...answer.observations[0]?.records[0], reason: 'x'.repeat(REASON_BYTES_MAX) }
    const records = Array.from({ length: OBSERVED_RECORDS_MAX }, () => record)
    const full = { known: true, isBlock: false, copies: 2 ** 32, records } as (typeof answer.observations)[0]
    const largest = encodeObserveAnswer({
      ...answer,
      observations: Array.from({ length: OBSERVED_IDS_MAX }, () => full),
    })
    expect(largest.byteLength).toBeLessThanOrEqual(EXCHANGE_LIMITS.observe.frameBytesMax)
    expect(decodeObserveAnswer(largest, OBSERVED_IDS_MAX)).not.toBeNull()
    for (const code of Object.keys(REJECTS)) expect(code.length).toBeLessThanOrEqual(REASON_BYTES_MAX)
    expect(OBSERVED_RECORDS_MAX).toBe(PROPAGATION_RECORDS_MAX)
  })
})
