import { describe, expect, it } from 'vitest'
import { Inclusion } from '../../../../src/cli/load/inclusion.ts'
import { LoadTally } from '../../../../src/cli/load/load-tally.ts'
import {
  achievedRate,
  loadDocument,
  loadText,
  progressLine,
  type LoadReport,
} from '../../../../src/cli/load/load-text.ts'

function tally(): LoadTally {
  const made = new LoadTally(['node-0', 'node-1'])
  made.noteSent(0, 6)
  made.noteSent(1, 1_200)
  for (let index = 0; index < 1_190; index++) made.noteAccepted(1, 5)
  made.noteAccepted(0, 120)
  made.noteRefused(0, 'nonce-gap')
  made.noteRefused(0, 'pool-full')
  made.noteRefused(0, 'pool-full')
  made.noteKnown()
  made.noteFailed(1, 9, 'unreachable')
  made.noteUnsent(3)
  return made
}

function report(changes: Partial<LoadReport> = {}): LoadReport {
  return {
    network: 'dev-x',
    accounts: 64,
    sizeBytes: 250,
    ratePerSecond: 500,
    durationMs: 2_400,
    due: 1_209,
    elapsedMs: 2_000,
    figures: tally().figures(),
    inclusion: null,
    ...changes,
  }
}

describe('a load as text', () => {
  it('has what was achieved beside what was offered, and every loss with its reason', () => {
    expect(loadText(report())).toBe(
      [
        'offered   500/s for 2 s: 1,209 of 250 B from 64 accounts to 2 nodes',
        'achieved  496.3/s: 1,191 accepted',
        'refused   3: pool-full 2, nonce-gap 1',
        'failed    9: unreachable 9',
        'known     1',
        'unsent    3: too many were waiting for an answer',
        'latency   p50 5.0 ms  p90 5.0 ms  p99 5.0 ms  p99.9 5.0 ms  max 120 ms  (from when it was due to its 202)',
      ].join('\n'),
    )
  })

  it('shows blocks where they were asked for', () => {
    const inclusion = new Inclusion()
    for (const id of ['a', 'b']) {
      inclusion.offer(id, 0)
      inclusion.accept(id)
    }
    inclusion.noteBlock(['a', 'b'], 1_500)
    inclusion.noteSettled(['a'], 12_000)
    const text = loadText(report({ inclusion: inclusion.figures() }))
    expect(text).toContain('in block  2 of 2  p50 1500 ms')
    expect(text).toContain('settled   1 of 2  p50 12.0 s')
  })

  it('lets no node write on the terminal', () => {
    const strange = new LoadTally(['n'])
    strange.noteRefused(0, 'a\x1b[2Jb')
    expect(loadText(report({ figures: strange.figures() }))).not.toContain('\x1b')
  })
})

describe('the achieved rate', () => {
  it('is over the offered time, or longer where the last came after it', () => {
    expect(achievedRate(report({ durationMs: 1_191 }))).toBe(595.5)
    expect(achievedRate(report({ durationMs: 1_191, elapsedMs: 10 }))).toBe(1_000)
    expect(achievedRate(report({ durationMs: 0, elapsedMs: 0 }))).toBe(0)
  })
})

describe('a load as a document', () => {
  it('adds up', () => {
    const document = JSON.parse(JSON.stringify(loadDocument(report())))
    expect(document).toMatchObject({
      v: 1,
      offered: { rate: 500, transactions: 1_209, forMs: 2_400, burstMs: 10 },
      achieved: { rate: 496.25, elapsedMs: 2_000 },
      accepted: 1_191,
      latencyMs: { count: 1_191, max: 120 },
      nodes: [
        { name: 'node-0', sent: 6, accepted: 1, refused: 3, failed: 0 },
        { name: 'node-1', sent: 1_200, accepted: 1_190, refused: 0, failed: 9 },
      ],
    })
    const total = (counts: Record<string, number>): number =>
      Object.values(counts).reduce((sum, count) => sum + count, 0)
    const { sent, unsent, accepted, known, refused, failed, offered } = document
    expect(sent + unsent).toBe(offered.transactions)
    // Two had no answer yet.
    expect(accepted + known + total(refused) + total(failed) + tally().waiting).toBe(sent)
    expect(document).not.toHaveProperty('inclusion')
  })
})

describe('the line of progress', () => {
  it('says how it goes', () => {
    expect(progressLine(tally(), 500, 1_999)).toBe(
      '1 s  500/s offered  1,191 accepted  3 refused  9 failed  2 waiting  p50 5.0 ms  p99 5.0 ms',
    )
    expect(progressLine(new LoadTally([]), 5, 10)).toBe(
      '10 ms  5/s offered  0 accepted  0 refused  0 failed  0 waiting',
    )
  })
})
