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
    name: 'who lost a peer never dials it again',
    breaks: 'coverage',
    edits: [
      {
        file: 'src/peers/redial.ts',
        from: 'dueMs: nowMs + wait * (0.5 + this.#chance()), failures: 0 })',
        to: 'dueMs: nowMs + wait * 1e9 * (0.5 + this.#chance()), failures: 0 })',
      },
    ],
  },
  {
    name: 'sets are never compared, so that what gossip missed stays away',
    breaks: 'coverage',
    edits: [
      {
        file: 'src/sync/repair.ts',
        from: 'const usual = INTERVAL_MS * (1 -',
        to: 'const usual = 1e6 * INTERVAL_MS * (1 -',
      },
    ],
  },
]
