/**
 * Runs commands of `hearsay` in this process: the same parsing, the same code, their output as values. A process for
 * each would take 0.2 s.
 */
import { Writable } from 'node:stream'
import type { CommandResult, Context } from './context.ts'
import { exitCodeOf } from './exit.ts'
import { describeCommands, parseArguments } from './program.ts'
import { reportError } from './report.ts'
import { openTerminal } from './terminal.ts'

/** Runs one command line, without the program's name. Never rejects for what the command reports as a failure. */
export async function runCommand(argv: readonly string[], env: Context['env'] = {}): Promise<CommandResult> {
  const [stdout, stderr] = [new Kept(), new Kept()]
  const terminal = openTerminal({ stdout, stderr, env, color: false })
  const result = (exitCode: number): CommandResult => ({ exitCode, stdout: stdout.text, stderr: stderr.text })
  try {
    const parsed = await parseArguments(argv)
    if (parsed.kind === 'text') return result(exitCodeOf('done'))
    const outcome = await parsed.run({
      shared: parsed.shared,
      terminal,
      env,
      cwd: process.cwd(),
      stdin: process.stdin,
      stop: new AbortController().signal,
      describeCommands,
      runCommand: (inner) => runCommand(inner, env),
    })
    return result(exitCodeOf(outcome))
  } catch (error) {
    return result(exitCodeOf(reportError(error, terminal, { json: true, debug: false })))
  }
}

class Kept extends Writable {
  text = ''

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}
