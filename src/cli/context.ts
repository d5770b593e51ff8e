/** What every command is given: where to write, which network is meant, and when to stop. */
import type { Terminal } from './terminal.ts'

/** The options that are the same on every command, as they were given. */
export interface SharedOptions {
  /** One JSON document (NDJSON for streams) instead of text. */
  readonly json: boolean
  /** --home */
  readonly home: string | undefined
  /** --api */
  readonly api: string | undefined
  /** --nodes: a file that lists nodes */
  readonly nodes?: string | undefined
  /** --token-file */
  readonly tokenFile: string | undefined
}

/** Words that only the machine knows: `hearsay completion KIND` lists them. */
export const COMPLETION_KINDS = ['nodes', 'accounts', 'keys', 'snapshots', 'scenarios'] as const
export type CompletionKind = (typeof COMPLETION_KINDS)[number]

/** One command as its help describes it. */
export interface Description {
  /** Words of the command: `['tx', 'send']`. */
  readonly path: readonly string[]
  readonly summary: string
  readonly args: readonly {
    readonly summary: string
    readonly words?: readonly string[]
    readonly completes?: CompletionKind
  }[]
  readonly options: readonly { readonly flags: string; readonly summary: string; readonly words?: readonly string[] }[]
}

/** What a command line came to. */
export interface CommandResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface Context {
  readonly shared: SharedOptions
  readonly terminal: Terminal
  readonly env: Environment
  readonly cwd: string
  readonly stdin: NodeJS.ReadStream
  /** Aborted by the first Ctrl-C or SIGTERM; the second ends the process at once. */
  readonly stop: AbortSignal
  /** Loads and describes all commands. */
  readonly describeCommands: () => Promise<readonly Description[]>
  /** Runs another command line in this process, without the program's name. */
  readonly runCommand: (argv: readonly string[]) => Promise<CommandResult>
}
