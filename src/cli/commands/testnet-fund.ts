import { runningTestnet } from '../discovery.ts'
import { defineCommand, valueOr } from '../command.ts'
import { exitCodeOf, type Outcome } from '../exit.ts'
import { Failure, usageFailure } from '../failure.ts'
import { openApi } from '../api.ts'
import { findTarget } from '../discovery.ts'
import { readAmount, readDuration, readText } from '../parse.ts'
import { waitFor } from '../waiting.ts'

/** How often it is asked whether the money is there, ms. */
const LOOK_EVERY_MS = 200

const OUTCOMES: readonly Outcome[] = [
  'failed',
  'usage',
  'unreachable',
  'rejected',
  'target-missed',
  'not-found',
  'not-ready',
  'interrupted',
  'terminated',
]

export const command = defineCommand({
  details:
    'From one of the accounts that every development network begins with. Returns when a block has it, or with 5 where none does in time.',
  args: [
    { name: 'who', summary: 'an address, a key of yours, or alice, bob, …', completes: 'accounts' },
    { name: 'amount', summary: 'how much' },
  ],
  options: {
    from: valueOr('--from <who>', 'who pays', readText, 'judy'),
    timeout: valueOr('--timeout <duration>', 'how long to wait for a block', readDuration, '30s'),
  },
  examples: [['testnet fund savings 1000', 'money for a key of yours']],
  without: ['api', 'token-file'],
  async run(context, { args, options }) {
    const { shared, terminal, stop } = context
    const [who = '', text = ''] = args
    const amount = readAmount(text)
    if (!amount.ok) throw usageFailure(`amount: ${amount.message}`)
    const { home } = runningTestnet(context)
    // The command itself: what a user does by hand.
    const line = ['tx', 'send', '--from', options.from, '--to', who, '--amount', text, '--home', home, '--json']
    const sent = await context.runCommand(line)
    if (sent.exitCode !== 0) throw failureOf(sent.exitCode, sent.stderr)
    const { id } = JSON.parse(sent.stdout) as { id: string }
    if (!shared.json) terminal.note(`${options.from} sent ${text} to ${who}: ${id}`)
    const api = openApi(context, findTarget(context))
    const deadline = performance.now() + options.timeout
    for (;;) {
      const { state, height, recipient } = await api.transaction(id)
      if (height !== null) {
        const { address, key, balance } = await api.account(recipient)
        if (shared.json) terminal.document({ v: 1, id, state, height, address, key, balance })
        else terminal.out(`${who} has ${balance}, since block ${height}`)
        return 'done'
      }
      if (performance.now() >= deadline)
        throw new Failure(
          'target-missed',
          'no-block',
          `no block has ${id} after ${options.timeout} ms: it is ${state}`,
          '`hearsay testnet status` shows who makes blocks; where slots pass unused, `hearsay testnet mine` makes one',
        )
      if (!(await waitFor(LOOK_EVERY_MS, stop))) throw new Failure('interrupted', 'interrupted', 'interrupted')
    }
  },
})

/** What the command said, as a failure of this one. */
function failureOf(exitCode: number, stderr: string): Failure {
  const outcome = OUTCOMES.find((each) => exitCodeOf(each) === exitCode) ?? 'failed'
  const line = stderr.split('\n').find((each) => each.startsWith('{')) ?? '{}'
  const { error } = JSON.parse(line) as { error?: { code: string; message: string; hint: string } }
  return error === undefined
    ? new Failure(outcome, 'failed', stderr.trim())
    : new Failure(outcome, error.code, error.message.replace(/^--to:/, 'who:'), error.hint)
}
