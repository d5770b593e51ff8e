/** Three defences switched off, each of which random timelines must find (`npm run planted`). */
import type { Edit } from '../mutants/mutant.ts'

export interface Planted {
  readonly name: string
  readonly edits: readonly Edit[]
}

/** Of each what the search must say that it breaks. */
export const PLANTED: readonly (Planted & { readonly breaks: string })[] = [
  {
    name: 'signatures of gossip are not looked at',
    breaks: 'forged',
    edits: [
      {
        file: 'src/kernel/route-verified.ts',
        from: 'onMessageVerified(machines, job, firstInvalid, keyInvalid, turn)',
        to: 'onMessageVerified(machines, job, firstInvalid > 9 ? 9 : -1, keyInvalid && false, turn)',
      },
    ],
  },
  {
    name: 'whoever fell behind asks for no blocks',
    breaks: 'heads',
    edits: [
      {
        file: 'src/sync/chain-sync.ts',
        from: 'return [...asks, ...this.#blockAsks(state, nowMs)]',
        to: 'return asks.slice(0, 0)',
      },
    ],
  },
  {
    name: 'what is on disk is not read back at the start',
    breaks: 'lost',
    edits: [
      {
        file: 'src/node/runtime.ts',
        from: "records: await ports.store.entries('pool') })",
        to: "records: (await ports.store.entries('pool')).slice(0, 0) })",
      },
    ],
  },
]
