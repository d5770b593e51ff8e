/** What the API tells of an address that is dialled. */
import { dialWords } from '../domain/dial.ts'
import type { DialView } from '../domain/views.ts'
import type { Machines } from '../kernel/machines.ts'

type DialStory = ReturnType<Machines['peers']['redial']['stories']>[number]

export function dialView(story: DialStory, monoMs: number): DialView {
  const { address, isConfigured, state, peer, triedMs, failures, dueMs, failure } = story
  return {
    address,
    configured: isConfigured,
    state,
    peerId: peer,
    triedMs: triedMs === null ? null : Math.round(monoMs - triedMs),
    failures,
    // Never tried is due at once.
    nextTryMs: dueMs === null ? null : Math.max(0, Math.round(Math.max(dueMs, monoMs) - monoMs)),
    failure: failure === null ? null : { kind: failure.kind, ...dialWords(failure), detail: failure.detail },
  }
}
