/** GET /v1/evidence. */
import { Type } from 'typebox'
import type { EvidenceView } from '../../../domain/views.ts'
import { commonProblems, count, describes, hash, hex, v1 } from '../schemas.ts'
import type { Routes } from './route.ts'

const evidenceView = describes<EvidenceView>()(
  Type.Object({
    v: v1,
    evidence: Type.Array(
      Type.Object({ slot: count, proposer: Type.String(), hashes: Type.Array(hash), headers: Type.Array(hex) }),
    ),
  }),
)

export const evidenceRoutes: Routes = (server, { control }) => {
  server.get(
    '/v1/evidence',
    {
      schema: {
        summary: 'Proposers that signed two blocks for one slot',
        description: 'The signed headers are included: anybody can check them.',
        tags: ['blocks'],
        response: { 200: evidenceView, ...commonProblems },
      },
    },
    async () => control.evidence(),
  )
}
