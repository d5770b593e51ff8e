/** GET /v1/evidence. */
import * as Type from 'typebox'
import type { EvidenceView } from '../../../domain/views.ts'
import { count, describes, hash, hex, json, object, problems, v1 } from '../schemas.ts'
import type { Routes } from './route.ts'

const evidenceView = describes<EvidenceView>()(
  object('EvidenceList', {
    v: v1,
    evidence: Type.Array(
      object('Evidence', { slot: count, proposer: Type.String(), hashes: Type.Array(hash), headers: Type.Array(hex) }),
    ),
  }),
)

export const evidenceRoutes: Routes = (server, { control }) => {
  server.get(
    '/v1/evidence',
    {
      schema: {
        operationId: 'listEvidence',
        summary: 'Proposers that signed two blocks for one slot',
        description: 'The signed headers are included: anybody can check them.',
        tags: ['blocks'],
        response: { 200: json('The evidence that is kept', evidenceView), ...problems() },
      },
    },
    async () => control.evidence(),
  )
}
