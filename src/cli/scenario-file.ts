/** The scenario that a command line names: a file, `-` for stdin, or one of the package by its name. */
import type { Mistake } from '../scenario/check.ts'
import type { ScenarioDocument } from '../scenario/document.ts'
import type { Experiment } from '../scenario/experiment.ts'
import type { ArgumentSpec } from './command.ts'
import type { Context } from './context.ts'
import { Failure } from './failure.ts'
import { readNamed, readStdin } from './input.ts'

/** Of commands that take one. */
export const SCENARIO_ARGUMENT = {
  name: 'scenario',
  summary: 'a file, - for stdin, or a name that `hearsay scenario list` shows',
  completes: 'scenarios',
} as const satisfies ArgumentSpec

export interface NamedScenario {
  /** As the user named it. */
  readonly source: string
  readonly experiment: Experiment
  readonly document: ScenarioDocument
}

/** Reads and checks it. Throws a Failure that says where it is wrong. */
export async function namedScenario(context: Context, source: string): Promise<NamedScenario> {
  const [{ checkScenario }, { shippedText, SHIPPED_NAMES }, { SCENARIO_BYTES_MAX }, { didYouMean }] = await Promise.all(
    [
      import('../scenario/check.ts'),
      import('../scenario/library.ts'),
      import('../scenario/limits.ts'),
      import('../lib/suggest.ts'),
    ],
  )
  const shipped = shippedText(source)
  const bytesOf = (): Promise<Uint8Array> =>
    source === '-'
      ? readStdin(context, SCENARIO_BYTES_MAX)
      : readNamed(context.cwd, source, {
          bytesMax: SCENARIO_BYTES_MAX,
          name: 'scenario',
          hint:
            didYouMean(source, SHIPPED_NAMES) ||
            `those of the package are ${SHIPPED_NAMES.join(', ')}; others are files`,
        })
  const text = shipped ?? new TextDecoder().decode(await bytesOf())
  const checked = checkScenario(text)
  if (!checked.ok) throw new BadScenario(source, checked.mistakes)
  return { source, experiment: checked.experiment, document: checked.document }
}

/** A scenario file that is wrong: exit code 2, with every mistake. */
class BadScenario extends Failure {
  readonly mistakes: readonly Mistake[]

  constructor(source: string, mistakes: readonly Mistake[]) {
    const [first, ...more] = mistakes.map((mistake) => mistakeText(source, mistake))
    super(
      'usage',
      'bad-scenario',
      [first, ...more].join('\n  '),
      '`hearsay scenario schema` prints what a scenario may say',
    )
    this.mistakes = mistakes
  }
}

/** `net.json:7:12: timeline[0].do: there is nothing called "laod" to do; did you mean "load"?` */
function mistakeText(source: string, { line, column, path, message, hint }: Mistake): string {
  return `${source}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}${hint === '' ? '' : `; ${hint}`}`
}
