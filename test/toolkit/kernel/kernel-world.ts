/**
 * One kernel with the outside world played by hand: time is a variable, signatures are checked at once by a real
 * verifier, writes succeed unless told otherwise, and every effect is kept for the test to look at.
 */
import { createNobleVerifier } from '../../../src/adapters/crypto/noble-verifier.ts'
import { asMessageId, asNetAddress, asPeerId, type PeerId } from '../../../src/domain/ids.ts'
import type { NetworkParams } from '../../../src/domain/params.ts'
import type { Effect } from '../../../src/kernel/shared/effect.ts'
import type { Event } from '../../../src/kernel/shared/event.ts'
import type { Fact } from '../../../src/kernel/shared/fact.ts'
import { Kernel } from '../../../src/kernel/kernel.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import type { SubmitResult } from '../../../src/ports/control.ts'
import { T0, TEST_NETWORK } from '../objects/transactions.ts'

export const peer = (name: string): PeerId => asPeerId(name)

export class KernelWorld {
  readonly kernel: Kernel
  readonly verifier = createNobleVerifier()
  readonly effects: Effect[] = []
  readonly verdicts: string[] = []
  readonly facts: Fact[] = []
  readonly answers = new Map<number, readonly SubmitResult[]>()
  wallMs = T0
  monoMs = 0
  /** Whether durable writes finish by themselves, and how. */
  disk: 'works' | 'fails' | 'waits' = 'works'
  #messages = 0
  #submissions = 0

  constructor(
    options: {
      profile?: 'node' | 'dev' | 'bench'
      network?: NetworkParams
      connectionsMax?: number
      observes?: boolean
      discovers?: boolean
    } = {},
  ) {
    const prng = createPrng(1)
    this.kernel = new Kernel({
      network: options.network ?? TEST_NETWORK,
      profile: options.profile ?? 'node',
      name: 'world',
      self: asPeerId('self'),
      bootstrap: [],
      validator: null,
      agentVersion: 'test',
      discovers: options.discovers ?? false,
      observes: options.observes ?? true,
      chance: () => prng.next(),
      ...(options.connectionsMax !== undefined && { connectionsMax: options.connectionsMax }),
    })
  }

  advance(ms: number): void {
    this.wallMs += ms
    this.monoMs += ms
    this.post({ kind: 'woke' })
  }

  connect(name: string, ip = '10.0.0.1'): PeerId {
    this.post({
      kind: 'peer-connected',
      peer: peer(name),
      address: asNetAddress(`/ip4/${ip}/tcp/1`),
      direction: 'inbound',
    })
    return peer(name)
  }

  /** A message of the transactions topic; returns the verdict, or null while there is none. */
  gossip(bytes: Uint8Array, from = peer('neighbour')): string | null {
    const before = this.verdicts.length
    const messageId = asMessageId((++this.#messages).toString(16).padStart(64, '0'))
    this.post({ kind: 'gossip-received', topic: 'transactions', bytes, from, messageId, waitedMs: 0 })
    return this.verdicts.length > before ? (this.verdicts.at(-1) ?? null) : null
  }

  /** A submission of the API; returns its results, or null while it waits. */
  submit(...items: readonly Uint8Array[]): readonly SubmitResult[] | null {
    const submission = ++this.#submissions
    this.post({ kind: 'transactions-submitted', submission, items })
    return this.answers.get(submission) ?? null
  }

  /** Batches that were published so far. */
  published(): readonly Uint8Array[] {
    return this.effects.flatMap((effect) => (effect.kind === 'publish' ? [effect.bytes] : []))
  }

  post(event: Event): void {
    for (const effect of this.kernel.step(event, { wallMs: this.wallMs, monoMs: this.monoMs })) this.#perform(effect)
    this.kernel.invariants()
  }

  #perform(effect: Effect): void {
    this.effects.push(effect)
    if (effect.kind === 'report-verdict') this.verdicts.push(effect.verdict)
    if (effect.kind === 'note') this.facts.push(effect.fact)
    if (effect.kind === 'answer-submission') this.answers.set(effect.submission, effect.results)
    if (effect.kind === 'verify-signatures') {
      const firstInvalid = this.verifier.firstInvalid(effect.checks)
      const check = effect.checks[firstInvalid]
      const keyInvalid = check !== undefined && !this.verifier.isValidKey(check.publicKey)
      this.post({ kind: 'signatures-verified', job: effect.job, firstInvalid, keyInvalid })
    }
    if (effect.kind === 'write' && effect.durable && this.disk !== 'waits') {
      this.post({ kind: 'write-finished', job: effect.job, ok: this.disk === 'works' })
    }
  }
}
