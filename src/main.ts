/** The entry of the command: arguments to a command, its outcome to an exit code. */
import { wantsJson } from './cli/arguments.ts'
import type { Context } from './cli/context.ts'
import { exitCodeOf } from './cli/exit.ts'
import { Failure } from './cli/failure.ts'
import { OutputGuard } from './cli/output-guard.ts'
import { describeCommands, parseArguments } from './cli/program.ts'
import { reportError } from './cli/report.ts'
import { openTerminal } from './cli/terminal.ts'

/**
 * Runs one command line.
 * @param argv arguments without the program's name
 * @returns the exit code; the caller sets it and lets the process end by itself
 */
export async function main(argv: readonly string[]): Promise<number> {
  const terminal = openTerminal({
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    color: !argv.includes('--no-color'),
    json: wantsJson(argv),
  })
  const output = new OutputGuard(process.stdout, process.stderr, () => process.exit(exitCodeOf('done')))
  const stop = new AbortController()
  let stoppedBy: NodeJS.Signals | null = null
  const onSignal = (signal: NodeJS.Signals): void => {
    // Without a terminal there is none to lose: it came from nohup's shell, which means the opposite, or from a service
    // manager that reloads. Node resets what was inherited, so that an ignored SIGHUP can't be told from any other.
    if (signal === 'SIGHUP' && !hasTerminal()) return
    // The first is graceful, the second is now.
    if (stoppedBy !== null) process.exit(exitCodeOf(signal === 'SIGINT' ? 'interrupted' : 'terminated'))
    stoppedBy = signal
    stop.abort(new Error(signal))
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal)
  try {
    const parsed = await parseArguments(argv)
    if (parsed.kind === 'text') {
      terminal.out(parsed.text)
      return exitCodeOf('done')
    }
    const context: Context = {
      shared: parsed.shared,
      terminal,
      env: process.env,
      cwd: process.cwd(),
      stdin: process.stdin,
      stop: stop.signal,
      describeCommands,
      runCommand: async (line) => {
        // Only a command made of others needs it.
        const { runCommand } = await import('./cli/run-inside.ts')
        return runCommand(line, process.env)
      },
    }
    output.manner = parsed.manner
    const outcome = await parsed.run(context)
    const failure = await output.failure()
    if (failure !== null)
      throw new Failure(
        'failed',
        'output-lost',
        `the result can't be written (${failure})`,
        'look at where stdout goes',
      )
    if (stoppedBy === null || (parsed.manner === 'serves' && stoppedBy !== 'SIGINT')) return exitCodeOf(outcome)
    return exitCodeOf(stoppedBy === 'SIGINT' ? 'interrupted' : 'terminated')
  } catch (error) {
    terminal.endLive()
    if (stoppedBy !== null) return exitCodeOf(stoppedBy === 'SIGINT' ? 'interrupted' : 'terminated')
    const debug = process.env.HEARSAY_DEBUG === '1'
    const outcome = reportError(error, terminal, { json: wantsJson(argv), debug })
    if (output.manner === 'serves') await output.failure()
    return exitCodeOf(outcome)
  } finally {
    // A pipe whose reader stands still would keep the process; the caller has set the code by then.
    if (output.manner === 'serves') setTimeout(() => process.exit(), 0).unref()
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal).off('SIGHUP', onSignal)
  }
}

function hasTerminal(): boolean {
  return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
}
