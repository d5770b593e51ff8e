/** Invitations in the kernel: on the disk before they are answered, and nothing for whoever was not invited. */
import { describe, expect, it } from 'vitest'
import { encodeInviteRequest } from '../../../src/domain/codec/invite-codec.ts'
import { networkBytes } from '../../../src/domain/params.ts'
import { sha256Hex } from '../../../src/lib/hash.ts'
import type { Effect } from '../../../src/kernel/shared/effect.ts'
import { AGAIN_MS, INVITE_GAP_MS, KEPT_MS, SECRETS_MAX } from '../../../src/peers/limits.ts'
import { KernelWorld, peer } from '../../toolkit/kernel/kernel-world.ts'
import { TEST_NETWORK } from '../../toolkit/objects/transactions.ts'

const SECRET = new Uint8Array(16).fill(5)
const HASH = sha256Hex(SECRET)
const DOCUMENT = [Uint8Array.of(0), networkBytes(TEST_NETWORK)]
const refused = (code: number): Uint8Array[] => [Uint8Array.of(code)]
const [CLOSED, UNKNOWN, EXPIRED, USED, BUSY, UNWRITTEN] = [1, 2, 3, 4, 5, 6].map(refused)

class World extends KernelWorld {
  #number = 0

  invites(secretHash: string | null, holdsMs = 60_000): string | null {
    const invitation = ++this.#number
    const untilMs = this.wallMs + holdsMs
    const effects = this.#after(() => this.post({ kind: 'invitation-made', invitation, secretHash, untilMs }))
    return effects.flatMap((effect) => (effect.kind === 'answer-invitation' ? [effect.outcome] : []))[0] ?? null
  }

  /** The frames of the answer; null: the stream is reset, undefined: none yet. */
  asks(bytes: Uint8Array, from = 'joiner'): readonly Uint8Array[] | null | undefined {
    const request = ++this.#number
    const effects = this.#after(() =>
      this.post({ kind: 'request-received', request, protocol: 'invite', from: peer(from), bytes }),
    )
    return effects.flatMap((effect) => (effect.kind === 'reply' ? [effect.frames] : []))[0]
  }

  asksWith(secret: Uint8Array | null, from?: string): ReturnType<World['asks']> {
    return this.asks(encodeInviteRequest({ secret }), from)
  }

  /** What the disk has of invitations. */
  kept(): readonly (readonly [string, Uint8Array])[] {
    const kept = new Map<string, Uint8Array>()
    for (const effect of this.effects)
      if (effect.kind === 'write')
        for (const write of effect.writes)
          if (write.space === 'invitations' && write.kind === 'put') kept.set(write.key, write.value)
          else if (write.space === 'invitations') kept.delete(write.key)
    return [...kept]
  }

  #after(act: () => void): readonly Effect[] {
    const before = this.effects.length
    act()
    return this.effects.slice(before)
  }
}

describe('the document of the network', () => {
  it('is for nobody before somebody is invited, and for nobody afterwards', () => {
    const world = new World()
    expect(world.asksWith(null)).toEqual(CLOSED)
    // Not even encoded for them: it may have megabytes.
    expect(world.kernel.machines.peers.document).toBeNull()
    world.advance(INVITE_GAP_MS)
    expect(world.invites(null)).toBe('made')
    expect(world.asksWith(null, 'one')).toEqual(DOCUMENT)
    expect(world.asksWith(null, 'two')).toEqual(DOCUMENT)
    world.advance(60_000)
    expect(world.asksWith(null, 'three')).toEqual(CLOSED)
  })

  it('is for whoever has the longest line, whatever is made later', () => {
    const world = new World()
    world.invites(null, 60_000)
    world.invites(null, 1_000)
    world.advance(30_000)
    expect(world.asksWith(null)).toEqual(DOCUMENT)
  })

  it('goes to a peer once in a while', () => {
    const world = new World()
    world.invites(null)
    expect(world.asksWith(null)).toEqual(DOCUMENT)
    expect(world.asksWith(null)).toEqual(BUSY)
    world.advance(INVITE_GAP_MS)
    expect(world.asksWith(null)).toEqual(DOCUMENT)
  })

  it('is not had by what is no request, which is an offence', () => {
    const world = new World()
    world.invites(null)
    for (const bytes of [Uint8Array.of(), Uint8Array.of(1), Uint8Array.of(0, 0), new Uint8Array(16).fill(1)])
      expect(world.asks(bytes)).toBeNull()
    expect(world.facts.filter(({ kind }) => kind === 'offence-counted')).toHaveLength(4)
  })
})

describe('a secret', () => {
  it('is used on the disk before the answer leaves', () => {
    const world = new World()
    world.invites(HASH)
    world.disk = 'waits'
    expect(world.asksWith(SECRET)).toBeUndefined()
    const write = world.effects.at(-1)
    if (write?.kind !== 'write') throw new Error('no write')
    expect(write.durable).toBe(true)
    expect(new TextDecoder().decode(world.kept()[0]?.[1])).toContain('"used":true')
    // Another one who is as quick gets nothing, whatever becomes of the first.
    expect(world.asksWith(SECRET, 'thief')).toEqual(USED)
    const before = world.effects.length
    world.post({ kind: 'write-finished', job: write.job, ok: true })
    expect(world.effects.slice(before)).toMatchObject([{ kind: 'reply', frames: DOCUMENT }])
  })

  it('is answered to nobody when its use could not be written', () => {
    const world = new World()
    world.invites(HASH)
    world.disk = 'fails'
    expect(world.asksWith(SECRET)).toEqual(UNWRITTEN)
    expect(world.asksWith(SECRET, 'other')).toEqual(USED)
  })

  it('may be shown again by the peer that used it, for a minute', () => {
    const world = new World()
    world.invites(HASH, 10_000)
    expect(world.asksWith(SECRET)).toEqual(DOCUMENT)
    world.advance(AGAIN_MS - 1)
    expect(world.asksWith(SECRET)).toEqual(DOCUMENT)
    world.advance(INVITE_GAP_MS)
    expect(world.asksWith(SECRET)).toEqual(USED)
  })

  it('that is over says so for a day, and is then forgotten on the disk too', () => {
    const world = new World()
    world.invites(HASH, 10_000)
    world.advance(10_000)
    expect(world.asksWith(SECRET)).toEqual(EXPIRED)
    world.advance(KEPT_MS)
    expect(world.asksWith(SECRET)).toEqual(UNKNOWN)
    expect(world.kept()).toEqual([])
  })

  it('holds over a restart, as does that it was used, and a damaged one does not', () => {
    const world = new World()
    world.invites(HASH)
    world.invites(null)
    const again = (): World => {
      const other = new World()
      other.post({ kind: 'invitations-restored', records: [...world.kept(), ['ff'.repeat(32), Uint8Array.of(1)]] })
      return other
    }
    expect(again().asksWith(SECRET)).toEqual(DOCUMENT)
    expect(again().asksWith(null)).toEqual(DOCUMENT)
    world.asksWith(SECRET)
    expect(again().asksWith(SECRET, 'other')).toEqual(USED)
  })

  it('is nowhere but in the hash that is kept', () => {
    const world = new World()
    world.invites(HASH)
    world.asksWith(SECRET)
    const told = JSON.stringify(world.effects.filter(({ kind }) => kind !== 'reply'))
    expect(told).toContain(HASH)
    expect(told).not.toContain(SECRET.join(','))
    expect(told).not.toContain('05050505')
  })

  it('is one of few: used ones give way, those that hold do not', () => {
    const world = new World()
    for (let number = 0; number < SECRETS_MAX; number++) expect(world.invites(hashOf(number))).toBe('made')
    expect(world.invites(hashOf(SECRETS_MAX))).toBe('full')
    expect(world.asksWith(secretOf(7))).toEqual(DOCUMENT)
    expect(world.invites(hashOf(SECRETS_MAX))).toBe('made')
    expect(world.asksWith(secretOf(SECRETS_MAX), 'other')).toEqual(DOCUMENT)
    expect(world.invites(hashOf(0))).toBe('made')
  })
})

const secretOf = (number: number): Uint8Array => {
  const secret = new Uint8Array(16)
  new DataView(secret.buffer).setUint32(0, number + 1)
  return secret
}
const hashOf = (number: number): string => sha256Hex(secretOf(number))
