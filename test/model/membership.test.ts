import { describe, expect, it } from 'vitest'
import { decodeRecord, encodeRecord, encodeRecordBody } from '../../src/domain/codec/record-codec.ts'
import { decodeSuspicion, encodeSuspicion, encodeSuspicionBody } from '../../src/domain/codec/suspicion-codec.ts'
import { asBlockHash, asNetAddress, asPeerId, type PeerId } from '../../src/domain/ids.ts'
import { neighbourMark, type NodeRecord, type RecordDraft, type Suspicion } from '../../src/domain/record.ts'
import type { Now } from '../../src/domain/time.ts'
import { createPrng } from '../../src/lib/prng.ts'
import { MEMBERSHIP_PROFILES } from '../../src/membership/limits.ts'
import { Membership, type MembershipDecision } from '../../src/membership/membership.ts'
import { RecordBook, type Teller } from '../../src/membership/records.ts'
import { suspicionMs, Suspicions } from '../../src/membership/suspicion.ts'
import { SUSPICION_VERDICTS } from '../../src/membership/verdicts.ts'

const WALL_MS = 1_800_000_000_000
const RETENTION_MS = 3_600_000
const NO_PREFIX = new Uint8Array(0)

function record(owner: number, change: Partial<RecordDraft> = {}, salt = 0): NodeRecord {
  const body = encodeRecordBody({
    key: new Uint8Array(32).fill(owner + 1),
    incarnation: WALL_MS - 1_000_000,
    seq: 1,
    startedAtMs: WALL_MS,
    publishedAtMs: WALL_MS,
    name: `node-${owner}`,
    agentVersion: 'hearsay/0.1.0',
    head: { height: 0, hash: asBlockHash('00'.repeat(32)) },
    settledHeight: 0,
    mempoolCount: salt,
    addresses: [asNetAddress(`/ip4/10.${owner % 3}.0.1/tcp/4001`)],
    tags: [],
    neighbours: [],
    isLeaving: false,
    ...change,
  })
  const decoded = decodeRecord(encodeRecord(body, new Uint8Array(64)), NO_PREFIX)
  if (decoded === null) throw new Error('a record decodes')
  return decoded
}

function suspicion(target: NodeRecord, accuser: NodeRecord, timeMs: number): Suspicion {
  const { incarnation, seq, key } = target
  const body = encodeSuspicionBody({ targetKey: key, accuserKey: accuser.key, incarnation, seq, timeMs })
  const decoded = decodeSuspicion(encodeSuspicion(body, new Uint8Array(64)), NO_PREFIX)
  if (decoded === null) throw new Error('a suspicion decodes')
  return decoded
}

const TELLER: Teller = { name: 'neighbour', isChosen: true }

describe('the book of records', () => {
  it('ends the same for 10,000 random orders, with repetitions', { timeout: 30_000 }, () => {
    const seed = 6_001
    const random = createPrng(seed)
    // Five owners, several versions of each, and of some versions several records.
    const records = Array.from({ length: 5 }, (_, owner) =>
      Array.from({ length: 8 }, () =>
        record(owner, { incarnation: WALL_MS - 1_000 * random.below(3), seq: 1 + random.below(3) }, random.below(3)),
      ),
    ).flat()
    const digests = new Set<string>()
    for (let order = 0; order < 10_000; order++) {
      const book = new RecordBook({ retentionMs: RETENTION_MS })
      const again = records.filter(() => random.below(3) === 0)
      for (const each of random.shuffled([...records, ...again])) book.merge(each, TELLER, WALL_MS, order)
      digests.add(book.digest())
    }
    expect(digests.size, `seed ${seed}`).toBe(1)
  })

  it('is a naive map of the greatest, over 10,000 random operations', () => {
    const seed = 6_002
    const random = createPrng(seed)
    const book = new RecordBook({ retentionMs: RETENTION_MS })
    const naive = new Map<PeerId, NodeRecord>()
    let wallMs = WALL_MS
    for (let step = 0; step < 10_000; step++) {
      const note = `seed ${seed}, step ${step}`
      if (random.below(20) === 0) wallMs += random.below(600_000)
      const each = record(random.below(12), {
        incarnation: wallMs - 2_000_000 + 1_000 * random.below(4),
        seq: 1 + random.below(4),
        publishedAtMs: wallMs - RETENTION_MS + random.below(RETENTION_MS + 60_000),
        mempoolCount: random.below(2),
      })
      const held = naive.get(each.peer)
      const isRefused = each.publishedAtMs > wallMs + 30_000 || wallMs - each.publishedAtMs >= RETENTION_MS
      const order =
        held === undefined
          ? 1
          : each.incarnation - held.incarnation || each.seq - held.seq || (each.hash < held.hash ? 1 : -1)
      if (!isRefused && order > 0 && each.hash !== held?.hash) naive.set(each.peer, each)
      const merge = book.merge(each, TELLER, wallMs, step)
      if (isRefused) expect(merge.kind, note).toBe('refused')
      for (const { peer } of book.expire(wallMs).forgotten) naive.delete(peer)
      book.invariants()
      expect([...book.all()].map(({ hash }) => hash).sort(), note).toEqual(
        [...naive.values()].map(({ hash }) => hash).sort(),
      )
    }
    book.expire(wallMs + 2 * RETENTION_MS)
    expect(book.size).toBe(0)
  })

  it('tells of two records of one version once, and keeps the smaller hash', () => {
    const book = new RecordBook({ retentionMs: RETENTION_MS })
    const [small, middle, large] = [record(1, {}, 1), record(1, {}, 2), record(1, {}, 3)].sort((a, b) =>
      a.hash < b.hash ? -1 : 1,
    ) as [NodeRecord, NodeRecord, NodeRecord]
    expect(book.merge(middle, TELLER, WALL_MS, 0).kind).toBe('new')
    expect(book.merge(large, TELLER, WALL_MS, 0)).toMatchObject({ kind: 'equivocation', kept: 'held', isFirst: true })
    expect(book.merge(large, TELLER, WALL_MS, 0)).toEqual({ kind: 'refused', why: 'known' })
    expect(book.merge(small, TELLER, WALL_MS, 0)).toMatchObject({
      kind: 'equivocation',
      kept: 'newcomer',
      isFirst: false,
    })
    expect(book.hasEquivocated(small.peer)).toBe(true)
    expect(book.get(small.peer)?.hash).toBe(small.hash)
    expect(book.merge(record(1, { seq: 2 }), TELLER, WALL_MS, 0).kind).toBe('newer')
    expect(book.hasEquivocated(small.peer)).toBe(false)
  })

  it('refuses what is stale, from the future, or older than anybody remembers', () => {
    const book = new RecordBook({ retentionMs: RETENTION_MS })
    const why = (each: NodeRecord): string => {
      const merge = book.merge(each, TELLER, WALL_MS, 0)
      return merge.kind === 'refused' ? merge.why : merge.kind
    }
    expect(why(record(1, { seq: 5 }))).toBe('new')
    expect(why(record(1, { seq: 4 }))).toBe('stale')
    expect(why(record(1, { seq: 9, incarnation: WALL_MS - 2_000_000 }))).toBe('stale')
    expect(why(record(1, { seq: 1, incarnation: WALL_MS }))).toBe('newer')
    expect(why(record(2, { publishedAtMs: WALL_MS + 300_000 }))).toBe('future')
    expect(why(record(2, { incarnation: WALL_MS + 300_000 }))).toBe('future')
    expect(why(record(2, { publishedAtMs: WALL_MS - RETENTION_MS }))).toBe('expired')
  })

  it('hides a record at half of its time and forgets it at the end', () => {
    const book = new RecordBook({ retentionMs: RETENTION_MS })
    const each = record(1)
    book.merge(each, TELLER, WALL_MS, 0)
    expect(book.expire(WALL_MS + RETENTION_MS / 2 - 1)).toEqual({ hidden: [], forgotten: [] })
    expect(book.expire(WALL_MS + RETENTION_MS / 2).hidden).toEqual([each])
    expect(book.expire(WALL_MS + RETENTION_MS / 2 + 1)).toEqual({ hidden: [], forgotten: [] })
    expect(book.expire(WALL_MS + RETENTION_MS).forgotten).toEqual([each])
  })

  it('lets a crowd push out itself only: whoever told most gives way, whatever addresses the invented ones have (A41)', () => {
    const book = new RecordBook({ retentionMs: RETENTION_MS, countMax: 40 })
    const tellers = Array.from({ length: 4 }, (_, i): Teller => ({ name: `honest-${i}`, isChosen: i < 2 }))
    const liar: Teller = { name: 'liar', isChosen: true }
    const invented = (owner: number): NodeRecord =>
      record(owner, { addresses: [asNetAddress(`/ip4/${1 + (owner % 90)}.${owner % 250}.0.1/tcp/4001`)] })
    const honest = Array.from({ length: 20 }, (_, owner) => record(owner))
    for (const [at, each] of honest.entries()) book.merge(each, tellers[at % 4] as Teller, WALL_MS, 0)
    const before = (owner: number): NodeRecord => {
      const each = invented(owner)
      book.merge(each, liar, WALL_MS, owner)
      return each
    }
    const crowd = Array.from({ length: 150 }, (_, i) => before(100 + i))
    expect(book.size).toBe(40)
    for (const each of honest) expect(book.get(each.peer)).toBe(each)
    // Honest newcomers find places, and who is connected is never the one to go.
    const connected = crowd.findLast(({ peer }) => book.get(peer) !== undefined)?.peer
    for (let owner = 20; owner < 30; owner++) {
      const merge = book.merge(record(owner), tellers[owner % 4] as Teller, WALL_MS, 900, (peer) => peer === connected)
      expect(merge.kind === 'new' && crowd.includes(merge.evicted as NodeRecord)).toBe(true)
    }
    expect(book.get(connected as PeerId)).toBeDefined()
    book.invariants()
  })

  it('gives a quarter to those that dialled us from one network, and takes newer records of theirs all the same', () => {
    const book = new RecordBook({ retentionMs: RETENTION_MS, countMax: 40 })
    const crowd: Teller = { name: '127.66', isChosen: false }
    const outcomes = Array.from({ length: 48 }, (_, owner) => book.precheck(record(owner), crowd, WALL_MS))
    expect(outcomes.every((outcome) => outcome === null)).toBe(true)
    for (let owner = 0; owner < 48; owner++) book.merge(record(owner), crowd, WALL_MS, 0)
    expect(book.size).toBe(10)
    expect(book.precheck(record(11), crowd, WALL_MS)).toBe('full')
    expect(book.precheck(record(11), crowd, WALL_MS, () => true)).toBeNull()
    expect(book.merge(record(1, { seq: 2 }), crowd, WALL_MS, 0).kind).toBe('newer')
    expect(book.merge(record(11), TELLER, WALL_MS, 0).kind).toBe('new')
    book.forget(record(1).peer)
    expect(book.merge(record(12), crowd, WALL_MS, 0).kind).toBe('new')
    book.invariants()
  })
})

describe('suspicions', () => {
  it('have the times of memberlist', () => {
    expect([0, 1, 2, 3].map((count) => Math.round(suspicionMs(4_000, count, 2)))).toEqual([
      24_000, 11_381, 4_000, 4_000,
    ])
    expect([0, 1].map((count) => suspicionMs(4_000, count, 1))).toEqual([24_000, 4_000])
    expect(suspicionMs(4_000, 0, 0)).toBe(4_000)
  })

  it('end as a list of accusers says, over 10,000 random operations', () => {
    const seed = 6_003
    const random = createPrng(seed)
    const suspicions = new Suspicions()
    const peer = (index: number): PeerId => asPeerId(`peer-${index}`)
    interface Naive {
      startedMs: number
      accusers: Set<PeerId>
      seq: number
      monitors: number
      /** Neighbours among the accusers. */
      seen: number
    }
    const naive = new Map<PeerId, Naive>()
    const possibleOf = ({ monitors, seen }: Naive): number =>
      monitors === 0 ? 2 : Math.min(2, seen === 0 ? monitors : monitors - 1)
    let nowMs = 0
    for (let step = 0; step < 10_000; step++) {
      const note = `seed ${seed}, step ${step}`
      const target = peer(random.below(5))
      const accuser = peer(5 + random.below(200))
      const seq = random.below(4)
      switch (random.below(6)) {
        case 0:
        case 1: {
          const monitors = random.below(5)
          const isMonitor = monitors > 0 && random.below(2) === 0
          const version = { incarnation: 1, seq }
          const accusation = { target, accuser, version, monitors, isMonitor, members: 100 }
          const outcome = suspicions.accuse(accusation, nowMs)
          const open = naive.get(target)
          if (outcome === 'opened') {
            expect(open, note).toBeUndefined()
            const seen = isMonitor ? 1 : 0
            naive.set(target, { startedMs: nowMs, accusers: new Set([accuser]), seq, monitors, seen })
          } else if (outcome === 'confirmed') {
            open?.accusers.add(accuser)
            if (open !== undefined) open.seq = Math.max(open.seq, seq)
            if (open !== undefined && isMonitor) open.seen++
          } else if (outcome === 'known') expect(open?.accusers.has(accuser), note).toBe(true)
          break
        }
        case 2: {
          const isOver = (naive.get(target)?.seq ?? 9) < seq
          expect(suspicions.refute(target, { incarnation: 1, seq }), note).toBe(isOver)
          if (isOver) naive.delete(target)
          break
        }
        case 3:
          nowMs += random.below(6_000)
          break
        case 4:
          if (random.below(30) > 0) break
          suspicions.postpone(2_000)
          for (const open of naive.values()) open.startedMs += 2_000
          break
        default:
          for (const verdict of suspicions.due(nowMs)) {
            const open = naive.get(verdict.target)
            if (open === undefined) throw new Error(note)
            expect(nowMs - open.startedMs, note).toBeGreaterThanOrEqual(
              suspicionMs(8_000, open.accusers.size - 1, possibleOf(open)),
            )
            expect(verdict.isCorroborated, note).toBe(
              open.accusers.size >= 2 || (open.monitors > 0 && open.seen >= open.monitors),
            )
            naive.delete(verdict.target)
          }
          for (const [each, open] of naive) {
            expect(nowMs - open.startedMs, `${note} ${each}`).toBeLessThan(
              suspicionMs(8_000, open.accusers.size - 1, possibleOf(open)),
            )
          }
      }
      suspicions.invariants()
      expect(suspicions.size, note).toBe(naive.size)
    }
  })
})

describe('membership', () => {
  const SELF = record(0)

  function start(): { membership: Membership; at: (ms: number) => Now } {
    const random = createPrng(7)
    let last = 0
    const membership = new Membership({
      self: SELF.peer,
      profile: MEMBERSHIP_PROFILES.node,
      nextNumber: () => ++last,
      chance: () => random.next(),
    })
    const at = (ms: number): Now => ({ monoMs: ms, wallMs: WALL_MS + ms })
    membership.onWake(at(0))
    membership.onRecord(SELF, 'own', TELLER, at(0))
    return { membership, at }
  }

  const changes = (decisions: readonly MembershipDecision[]): unknown[] =>
    decisions.flatMap((each) => (each.kind === 'state-changed' ? [[each.from, each.to, each.source]] : []))

  it('keeps its invariants over 10,000 random operations, and one liar kills nobody', () => {
    const seed = 6_004
    const random = createPrng(seed)
    const { membership, at } = start()
    const versions = new Map<number, number>()
    const probes: number[] = []
    const liar = record(1)
    let ms = 0
    const collect = (decisions: readonly MembershipDecision[]): void => {
      for (const each of decisions) {
        if (each.kind === 'ping' || each.kind === 'ask-help') probes.push(each.probe)
        if (each.kind === 'state-changed' && each.to === 'dead') {
          const others = each.accusers.filter((accuser) => accuser !== liar.peer)
          expect(others.length, `seed ${seed}, ${ms} ms`).toBeGreaterThan(0)
        }
      }
    }
    const latest = (owner: number): NodeRecord =>
      record(owner, { seq: versions.get(owner) ?? 1, publishedAtMs: WALL_MS + ms, incarnation: WALL_MS - 1_000 })
    for (let step = 0; step < 10_000; step++) {
      const owner = 1 + random.below(12)
      const { peer } = record(owner)
      switch (random.below(14)) {
        case 0:
        case 1:
          if (random.below(3) > 0) versions.set(owner, (versions.get(owner) ?? 0) + 1)
          collect(
            membership.onRecord(latest(owner), random.below(2) === 0 ? 'gossip' : 'repair', TELLER, at(ms)).decisions,
          )
          break
        case 2:
          collect(membership.onConnected(peer, at(ms)))
          break
        case 3:
          collect(membership.onDisconnected(peer, random.below(2) === 0, random.below(2) === 0, at(ms)))
          break
        case 4:
        case 5: {
          const accuser = random.below(2) === 0 ? liar : record(1 + random.below(12))
          const accused = membership.records.get(peer) ?? latest(owner)
          collect(membership.onSuspicion(suspicion(accused, accuser, WALL_MS + ms), at(ms)).decisions)
          break
        }
        case 6:
          collect(membership.onAck(probes[random.below(Math.max(1, probes.length))] ?? 0, 5, at(ms)))
          break
        case 7:
          collect(membership.onDenied(probes.pop() ?? 0, random.below(2) === 0 ? 'nack' : 'stranger', at(ms)))
          break
        case 8:
          collect(membership.onProbeFailed(probes.pop() ?? 0, random.below(2) === 0, at(ms)))
          break
        case 9:
          collect(membership.onDialFailed(peer, at(ms)))
          break
        case 10:
          collect(membership.onHelpAsked(step, record(1 + random.below(12)).peer, peer, 500, at(ms)))
          break
        case 11:
          if (random.below(50) === 0) ms += random.below(20_000)
          if (random.below(500) === 0) collect(membership.reset(at(ms)))
          break
        default:
          ms += 250
          collect(membership.onWake(at(ms)))
      }
      membership.invariants()
    }
    // Everything that is silent for long enough is gone, but for ourselves, who are not renewed here either.
    membership.onWake(at(ms + 250))
    for (let wakes = 0; wakes < 30; wakes++) membership.onWake(at(ms + 48 * 3_600_000 + wakes * 250))
    membership.onWake(at(ms + 48 * 3_600_000 + 20_000))
    membership.onWake(at(ms + 48 * 3_600_000 + 20_250))
    membership.invariants()
    expect(membership.records.size).toBe(0)
  })

  it('takes a first record for a sign of life only where it is recent', () => {
    const { membership, at } = start()
    const state = (each: NodeRecord, way: 'gossip' | 'repair'): unknown[] =>
      changes(membership.onRecord(each, way, TELLER, at(0)).decisions)
    expect(state(record(1), 'gossip')).toEqual([[null, 'alive', 'record']])
    expect(state(record(2, { publishedAtMs: WALL_MS - 600_000 }), 'repair')).toEqual([[null, 'unknown', 'record']])
    expect(state(record(3, { isLeaving: true }), 'gossip')).toEqual([[null, 'left', 'record']])
    expect(state(record(2, { seq: 2 }), 'gossip')).toEqual([['unknown', 'alive', 'record']])
  })

  it('believes no accuser that is new, dead, unknown or the accused himself', () => {
    const { membership, at } = start()
    const target = record(1)
    for (const each of [target, record(2)]) membership.onRecord(each, 'gossip', TELLER, at(20_000))
    const outcome = (accuser: NodeRecord, ms: number): string =>
      membership.onSuspicion(suspicion(target, accuser, WALL_MS + ms), at(ms)).outcome
    expect(outcome(record(2), 30_000)).toBe('unproven-accuser')
    expect(outcome(record(9), 90_000)).toBe('unproven-accuser')
    expect(outcome(target, 90_000)).toBe('absurd')
    expect(outcome(record(2), 90_000)).toBe('counted')
    expect(outcome(record(2), 90_001)).toBe('known')
    expect(membership.stateOf(target.peer)).toBe('suspect')
    expect(membership.onSuspicion(suspicion(record(2), target, WALL_MS + 90_000), at(90_000)).outcome).toBe(
      'unproven-accuser',
    )
  })

  it('takes an accusation of a version that it lacks only when that version comes', () => {
    const { membership, at } = start()
    const [old, next] = [record(1), record(1, { seq: 2 })]
    for (const each of [old, record(2)]) membership.onRecord(each, 'gossip', TELLER, at(0))
    expect(membership.onSuspicion(suspicion(next, record(2), WALL_MS + 1_000), at(1_000)).outcome).toBe(
      'unknown-version',
    )
    expect(membership.stateOf(old.peer)).toBe('alive')
    expect(changes(membership.onRecord(next, 'repair', TELLER, at(2_000)).decisions)).toEqual([
      ['alive', 'suspect', 'accusation'],
    ])
    const third = membership.onRecord(record(1, { seq: 3 }), 'gossip', TELLER, at(3_000))
    expect(changes(third.decisions)).toEqual([['suspect', 'alive', 'record']])
    expect(membership.onSuspicion(suspicion(old, record(2), WALL_MS + 3_000), at(3_000)).outcome).toBe('refuted')
  })

  it('answers an accusation of itself, and only of its newest record', () => {
    const { membership, at } = start()
    membership.onRecord(record(2), 'gossip', TELLER, at(0))
    const accused = membership.onSuspicion(suspicion(SELF, record(2), WALL_MS + 1_000), at(1_000))
    expect(accused).toEqual({ outcome: 'counted', decisions: [{ kind: 'refute' }] })
    membership.onRecord(record(0, { seq: 2 }), 'own', TELLER, at(1_500))
    expect(membership.onSuspicion(suspicion(SELF, record(2), WALL_MS + 2_000), at(2_000)).outcome).toBe('refuted')
    expect(membership.stateOf(SELF.peer)).toBe('alive')
  })

  it('shows one accuser as unreachable while others claim a connection, and dead when nobody does', () => {
    for (const isClaimed of [true, false]) {
      const { membership, at } = start()
      const target = record(1)
      const mark = neighbourMark(target.key)
      membership.onRecord(target, 'gossip', TELLER, at(0))
      membership.onRecord(record(2), 'gossip', TELLER, at(0))
      membership.onRecord(record(3, isClaimed ? { neighbours: [mark] } : {}), 'gossip', TELLER, at(0))
      membership.onSuspicion(suspicion(target, record(2), WALL_MS + 1_000), at(1_000))
      let last: unknown[] = []
      for (let ms = 1_250; ms < 30_000; ms += 250) last = [...last, ...changes(membership.onWake(at(ms)))]
      expect(last).toContainEqual(['suspect', isClaimed ? 'unreachable' : 'dead', 'accusation'])
    }
  })

  it('lets the only neighbour that a record names kill its owner, and nobody else alone', () => {
    for (const who of [2, 3] as const) {
      const { membership, at } = start()
      const [neighbour, stranger] = [record(2), record(3)]
      const target = record(1, { neighbours: [neighbourMark(neighbour.key)] })
      // The neighbour claims the connection as well: as long as it does not accuse, the target is held.
      membership.onRecord(target, 'gossip', TELLER, at(0))
      membership.onRecord(record(2, { neighbours: [neighbourMark(target.key)] }), 'gossip', TELLER, at(0))
      membership.onRecord(stranger, 'gossip', TELLER, at(0))
      const accuser = who === 2 ? neighbour : stranger
      const seen: [number, unknown][] = []
      for (let ms = 250; ms < 30_000; ms += 250) {
        for (const change of changes(membership.onWake(at(ms)))) seen.push([ms, change])
        if (ms === 1_000) membership.onSuspicion(suspicion(target, accuser, WALL_MS + ms), at(ms))
      }
      if (who === 2) expect(seen).toEqual([[5_000, ['suspect', 'dead', 'accusation']]])
      else expect(seen).toEqual([[25_000, ['suspect', 'unreachable', 'accusation']]])
    }
  })

  it('hands on what it can judge only later, so that the accused hears of it, but no crowd of it', () => {
    const { membership, at } = start()
    const next = record(0, { seq: 2 })
    for (const each of [record(1), record(2)]) membership.onRecord(each, 'gossip', TELLER, at(0))
    const tell = (target: NodeRecord, ms: number): string =>
      membership.onSuspicion(suspicion(target, record(2), WALL_MS + ms), at(ms)).outcome
    expect(SUSPICION_VERDICTS[tell(next, 1_000) as 'unknown-version']).toBe('accept')
    expect(tell(next, 1_001)).toBe('known')
    // The version that was accused before it existed is refuted as soon as it is published.
    expect(membership.onRecord(next, 'own', TELLER, at(2_000)).decisions).toContainEqual({ kind: 'refute' })
    const outcomes = Array.from({ length: 20 }, (_, seq) => tell(record(1, { seq: 100 + seq }), 3_000))
    expect(outcomes.filter((each) => each === 'unknown-version')).toHaveLength(9)
    expect(outcomes.slice(9).every((each) => each === 'limited')).toBe(true)
  })

  it('refutes what a neighbour says in its pings once in ten seconds', () => {
    const { membership, at } = start()
    membership.onRecord(record(1), 'gossip', TELLER, at(0))
    const refuted: number[] = []
    for (let ms = 0; ms < 25_000; ms += 500)
      if (membership.onPing(record(1).peer, true, at(ms)).some(({ kind }) => kind === 'refute')) refuted.push(ms)
    expect(refuted).toEqual([0, 10_000, 20_000])
    expect(membership.onPing(record(2).peer, true, at(25_000))).toEqual([{ kind: 'refute' }])
  })

  it('accuses nobody while it doubts itself, and nothing that ran out during a standstill counts', () => {
    const { membership, at } = start()
    const other = record(1)
    membership.onRecord(other, 'gossip', TELLER, at(0))
    membership.onConnected(other.peer, at(0))
    const asked: MembershipDecision[] = []
    let ms = 250
    for (; asked.length === 0; ms += 250) asked.push(...membership.onWake(at(ms)).filter(({ kind }) => kind === 'ping'))
    const after = membership.onWake(at(ms + 3_000))
    expect(after.map(({ kind }) => kind)).toEqual(['stalled'])
    expect(membership.health.score).toBe(2)
    expect(membership.stateOf(other.peer)).toBe('alive')
    membership.health.nacksMissing(5)
    for (let more = 250; more < 30_000; more += 250)
      expect(membership.onWake(at(ms + 3_000 + more)).filter(({ kind }) => kind === 'accuse')).toEqual([])
  })
})
