import { join, relative } from 'node:path'
import type { DemoResult, Transfer } from '../../../testnet/demo/demo.ts'
import { assertNever } from '../../lib/assert.ts'
import { defineCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { demoScreen } from '../demo-screen.ts'
import { resultText } from '../demo-text.ts'
import { ownHomeOf } from '../discovery.ts'
import type { Outcome } from '../exit.ts'
import { Failure } from '../failure.ts'

export const command = defineCommand({
  details:
    'Starts ten node processes, sends signed transactions and forged ones, kills a node and brings it back, says what happened, and stops ' +
    'everything. Its files are in `demo` below the home. Every expectation is a check; with one missed the exit code is 1.',
  args: [],
  options: {},
  examples: [
    ['demo', 'about half a minute'],
    ['demo --json', 'checks and figures as one document'],
  ],
  without: ['api', 'token-file'],
  async run(context) {
    const { showDemo } = await import('../../../testnet/demo/demo.ts')
    const startedMs = performance.now()
    const elapsedMs = (): number => performance.now() - startedMs
    const home = join(ownHomeOf(context, 'demo'), 'demo')
    const outcome = await showDemo({
      home,
      screen: demoScreen(context.terminal, elapsedMs),
      send: (transfer) => send(transfer, home, context),
      signal: context.stop,
    })
    context.terminal.endLive()
    switch (outcome.kind) {
      case 'shown':
        return finish(context, outcome.result, { home, elapsedMs: Math.round(elapsedMs()) })
      case 'aborted':
        throw new Failure('interrupted', 'interrupted', 'stopped before the end of the demo')
      case 'failed':
        throw new Failure(
          'failed',
          'demo-failed',
          `the demo ended early: ${outcome.message}`,
          `the logs are in ${home}`,
        )
      default:
        return assertNever(outcome)
    }
  },
})

/** Sends with the command `tx send` itself: what the demo shows is what a user does. */
async function send({ from, to, amount, node }: Transfer, home: string, context: Context): Promise<string> {
  const line = `tx send --from ${from} --to ${to} --amount ${amount} --node ${node} --json`
  const { exitCode, stdout, stderr } = await context.runCommand([...line.split(' '), '--home', home])
  if (exitCode !== 0) throw new Error(`\`hearsay ${line}\` ended with ${exitCode}: ${stderr.trim()}`)
  return (JSON.parse(stdout) as { id: string }).id
}

function finish(context: Context, result: DemoResult, run: { home: string; elapsedMs: number }): Outcome {
  const { shared, terminal } = context
  const { pass, nodes, checks, spread, readyMs, forged, returned } = result
  const shown = (path: string): string => relative(context.cwd, path)
  const [report, propagation, recording] = [result.report, result.propagation, result.recording].map(shown)
  if (shared.json) {
    const { curve: _, ...figures } = spread
    const { elapsedMs } = run
    terminal.document({ v: 1, pass, elapsedMs, readyMs, checks, spread: figures, forged, returned, report })
    return pass ? 'done' : 'failed'
  }
  terminal.note(
    `every record is in ${recording ?? ''}, and drawn in ${propagation ?? ''}; \`hearsay replay FILE --report NEW\` draws it again`,
  )
  terminal.out(
    resultText({
      nodes,
      checks,
      report: report ?? '',
      home: shown(run.home),
      next: 'npx hearsay testnet up',
      elapsedMs: run.elapsedMs,
    }),
  )
  return pass ? 'done' : 'failed'
}
