/** The line of an invitation as the user gives it, and what is wrong with it in words. */
import { decodeInvitation, INVITATION_PREFIX, type LineFault } from '../domain/codec/invitation-codec.ts'
import type { Invitation } from '../domain/invitation.ts'
import { dateText } from '../trace/date-text.ts'
import { agoText } from './ago-text.ts'
import type { Context } from './context.ts'
import { Failure, usageFailure } from './failure.ts'
import { readNamed, readStdin } from './input.ts'

/** Most characters of a line and what may wrap it: more is a file given by mistake. */
const LINE_BYTES_MAX = 65_536

/**
 * The invitation in an argument: a line, `-` for stdin, or `@FILE`. Fails where it is none, is over, or has a secret
 * and stands where every user of the machine can read it.
 */
export async function readInvitation(context: Context, given: string, nowMs: number): Promise<Invitation> {
  const text =
    given === '-' ? await lineOfStdin(context) : given.startsWith('@') ? await lineOfFile(context, given) : given
  if (text.trim() === '')
    throw usageFailure(
      'there is no line to join by',
      'give the line that `hearsay invite` printed; - takes it from stdin',
    )
  const read = decodeInvitation(text)
  if (!read.ok) throw lineFailure(read.fault, text)
  const { invitation } = read
  if (invitation.secret !== null && text === given)
    throw new Failure(
      'usage',
      'secret-in-arguments',
      'this invitation holds a secret, and every user of this machine can read the arguments of a command',
      'run `hearsay join -` and paste the line then; where somebody may have read it meanwhile, ask for another one',
    )
  if (invitation.expiresAtMs <= nowMs)
    throw new Failure(
      'usage',
      'invitation-expired',
      `the invitation expired ${agoText(nowMs - invitation.expiresAtMs)} ago, on ${dateText(invitation.expiresAtMs)} UTC`,
      'ask for another one; by the clock of this machine it is over, so look at that where you doubt it',
    )
  return invitation
}

function lineFailure(fault: LineFault, text: string): Failure {
  const { message, hint } = FAULTS[fault]
  const isAddress = fault === 'not-an-invitation' && /^\s*t?hs1/i.test(text)
  return new Failure(
    'usage',
    fault === 'not-an-invitation' ? fault : `invitation-${fault}`,
    isAddress ? 'this is the address of an account, and not an invitation' : message,
    hint,
  )
}

const FAULTS: Readonly<Record<LineFault, { readonly message: string; readonly hint: string }>> = {
  'not-an-invitation': {
    message: `this is not an invitation: those begin with ${INVITATION_PREFIX}1`,
    hint: 'ask whoever runs a node of the network for the line that `hearsay invite` prints',
  },
  'cut-short': {
    message: 'the invitation is cut short: its end is missing',
    hint: 'copy the whole line, or hand it over as a file: hearsay join @FILE',
  },
  altered: {
    message: 'the invitation was altered on its way: its checksum does not hold',
    hint: 'copy it again, or scan the picture; one wrong character is enough',
  },
  'later-version': {
    message: 'the invitation was made by a later version of hearsay',
    hint: 'bring this one up to date',
  },
}

async function lineOfFile(context: Context, given: string): Promise<string> {
  const read = { bytesMax: LINE_BYTES_MAX, name: 'line', hint: 'check the path behind the @' }
  return new TextDecoder().decode(await readNamed(context.cwd, given.slice(1), read))
}

/** All of a pipe; of a terminal what is there when the user says that it is all, and one line is. */
async function lineOfStdin(context: Context): Promise<string> {
  const { stdin, stop, terminal } = context
  if (!stdin.isTTY) return new TextDecoder().decode(await readStdin(context, LINE_BYTES_MAX))
  terminal.prompt('Line of the invitation: ')
  stdin.setEncoding('utf8').resume()
  try {
    return await new Promise((settle, fail) => {
      let typed = ''
      stdin.on('data', (chunk: string) => {
        typed += chunk
        if (/\n/.test(typed) || typed.length > LINE_BYTES_MAX) settle(typed)
      })
      stdin.once('end', () => settle(typed))
      stop.addEventListener('abort', () => fail(new Failure('interrupted', 'interrupted', 'interrupted')), {
        once: true,
      })
    })
  } finally {
    stdin.removeAllListeners('data')
    stdin.pause()
  }
}
