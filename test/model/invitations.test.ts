import { expect, it } from 'vitest'
import { asPeerId } from '../../src/domain/ids.ts'
import { createPrng } from '../../src/lib/prng.ts'
import { Invitations } from '../../src/peers/invitations.ts'
import { AGAIN_MS, DOCUMENT_BURST_BYTES, INVITE_GAP_MS, KEPT_MS } from '../../src/peers/limits.ts'

const PEERS = ['a', 'b', 'c', 'd'].map(asPeerId)
const HASHES = ['11', '22', '33'].map((text) => text.repeat(32))

/** Lists that are searched from the beginning, as the rules say it. */
class NaiveInvitations {
  openUntilMs = 0
  secrets: { hash: string; untilMs: number; isUsed: boolean }[] = []
  readonly uses: { hash: string; peer: string; monoMs: number }[] = []
  readonly answers: { peer: string; monoMs: number }[] = []

  asked(peer: string, hash: string | null, wallMs: number, monoMs: number): string {
    if (this.answers.some((answer) => answer.peer === peer && monoMs < answer.monoMs + INVITE_GAP_MS)) return 'busy'
    this.answers.push({ peer, monoMs })
    if (hash === null) return this.openUntilMs > wallMs ? 'answer' : 'closed'
    const secret = this.secrets.find((each) => each.hash === hash)
    if (secret === undefined) return 'unknown'
    if (this.uses.some((use) => use.hash === hash && use.peer === peer && monoMs < use.monoMs + AGAIN_MS))
      return 'answer'
    if (secret.isUsed) return 'used'
    if (secret.untilMs <= wallMs) return 'expired'
    secret.isUsed = true
    this.uses.push({ hash, peer, monoMs })
    return 'use'
  }
}

it('invitations do what lists do, over 20,000 random operations', () => {
  const seed = 4_004
  const random = createPrng(seed)
  const invitations = new Invitations()
  const naive = new NaiveInvitations()
  const seen = new Set<string>()
  let [wallMs, monoMs] = [1_000_000, 0]
  for (let step = 0; step < 20_000; step++) {
    const note = `seed ${seed}, step ${step}`
    const passedMs = random.below(8) === 0 ? random.below(KEPT_MS) : random.below(INVITE_GAP_MS)
    wallMs += passedMs
    monoMs += passedMs
    const hash = HASHES[random.below(HASHES.length)] ?? ''
    const holdsMs = random.below(4 * AGAIN_MS)
    switch (random.below(8)) {
      case 0:
        invitations.open(wallMs + holdsMs)
        naive.openUntilMs = Math.max(naive.openUntilMs, wallMs + holdsMs)
        break
      case 1:
        // Each secret is made once: it is drawn from 2^128.
        if (
          naive.secrets.some((each) => each.hash === hash) ||
          naive.uses.some((use) => use.hash === hash && monoMs < use.monoMs + AGAIN_MS)
        )
          break
        expect(invitations.add(hash, { untilMs: wallMs + holdsMs, isUsed: false }, wallMs), note).toBe(true)
        naive.secrets.push({ hash, untilMs: wallMs + holdsMs, isUsed: false })
        break
      case 2: {
        const gone = naive.secrets.filter((each) => each.untilMs + KEPT_MS <= wallMs).map((each) => each.hash)
        expect([...invitations.expire(wallMs)].sort(), note).toEqual(gone.sort())
        naive.secrets = naive.secrets.filter((each) => !gone.includes(each.hash))
        break
      }
      default: {
        const peer = PEERS[random.below(PEERS.length)] ?? asPeerId('')
        const asked = random.below(4) === 0 ? null : hash
        const decision = invitations.asked(peer, asked, () => 1, { wallMs, monoMs })
        const said = decision.kind === 'refuse' ? decision.why : decision.kind
        expect(said, note).toBe(naive.asked(peer, asked, wallMs, monoMs))
        seen.add(said)
      }
    }
    invitations.invariants()
  }
  expect([...seen].sort()).toEqual(['answer', 'busy', 'closed', 'expired', 'unknown', 'use', 'used'])
})

it('all who ask share what may leave', () => {
  const invitations = new Invitations()
  invitations.open(10_000)
  const half = DOCUMENT_BURST_BYTES / 2
  const kinds = PEERS.map((peer) => invitations.asked(peer, null, () => half, { wallMs: 0, monoMs: 0 }).kind)
  expect(kinds).toEqual(['answer', 'answer', 'refuse', 'refuse'])
  expect(invitations.asked(asPeerId('e'), null, () => half, { wallMs: 4_000, monoMs: 4_000 }).kind).toBe('answer')
})
