import { INVITATION_MS_MAX, isOwnMachine } from '../../domain/invitation.ts'
import type { InvitationView } from '../../domain/views.ts'
import { openApi } from '../api.ts'
import { defineCommand, flag, value, valueOr } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { usageFailure } from '../failure.ts'
import { readDuration, readText } from '../parse.ts'
import { agoText } from '../ago-text.ts'

export const command = defineCommand({
  details:
    'The line names the network by the hash of its document, and this node; whoever has it joins with `hearsay join`. It goes to stdout, all else to stderr. ' +
    'With --once it holds a secret, which is good for one: hand it over as you would a password, and to stdin of join, not as an argument.',
  args: [],
  options: {
    expires: valueOr('--expires <duration>', 'how long it holds, 14 days at most', readDuration, '1h'),
    once: flag('--once', 'for one node: with a secret that is used up'),
    qr: flag('--qr', 'a picture to scan, also where stdout is no terminal'),
    node: value('--node <node>', 'the node of the testnet that invites', readText),
  },
  examples: [
    ['invite', 'a line for all who get it, for an hour'],
    ['invite --once --expires 10m > line', 'for one machine; there: hearsay join - < line'],
  ],
  async run(context, { options }) {
    const { shared, terminal } = context
    if (options.expires < 1_000 || options.expires > INVITATION_MS_MAX)
      throw usageFailure('--expires: an invitation holds from a second to 14 days', 'such as --expires 1h')
    const api = openApi(context, findTarget(context, options.node))
    const invitation = await api.invite({ holdsMs: options.expires, once: options.once })
    if (shared.json) {
      terminal.document(invitation)
      return 'done'
    }
    if (options.qr || terminal.columns !== undefined) {
      const { qrLines } = await import('../qr-text.ts')
      const lines = qrLines(invitation.line.toUpperCase())
      const width = lines[0]?.length ?? 0
      if (options.qr || width <= (terminal.columns ?? 0)) terminal.note(lines.join('\n'))
      else terminal.note(`a window of ${width} columns shows the line as a picture`)
    }
    terminal.out(invitation.line)
    terminal.note(aboutText(invitation, options.expires))
    return 'done'
  },
})

function aboutText({ addresses, once }: InvitationView, holdsMs: number): string {
  const way = once
    ? 'For one node, which runs `hearsay join -` and is given the line then: arguments are seen by all users of a machine.'
    : 'For all who get it: hearsay join LINE'
  const near = addresses.every(isOwnMachine)
    ? ['It leads to this machine alone: start the node with --listen or --announce to be reached from others.']
    : []
  return [`It holds for ${agoText(holdsMs)} and leads to ${addresses.join(' ')}`, ...near, way].join('\n')
}
