/** Sends a load: each burst of the open loop to one node after the other, without waiting for answers. */
import type { Client } from '../../client/connect.ts'
import type { Outcome } from '../../client/outcome.ts'
import { BATCH_BYTES_MAX, BATCH_COUNT_MAX } from '../../domain/params.ts'
import type { SubmitBatchView } from '../../domain/views.ts'
import { waitFor } from '../waiting.ts'
import type { Inclusion } from './inclusion.ts'
import { IN_FLIGHT_MAX, STOP_GRACE_MS } from './limits.ts'
import type { LoadAccount, LoadTransaction } from './load-account.ts'
import type { LoadTally } from './load-tally.ts'
import type { Burst, OpenLoop } from './open-loop.ts'

/** Refusals after which the nonce is taken all the same: by the ledger, or by a transaction whose answer was lost. */
const NONCE_IS_TAKEN: ReadonlySet<string> = new Set(['nonce-too-low', 'replacement-underpriced'])
/** Bytes of an item's offset in a batch. */
const OFFSET_BYTES = 4

/** What is needed of a node that gets load. */
type SendingLane = { readonly client: Pick<Client, 'submitBatch'>; readonly accounts: readonly LoadAccount[] }

export interface LoadRunOptions {
  readonly lanes: readonly SendingLane[]
  readonly loop: OpenLoop
  readonly tally: LoadTally
  /** Null where blocks are of no interest. */
  readonly inclusion: Inclusion | null
  readonly sizeBytes: number
  /** Monotonic, ms. */
  readonly now: () => number
  readonly wallMs: () => number
  readonly stop: AbortSignal
}

export interface LoadEnd {
  /** From the start to the last acknowledgement, ms. */
  readonly elapsedMs: number
  /** Whether all of the loop was sent. */
  readonly isWhole: boolean
}

export class LoadRun {
  readonly #options: LoadRunOptions
  readonly #batchMax: number
  readonly #startMs: number
  readonly #turns: number[]
  readonly #underWay = new Set<Promise<void>>()
  #lane = 0
  #lastAcceptedMs: number

  /** The loop begins now. */
  constructor(options: LoadRunOptions) {
    this.#options = options
    this.#batchMax = Math.min(BATCH_COUNT_MAX, Math.floor(BATCH_BYTES_MAX / (options.sizeBytes + OFFSET_BYTES)))
    this.#turns = options.lanes.map(() => 0)
    this.#startMs = options.now()
    this.#lastAcceptedMs = this.#startMs
  }

  get elapsedMs(): number {
    return this.#options.now() - this.#startMs
  }

  /** Sends all of the loop, and resolves when every answer is there or has failed; earlier when it is stopped. */
  async whole(): Promise<LoadEnd> {
    const { loop, stop } = this.#options
    for (let next = loop.nextAtMs(); next !== null && !stop.aborted; next = loop.nextAtMs()) {
      if (!(await waitFor(Math.max(0, next - this.elapsedMs), stop))) break
      for (const burst of loop.take(this.elapsedMs)) this.#send(burst)
    }
    const answers = Promise.all(this.#underWay)
    await (stop.aborted ? Promise.race([answers, waitFor(STOP_GRACE_MS, new AbortController().signal)]) : answers)
    return { elapsedMs: this.#lastAcceptedMs - this.#startMs, isWhole: loop.nextAtMs() === null }
  }

  #send({ atMs, count }: Burst): void {
    const { lanes, tally, inclusion, wallMs } = this.#options
    const index = this.#lane++ % lanes.length
    const lane = lanes[index]
    if (lane === undefined) return
    const meantMs = this.#startMs + atMs
    for (let left = count; left > 0; left -= this.#batchMax) {
      const size = Math.min(left, this.#batchMax)
      if (tally.waiting + size > IN_FLIGHT_MAX) {
        tally.noteUnsent(size)
        continue
      }
      const batch = Array.from({ length: size }, () => this.#nextAccount(index, lane).make(wallMs()))
      tally.noteSent(index, size)
      for (const { id } of batch) inclusion?.offer(id, meantMs)
      const answered = lane.client
        .submitBatch(batch.map(({ bytes }) => bytes))
        .then((answer) => this.#take(index, batch, answer, meantMs))
        .finally(() => this.#underWay.delete(answered))
      this.#underWay.add(answered)
    }
  }

  #nextAccount(index: number, { accounts }: SendingLane): LoadAccount {
    const turn = this.#turns[index] ?? 0
    this.#turns[index] = turn + 1
    const account = accounts[turn % accounts.length]
    if (account === undefined) throw new Error('a lane has an account')
    return account
  }

  #take(node: number, batch: readonly LoadTransaction[], answer: Outcome<SubmitBatchView>, meantMs: number): void {
    const { tally, inclusion, now } = this.#options
    if (!answer.ok) {
      tally.noteFailed(node, batch.length, answer.kind === 'problem' ? answer.problem.code : 'unreachable')
      for (const { account, nonce } of batch) account.nonces.giveBack(nonce)
      return
    }
    const nowMs = now()
    batch.forEach(({ id, nonce, account }, position) => {
      const result = answer.value.results[position]
      if (result === undefined || result.status === 'rejected') {
        const code = result?.code ?? 'unanswered'
        tally.noteRefused(node, code)
        inclusion?.withdraw(id)
        if (!NONCE_IS_TAKEN.has(code)) account.nonces.giveBack(nonce)
        return
      }
      inclusion?.accept(id)
      if (result.status === 'known') tally.noteKnown()
      else {
        this.#lastAcceptedMs = nowMs
        tally.noteAccepted(node, nowMs - meantMs)
      }
    })
  }
}
