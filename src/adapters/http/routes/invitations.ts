/** POST /v1/invitations: a line by which another machine joins the network. */
import * as Type from 'typebox'
import { INVITATION_MS_MAX } from '../../../domain/invitation.ts'
import type { InvitationView, Problem } from '../../../domain/views.ts'
import type { Invited } from '../../../ports/control.ts'
import { HttpProblem } from '../problem.ts'
import { count, describes, json, needsToken, numberIn, object, problems, v1 } from '../schemas.ts'
import type { Routes } from './route.ts'

const invitationView = describes<InvitationView>()(
  object('Invitation', {
    v: v1,
    line: Type.String({ description: 'what whoever is invited is given; with a secret in it where it is for one' }),
    networkId: Type.String(),
    peerId: Type.String(),
    addresses: Type.Array(Type.String()),
    expiresAt: count,
    once: Type.Boolean(),
  }),
)

const invitationWish = object(
  'InvitationWish',
  {
    holdsMs: numberIn(1_000, INVITATION_MS_MAX, { words: `ms from 1000 to ${INVITATION_MS_MAX}` }),
    once: Type.Boolean({ description: 'true for a line that one node may use, false for one that many may' }),
  },
  { additionalProperties: false },
)

const WHY_NOT: Readonly<Record<Exclude<Invited['kind'], 'invited'>, Problem>> = {
  deaf: {
    code: 'deaf',
    message: 'the node listens nowhere that another machine could reach',
    hint: 'start it with --listen, or with --announce where it is reached',
  },
  full: {
    code: 'too-many-invitations',
    message: 'as many invitations for one hold as a node remembers',
    hint: 'wait until some are used or over, or make one that many may use: without --once',
  },
  'too-large': {
    code: 'document-too-large',
    message: "the network's document is longer than a node hands out: it has more than 200,000 accounts",
    hint: 'give the file to whoever joins: hearsay node run --network FILE',
  },
  unwritten: {
    code: 'store-failed',
    message: 'the node could not write the invitation down, so it would not hold',
    hint: 'see `hearsay health`: its disk takes nothing more',
  },
}

export const invitationRoutes: Routes = (server, { control }) => {
  server.post(
    '/v1/invitations',
    {
      schema: {
        operationId: 'invite',
        summary: 'Invite another machine to the network: a line for `hearsay join`',
        description: 'Answered when the disk has what the line promises.',
        tags: ['network'],
        security: needsToken,
        body: { content: { 'application/json': { schema: invitationWish } } },
        response: { 200: json('The invitation', invitationView), ...problems(401, 413, 503) },
      },
    },
    async (request) => {
      const invited = await control.invite(request.body as { holdsMs: number; once: boolean })
      if (invited.kind === 'invited') return invited.invitation
      throw new HttpProblem(503, WHY_NOT[invited.kind], { 'retry-after': '60' })
    },
  )
}
