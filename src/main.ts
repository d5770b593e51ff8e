/** The entry of the command: arguments to a command, its outcome to an exit code. */
import { wantsJson } from './cli/arguments.ts'
import type { Context } from './cli/context.ts'
import { exitCodeOf } from './cli/exit.ts'
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
  })
  process.stdout.on('error', endWhenNobodyReads)
  process.stderr.on('error', endWhenNobodyReads)
  const stop = new AbortController()
  let stoppedBy: NodeJS.Signals | null = null
  const onSignal = (signal: NodeJS.Signals): void => {
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
    const outcome = await parsed.run(context)
    if (stoppedBy === null || (parsed.serves && stoppedBy !== 'SIGINT')) return exitCodeOf(outcome)
    return exitCodeOf(stoppedBy === 'SIGINT' ? 'interrupted' : 'terminated')
  } catch (error) {
    terminal.endLive()
    if (stoppedBy !== null) return exitCodeOf(stoppedBy === 'SIGINT' ? 'interrupted' : 'terminated')
    return exitCodeOf(reportError(error, terminal, { json: wantsJson(argv), debug: process.env.HEARSAY_DEBUG === '1' }))
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal).off('SIGHUP', onSignal)
  }
}

/** `hearsay events --follow | head`: the reader has what it wanted. */
function endWhenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
}
