/**
 * Bounds of one request and its answer, by protocol; both sides hold them (PROTOCOL.md, Request protocols). A deadline
 * is what the largest honest answer takes on a slow link (1 MiB/s, 300 ms away) with as much again for a busy machine;
 * frames are the largest object, totals what the protocol allows in one answer.
 */
import type { Protocol } from './protocols.ts'

export interface ExchangeLimits {
  readonly deadlineMs: number
  readonly frameBytesMax: number
  readonly totalBytesMax: number
  /** Streams of this protocol that may be open at once with one peer, each way. */
  readonly streamsMax: number
}

const KIB = 1_024
const MIB = 1_048_576

export const EXCHANGE_LIMITS: Readonly<Record<Protocol, ExchangeLimits>> = {
  hello: { deadlineMs: 5_000, frameBytesMax: 4 * KIB, totalBytesMax: 4 * KIB, streamsMax: 2 },
  // One block of 1 MiB and its envelope is the largest frame.
  objects: { deadlineMs: 10_000, frameBytesMax: MIB + 64 * KIB, totalBytesMax: 2 * MIB, streamsMax: 32 },
  chain: { deadlineMs: 20_000, frameBytesMax: MIB + 64 * KIB, totalBytesMax: 8 * MIB, streamsMax: 8 },
  reconcile: { deadlineMs: 10_000, frameBytesMax: 64 * KIB, totalBytesMax: MIB, streamsMax: 8 },
  // Probes measure whether a peer answers: an answer after 2 s is none.
  probe: { deadlineMs: 2_000, frameBytesMax: KIB, totalBytesMax: KIB, streamsMax: 16 },
  // Eight objects with all that is remembered of them are 46 KiB; up to four nodes between each take their part of the
  // time.
  observe: { deadlineMs: 3_000, frameBytesMax: 64 * KIB, totalBytesMax: 64 * KIB, streamsMax: 8 },
  // A document of 200,000 accounts; whoever has more hands it on as a file.
  invite: { deadlineMs: 20_000, frameBytesMax: 256 * KIB, totalBytesMax: 8 * MIB, streamsMax: 1 },
  // The dial back has three seconds; what is around it, two.
  reach: { deadlineMs: 5_000, frameBytesMax: KIB, totalBytesMax: KIB, streamsMax: 1 },
}

/** Requests that one peer may have open at once, each way, over all protocols. */
export const REQUEST_STREAMS_MAX = Object.values(EXCHANGE_LIMITS).reduce((sum, { streamsMax }) => sum + streamsMax, 0)
