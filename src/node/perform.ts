/** Carries out effects on the ports, and turns what comes of them into events. Decides nothing. */
import { assertNever } from '../lib/assert.ts'
import type { PeerId } from '../domain/ids.ts'
import type { Protocol } from '../domain/protocols.ts'
import type { Effect, InvitationOutcome, SurveyOutcome } from '../kernel/shared/effect.ts'
import type { Event, JobNumber } from '../kernel/shared/event.ts'
import type { SubmitResult } from '../ports/control.ts'
import type { Clock } from './clock.ts'
import type { Observer } from './observe.ts'
import { SURVEYS_MAX } from '../membership/limits.ts'
import { INVITING_MAX } from '../peers/limits.ts'
import { CHAIN_READS_MAX, JUDGING_MAX, REPLIES_MAX, SUBMISSIONS_MAX } from './limits.ts'
import type { Ports } from './ports.ts'
import { serveChain } from './serve-chain.ts'
import { serveObservation } from './serve-observation.ts'
import { Turns } from './turns.ts'
import { signatureJobs } from './signature-jobs.ts'
import type { SignatureJobs } from './verification.ts'

export class Performer {
  readonly #ports: Ports
  readonly #post: (event: Event) => void
  readonly #observer: Observer
  readonly #clock: Clock
  readonly #verification: SignatureJobs
  /** Submissions and requests of peers that await an answer. */
  readonly #submissions = new Map<JobNumber, (results: readonly SubmitResult[]) => void>()
  readonly #surveys = new Map<JobNumber, (outcome: SurveyOutcome) => void>()
  readonly #invitations = new Map<JobNumber, (outcome: InvitationOutcome) => void>()
  readonly #chainReads = new Turns(CHAIN_READS_MAX)
  readonly #replies = new Map<
    JobNumber,
    { readonly send: (frames: readonly Uint8Array[] | null) => void; readonly receivedNs: bigint }
  >()
  #number = 0

  /** @param options.idle called when verification has caught up */
  constructor(options: {
    ports: Ports
    post: (event: Event) => void
    clock: Clock
    observer: Observer
    idle: () => void
  }) {
    this.#ports = options.ports
    this.#post = options.post
    this.#observer = options.observer
    this.#clock = options.clock
    this.#verification = signatureJobs(options.ports, options.clock, (result, startedMonoMs) => {
      this.#observer.took('check_seconds', startedMonoMs)
      this.#post({ kind: 'signatures-verified', ...result })
      if (this.#verification.idle) options.idle()
    })
  }

  get verifierIdle(): boolean {
    return this.#verification.idle
  }

  /** Registers a submission and starts it with its number. */
  submission(start: (submission: JobNumber) => void): Promise<readonly SubmitResult[]> {
    const sinceMonoMs = this.#clock.now().monoMs
    return new Promise((resolve) => {
      const number = ++this.#number
      this.#submissions.set(number, (results) => {
        this.#observer.took('submission_seconds', sinceMonoMs)
        resolve(results)
      })
      start(number)
    })
  }

  /** Registers a survey and starts it with its number. */
  survey(start: (survey: JobNumber) => void): Promise<SurveyOutcome> {
    return new Promise((resolve) => {
      const number = ++this.#number
      this.#surveys.set(number, resolve)
      start(number)
    })
  }

  /** Registers an invitation and starts it with its number. */
  invitation(start: (invitation: JobNumber) => void): Promise<InvitationOutcome> {
    return new Promise((resolve) => {
      const number = ++this.#number
      this.#invitations.set(number, resolve)
      start(number)
    })
  }

  /** Puts a peer's request to the kernel. */
  answer(protocol: Protocol, from: PeerId, bytes: Uint8Array): Promise<readonly Uint8Array[] | null> {
    if (this.#replies.size >= REPLIES_MAX) return Promise.resolve(null)
    return new Promise((resolve) => {
      const request = ++this.#number
      this.#replies.set(request, { send: resolve, receivedNs: this.#clock.wallNs() })
      this.#post({ kind: 'request-received', request, protocol, from, bytes })
    })
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [
      { name: 'perform.submissions', size: this.#submissions.size, capacity: SUBMISSIONS_MAX, unit: 'submissions' },
      { name: 'perform.surveys', size: this.#surveys.size, capacity: SURVEYS_MAX, unit: 'surveys' },
      { name: 'perform.invitations', size: this.#invitations.size, capacity: INVITING_MAX, unit: 'invitations' },
      { name: 'perform.replies', size: this.#replies.size, capacity: REPLIES_MAX, unit: 'requests' },
      { name: 'verification.jobs', size: this.#verification.waiting, capacity: JUDGING_MAX, unit: 'jobs' },
    ]
  }

  perform(effect: Effect): void {
    const { gossip, requests, connections, store } = this.#ports
    switch (effect.kind) {
      case 'report-verdict':
        this.#observer.judged(effect.messageId, effect.verdict, effect.why)
        if (!gossip.reportVerdict(effect.messageId, effect.from, effect.verdict)) this.#observer.lateVerdict()
        return
      case 'verify-signatures':
        this.#verification.start(effect.job, effect.checks)
        return
      case 'publish': {
        const ids = this.#observer.outgoing()
        this.#then(gossip.publish(effect.topic, effect.bytes, { flood: effect.flood }), (outcome) => {
          this.#observer.published(effect.topic, outcome, ids)
          this.#post({ kind: 'published', topic: effect.topic, outcome })
        })
        return
      }
      case 'write': {
        const sinceMonoMs = this.#clock.now().monoMs
        this.#then(store.write(effect.writes, { durable: effect.durable }), (outcome) => {
          this.#observer.took('store_write_seconds', sinceMonoMs)
          if (!outcome.ok) this.#observer.storeFailed(outcome.reason)
          if (effect.job !== 0 || !outcome.ok) this.#post({ kind: 'write-finished', job: effect.job, ok: outcome.ok })
        })
        return
      }
      case 'read':
        this.#read(
          Promise.all(effect.keys.map(({ space, key }) => store.get(space, key))),
          effect.keys.map(() => undefined),
          (values) => {
            this.#post({ kind: 'read-finished', job: effect.job, values })
          },
        )
        return
      case 'sign': {
        const signer = effect.by === 'identity' ? this.#ports.identity : this.#ports.signer
        if (signer === null) throw new Error('a node without a validator key was asked to sign')
        this.#post({ kind: 'signed', job: effect.job, signature: signer.sign(effect.message) })
        return
      }
      case 'serve-chain':
        this.#read(
          this.#chainReads.run(() => serveChain(store, effect.asked, effect.blockPrefix)),
          null,
          (frames) => {
            this.#reply(effect.request, frames)
          },
        )
        return
      case 'serve-observation': {
        const receivedNs = this.#replies.get(effect.request)?.receivedNs ?? this.#clock.wallNs()
        const times = { receivedNs, sentNs: this.#clock.wallNs() }
        const { propagation } = this.#observer
        this.#reply(effect.request, [serveObservation(propagation, effect.ids, effect.known, times)])
        return
      }
      case 'answer-survey':
        this.#surveys.get(effect.survey)?.(effect.outcome)
        this.#surveys.delete(effect.survey)
        return
      case 'answer-invitation':
        this.#invitations.get(effect.invitation)?.(effect.outcome)
        this.#invitations.delete(effect.invitation)
        return
      case 'answer-submission':
        this.#submissions.get(effect.submission)?.(effect.results)
        this.#submissions.delete(effect.submission)
        return
      case 'disconnect':
        this.#observer.disconnecting(effect.peer, effect.reason)
        this.#then(connections.disconnect(effect.peer), () => undefined)
        return
      case 'keep-newest':
        this.#then(connections.keepNewest(effect.peer), () => undefined)
        return
      case 'dial':
        this.#then(connections.dial(effect.address, effect.namedBy), (outcome) => {
          this.#post({
            kind: 'dial-finished',
            address: effect.address,
            ...(outcome.kind === 'connected' ? { peer: outcome.peer } : { peer: null, failure: outcome.failure }),
          })
        })
        return
      case 'dial-back':
        this.#then(connections.reach(effect.address), (failure) => {
          this.#post({ kind: 'dialled-back', request: effect.request, failure: failure?.kind ?? null })
        })
        return
      case 'ask':
        this.#then(requests.ask(effect.peer, effect.protocol, effect.bytes), (outcome) => {
          if (outcome.kind === 'answered')
            this.#post({
              kind: 'answer-received',
              request: effect.request,
              frames: outcome.frames,
              elapsedMs: outcome.elapsedMs,
              ...(effect.protocol === 'observe' && { clocks: this.#clocksOf(outcome.exchangeMs) }),
            })
          else this.#post({ kind: 'request-failed', request: effect.request, reason: outcome.reason })
        })
        return
      case 'reply':
        this.#reply(effect.request, effect.frames)
        return
      case 'note':
        this.#observer.note(effect.fact)
        return
      default:
        assertNever(effect)
    }
  }

  /** When a request left that is answered just now. */
  #clocksOf(exchangeMs: number): { readonly askedNs: bigint; readonly answeredNs: bigint } {
    const answeredNs = this.#clock.wallNs()
    return { askedNs: answeredNs - BigInt(Math.round(exchangeMs * 1_000)) * 1_000n, answeredNs }
  }

  #reply(request: JobNumber, frames: readonly Uint8Array[] | null): void {
    this.#replies.get(request)?.send(frames)
    this.#replies.delete(request)
  }

  /**
   * A disk that can't be read is a broken store, as one that can't be written; whoever waits gets what stands for
   * nothing.
   */
  #read<T, N>(promise: Promise<T>, nothing: N, callback: (value: T | N) => void): void {
    void promise.then(callback, (error: unknown) => {
      this.#observer.storeFailed(error instanceof Error ? error.message : String(error))
      callback(nothing)
    })
  }

  /**
   * Ports never reject; a rejection is a bug in an adapter and must not vanish. What the callback throws is a bug in
   * the kernel: it is caught by nobody here and ends the process (process-guard.ts).
   */
  #then<T>(promise: Promise<T>, callback: (value: T) => void): void {
    void promise.then(callback, (error: unknown) => {
      this.#observer.broken(error)
    })
  }
}
