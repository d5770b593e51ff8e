/**
 * What a command is: arguments, options, examples and what it does, as data, so that help, completion and checks are
 * made from the same table as the parsing. One file a command under commands/; table.ts lists them and loads only the
 * one that is asked for.
 */
import type { CompletionKind, Context } from './context.ts'
import type { Outcome } from './exit.ts'
import type { Reader } from './parse.ts'

/** An option that yields a value of type T to the command. */
export interface OptionSpec<T> {
  /** As commander writes them: `--fee <amount>`, `-n, --nodes <count>`, `--watch`. */
  readonly flags: string
  readonly summary: string
  readonly arity: 'flag' | 'one' | 'many'
  /** Turns the texts that were given into the value; `undefined` where nothing was. */
  readonly take: (texts: readonly string[] | boolean | undefined) => Taken<T>
  /** Shown in the help and used when the option is not given. */
  readonly fallback?: string
  /** Words that the shell may complete. */
  readonly words?: readonly string[]
}

export type Taken<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string }

/** A positional argument: `id`, `[file]` where optional, `nodes...` where it takes the rest. */
export interface ArgumentSpec {
  readonly name: string
  readonly summary: string
  readonly optional?: boolean
  readonly variadic?: boolean
  readonly words?: readonly string[]
  /** Words that only the machine knows. */
  readonly completes?: CompletionKind
}

type AnyOptions = Readonly<Record<string, OptionSpec<unknown>>>
type Values<O extends AnyOptions> = { readonly [K in keyof O]: O[K] extends OptionSpec<infer T> ? T : never }

export interface Invocation<O extends AnyOptions> {
  readonly args: readonly string[]
  readonly options: Values<O>
}

/** Options that every command has unless it opts out; what they do is in context.ts. */
export type SharedOption = 'json' | 'home' | 'api' | 'nodes' | 'token-file'

export interface CommandSpec<O extends AnyOptions = AnyOptions> {
  /** Further sentences of the help, after the summary of table.ts. */
  readonly details?: string
  readonly args: readonly ArgumentSpec[]
  readonly options: O
  /** Command lines without the leading `hearsay`, each with what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[]
  /** Shared options that mean something else here or nothing at all. Without `api` there is no `nodes` either. */
  readonly without?: readonly SharedOption[]
  /** It serves until it is stopped, so SIGTERM ends it in good order: exit code 0. */
  readonly serves?: boolean
  /**
   * It goes on until whoever reads it has had enough: when nobody reads stdout any more, it ends. All others carry out
   * what they were told.
   */
  readonly follows?: boolean
  readonly run: (context: Context, invocation: Invocation<O>) => Promise<Outcome>
}

/** Declares a command; the options' types flow into `run`. */
export function defineCommand<const O extends AnyOptions>(spec: CommandSpec<O>): CommandSpec {
  // `run` is called with the values of its own options only: program.ts takes both from this one object.
  return spec as unknown as CommandSpec
}

/** `--watch`: given or not. */
export function flag(flags: string, summary: string): OptionSpec<boolean> {
  return { flags, summary, arity: 'flag', take: (texts) => ({ ok: true, value: texts === true }) }
}

/** `--nonce N`: a value or undefined. */
export function value<T>(
  flags: string,
  summary: string,
  read: Reader<T>,
  more: { words?: readonly string[] } = {},
): OptionSpec<T | undefined> {
  return {
    flags,
    summary,
    arity: 'one',
    ...more,
    take: (texts) => (Array.isArray(texts) ? read(lastOf(texts as readonly string[])) : { ok: true, value: undefined }),
  }
}

/** `--fee 1`: a value, with one that stands where none is given. */
export function valueOr<T>(
  flags: string,
  summary: string,
  read: Reader<T>,
  fallback: string,
  more: { words?: readonly string[] } = {},
): OptionSpec<T> {
  return {
    flags,
    summary,
    arity: 'one',
    fallback,
    ...more,
    take: (texts) => read(Array.isArray(texts) ? lastOf(texts as readonly string[]) : fallback),
  }
}

/** `--from WHO`: a value that must be given. */
export function required<T>(
  flags: string,
  summary: string,
  read: Reader<T>,
  more: { words?: readonly string[] } = {},
): OptionSpec<T> {
  return {
    flags,
    summary: `${summary} (required)`,
    arity: 'one',
    ...more,
    take: (texts) =>
      Array.isArray(texts) ? read(lastOf(texts as readonly string[])) : { ok: false, message: 'is missing' },
  }
}

/** `--listen A --listen B`: any number of values. */
export function list<T>(flags: string, summary: string, read: Reader<T>): OptionSpec<readonly T[]> {
  return {
    flags,
    summary: `${summary} (may be given several times)`,
    arity: 'many',
    take: (texts) => {
      const values: T[] = []
      for (const text of Array.isArray(texts) ? (texts as readonly string[]) : []) {
        const reading = read(text)
        if (!reading.ok) return reading
        values.push(reading.value)
      }
      return { ok: true, value: values }
    },
  }
}

function lastOf(texts: readonly string[]): string {
  return texts.at(-1) ?? ''
}
