/**
 * Who may have the network's document: those who were invited.
 *
 * Tracked. Until when a line without a secret is answered; for each secret its hash, until when it holds, and whether
 * it was used, and by whom; when whoever was answered may ask again, and how many bytes may leave.
 *
 * Rules (PROTOCOL.md, invite).
 * - Nobody is answered whom nobody invited. Rationale: the document may have megabytes, and a stranger asks for free.
 * - A secret is good for one peer: it is used before the answer leaves, and on the disk. Rationale: a node that crashes
 *   in between must not answer a second one. That peer may ask again for AGAIN_MS, since answers are lost on the way.
 * - A secret is compared with all of them, each in constant time and by its hash: neither the time of an answer nor the
 *   disk says what it was.
 * - One answer a peer in INVITE_GAP_MS, and DOCUMENT_BYTES_PER_SECOND to all, in bursts. Rationale: identities are
 *   free, so what all of them cost together is bounded too.
 * - A secret that is over is remembered for KEPT_MS, so that whoever comes late learns why.
 *
 * Invariants: at most SECRETS_MAX secrets; one that somebody used is marked as used.
 *
 * The attacker's best move is to ask under many identities until the bytes of a second are spent: who was invited hears
 * `busy` and asks again.
 */
import type { PeerId } from '../domain/ids.ts'
import type { InviteRefusal } from '../domain/invitation.ts'
import type { Now } from '../domain/time.ts'
import { assert } from '../lib/assert.ts'
import { equalSecrets, utf8 } from '../lib/bytes.ts'
import { ExpiringMap } from '../lib/expiring-map.ts'
import { TokenBucket } from '../lib/rate.ts'
import {
  AGAIN_MS,
  INVITE_ASKERS_MAX,
  DOCUMENT_BURST_BYTES,
  DOCUMENT_BYTES_PER_SECOND,
  INVITE_GAP_MS,
  KEPT_MS,
  SECRETS_MAX,
} from './limits.ts'

/** What is written down of a secret; its hash is the key. */
export interface Secret {
  readonly untilMs: number
  readonly isUsed: boolean
}

export type InviteDecision =
  | { readonly kind: 'answer' }
  /** To be written down as used, and then answered. */
  | { readonly kind: 'use'; readonly hash: string; readonly secret: Secret }
  | { readonly kind: 'refuse'; readonly why: InviteRefusal }

const refuse = (why: InviteRefusal): InviteDecision => ({ kind: 'refuse', why })

export class Invitations {
  #openUntilMs = 0
  /** By their hash, which stands there as bytes too. */
  readonly #secrets = new Map<string, { readonly bytes: Uint8Array; readonly secret: Secret }>()
  /** Who used a secret of late (monotonic ms). */
  readonly #users = new ExpiringMap<string, PeerId>({ ttlMs: AGAIN_MS, capacity: SECRETS_MAX })
  readonly #answered = new ExpiringMap<PeerId, true>({ ttlMs: INVITE_GAP_MS, capacity: INVITE_ASKERS_MAX })
  readonly #bytes = new TokenBucket({
    perSecond: DOCUMENT_BYTES_PER_SECOND,
    burst: DOCUMENT_BURST_BYTES,
    nowMs: Number.NEGATIVE_INFINITY,
  })

  get openUntilMs(): number {
    return this.#openUntilMs
  }

  /** Answers those without a secret until then; a later end that was promised before stays. */
  open(untilMs: number): void {
    this.#openUntilMs = Math.max(this.#openUntilMs, untilMs)
  }

  /** @returns false where there are as many as may be that still hold */
  add(hash: string, secret: Secret, wallMs: number): boolean {
    if (this.#secrets.size >= SECRETS_MAX) {
      const over = [...this.#secrets].filter(
        ([
          ,
          {
            secret: { untilMs, isUsed },
          },
        ]) => isUsed || untilMs <= wallMs,
      )
      const [first] = over.toSorted(([, a], [, b]) => a.secret.untilMs - b.secret.untilMs)
      if (first === undefined) return false
      this.#secrets.delete(first[0])
    }
    this.#users.delete(hash)
    this.#keep(hash, secret)
    return true
  }

  /** It could not be written down: it was never made. */
  drop(hash: string): void {
    this.#secrets.delete(hash)
  }

  /** Secrets that nobody need remember any more, which go. */
  expire(wallMs: number): readonly string[] {
    const gone = [...this.#secrets].filter(([, { secret }]) => secret.untilMs + KEPT_MS <= wallMs).map(([hash]) => hash)
    for (const hash of gone) this.#secrets.delete(hash)
    return gone
  }

  /**
   * A peer asks for the document.
   * @param hash of the secret that it has, null where it has none
   * @param bytes how many the answer would have; asked where there is one
   */
  asked(peer: PeerId, hash: string | null, bytes: () => number, now: Now): InviteDecision {
    if (this.#answered.has(peer, now.monoMs)) return refuse('busy')
    this.#answered.set(peer, true, now.monoMs)
    const known = hash === null ? null : this.#find(hash)
    if (hash === null && this.#openUntilMs <= now.wallMs) return refuse('closed')
    if (hash !== null && known === null) return refuse('unknown')
    if (hash !== null && known !== null && this.#users.get(hash, now.monoMs) !== peer) {
      if (known.isUsed) return refuse('used')
      if (known.untilMs <= now.wallMs) return refuse('expired')
    }
    if (!this.#bytes.take(bytes(), now.monoMs)) return refuse('busy')
    if (hash === null || known === null || known.isUsed) return { kind: 'answer' }
    const secret = { ...known, isUsed: true }
    this.#keep(hash, secret)
    this.#users.set(hash, peer, now.monoMs)
    return { kind: 'use', hash, secret }
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [
      { name: 'peers.secrets', size: this.#secrets.size, capacity: SECRETS_MAX, unit: 'secrets' },
      { name: 'peers.secretUsers', size: this.#users.size, capacity: SECRETS_MAX, unit: 'peers' },
      { name: 'peers.inviteAskers', size: this.#answered.size, capacity: INVITE_ASKERS_MAX, unit: 'peers' },
    ]
  }

  invariants(): void {
    assert(this.#secrets.size <= SECRETS_MAX, 'few secrets')
    for (const [hash] of this.#users.entries())
      assert(this.#secrets.get(hash)?.secret.isUsed !== false, 'whose secret was used is known to have used it')
  }

  #keep(hash: string, secret: Secret): void {
    this.#secrets.set(hash, { bytes: utf8(hash), secret })
  }

  /** All are looked at, whichever it is. */
  #find(hash: string): Secret | null {
    const asked = utf8(hash)
    let found: Secret | null = null
    for (const { bytes, secret } of this.#secrets.values()) if (equalSecrets(bytes, asked)) found = secret
    return found
  }
}
