/**
 * A signal at a random moment under load, again and again, on one data directory: what was acknowledged is there each
 * time, whether it was killed or asked to stop.
 */
import { asAccountId } from '../../../src/domain/ids.ts'
import { toHex } from '../../../src/lib/bytes.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { devValidator } from '../../../testnet/dev-network.ts'
import { ChainWitness } from './chain-witness.ts'
import { setStage } from './stage.ts'
import { Writer } from './writer.ts'

export interface CrashFigures {
  readonly runs: number
  readonly acknowledged: number
  readonly lost: number
  readonly restarts: number
  readonly readyMsMax: number
  /** From the signal to the end of the process. */
  readonly stopMsMax: number
  /** Ends with another code than 0: all of them where it is killed. */
  readonly unclean: number
  /** Of the chain that the node made meanwhile. */
  readonly height: number
  /** Restarts after which it was behind the head that it had announced. */
  readonly steppedBack: number
  /** Slots for which it signed two blocks. */
  readonly signedTwice: number
  readonly seed: number
}

export interface CrashOptions {
  readonly runs: number
  readonly seed: number
  readonly signal: 'SIGKILL' | 'SIGTERM'
  readonly perSecond: number
  readonly onRun: (
    run: number,
    figures: { acknowledged: number; lost: number; readyMs: number; stopMs: number },
  ) => void
}

/** Shorter than the life of a run, so that most runs have blocks. */
const SLOT_MS = 250
const KILL_MS_MIN = 50
const KILL_MS_MAX = 2_000

export async function crash({ runs, seed, signal, perSecond, onRun }: CrashOptions): Promise<CrashFigures> {
  // The node makes blocks, alone and fast: many of the crashes come while one is made.
  const validator = asAccountId(toHex(devValidator(0).publicKey))
  const stage = setStage('crash', { validators: [validator], slotMs: SLOT_MS })
  const prng = createPrng(seed)
  const node = await stage.add('crashing', { profile: 'bench', logLevel: 'error', validator: 0 })
  const witness = new ChainWitness()
  const writer = new Writer(stage.params)
  const lost = new Set<string>()
  let readyMsMax = 0
  let [restarts, unclean, stopMsMax] = [0, 0, 0]
  try {
    await node.start()
    for (let run = 1; run <= runs; run++) {
      await writer.align(node.client)
      const known = writer.acknowledged.size
      const stop = new AbortController()
      const writing = Promise.all([
        writer.write(node.client, perSecond, stop.signal),
        witness.watch(node.client, stop.signal),
      ])
      await new Promise((resolve) => setTimeout(resolve, KILL_MS_MIN + prng.below(KILL_MS_MAX - KILL_MS_MIN)))
      const askedMs = performance.now()
      await node.end(signal)
      const stopMs = performance.now() - askedMs
      stopMsMax = Math.max(stopMsMax, stopMs)
      if ((await node.exited(0))?.code !== 0) unclean++
      stop.abort()
      await writing
      const readyMs = await node.start()
      restarts++
      readyMsMax = Math.max(readyMsMax, readyMs)
      await witness.check(node.client)
      // The new ones each time, all of them now and then and at the end.
      const fresh = [...writer.acknowledged.keys()].slice(run % 50 === 0 || run === runs ? 0 : known)
      for (const id of await writer.lost(node.client, fresh)) lost.add(id)
      onRun(run, { acknowledged: writer.acknowledged.size, lost: lost.size, readyMs, stopMs })
    }
    return {
      runs,
      acknowledged: writer.acknowledged.size,
      lost: lost.size,
      restarts,
      readyMsMax: Math.round(readyMsMax),
      stopMsMax: Math.round(stopMsMax),
      unclean,
      height: witness.height,
      steppedBack: witness.steppedBack,
      signedTwice: witness.signedTwice.size,
      seed,
    }
  } finally {
    await stage.close('SIGKILL')
  }
}
