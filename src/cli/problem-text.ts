/** What is wrong with a node, for people: what is seen, why that probably is, what to do. */
import type { ProblemView } from '../domain/problems.ts'
import { plain } from '../lib/printable.ts'

/**
 * Three lines a problem, after an empty one; none where all is well. @param problems undefined from a node of an older
 * version
 */
export function problemLines(problems: readonly ProblemView[] | undefined): readonly string[] {
  return (problems ?? []).flatMap(({ weight, message, cause, next }) => [
    '',
    `${weight === 'problem' ? '✗' : '!'} ${plain(message)}`,
    `  cause  ${plain(cause)}`,
    `  next   ${plain(next)}`,
  ])
}
