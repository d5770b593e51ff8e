/**
 * Has peers dial this node back, for whoever wants to know whether it is reached from outside. Nothing of the node
 * hangs on the answers, so the kernel is not asked.
 */
import { decodeReachAnswer, REACH_REQUEST, type ReachAnswer } from '../domain/codec/reach-codec.ts'
import type { PeerId } from '../domain/ids.ts'
import { ExpiringMap } from '../lib/expiring-map.ts'
import { DIAL_BACK_GAP_MS } from '../peers/limits.ts'
import type { Requests } from '../ports/requests.ts'
import { REACH_ASKED_MAX, REACH_KEPT_MAX } from './limits.ts'

export class ReachAsker {
  /** As long as a peer would answer that it is asked too soon. */
  readonly #answers = new ExpiringMap<PeerId, ReachAnswer>({ ttlMs: DIAL_BACK_GAP_MS, capacity: REACH_KEPT_MAX })

  /** What peers found, some seconds ago where they were asked then. @param peers the first ones are asked */
  async ask(peers: readonly PeerId[], requests: Requests, monoMs: number): Promise<readonly ReachAnswer[]> {
    const answers = await Promise.all(
      peers.slice(0, REACH_ASKED_MAX).map(async (peer) => {
        const known = this.#answers.get(peer, monoMs)
        if (known !== undefined) return known
        const outcome = await requests.ask(peer, 'reach', REACH_REQUEST)
        const [frame] = outcome.kind === 'answered' ? outcome.frames : []
        const answer = frame === undefined ? null : decodeReachAnswer(frame)
        if (answer?.kind === 'reached' || answer?.kind === 'unreached') this.#answers.set(peer, answer, monoMs)
        return answer
      }),
    )
    return answers.filter((answer) => answer !== null)
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [{ name: 'doctor.reach', size: this.#answers.size, capacity: REACH_KEPT_MAX, unit: 'answers' }]
  }
}
