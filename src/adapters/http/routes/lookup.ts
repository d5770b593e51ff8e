import { isHashPrefix } from '../../../domain/ids.ts'
import type { Lookup } from '../../../ports/control.ts'
import { HttpProblem, invalidRequest, notFound } from '../problem.ts'

/** Most ids of an ambiguous prefix that are named. */
const MATCHES_NAMED_MAX = 4

/** Refuses what can't be an id or the beginning of one. @throws HttpProblem */
export function idParameter(text: string): string {
  if (!isHashPrefix(text))
    throw invalidRequest('"id" must be 64 lower-case hex digits, or at least the first 4 of them')
  return text
}

/** The value that was looked up. @throws HttpProblem 404 when there is none, 409 when the prefix has several */
export function found<T>(lookup: Lookup<T>, what: string, id: string): T {
  switch (lookup.kind) {
    case 'found':
      return lookup.value
    case 'missing':
      throw notFound(
        `this node knows no ${what} ${id}`,
        'it may not have arrived yet, or be long gone; ask another node',
      )
    case 'ambiguous': {
      const named = lookup.matches.slice(0, MATCHES_NAMED_MAX).join(', ')
      throw new HttpProblem(409, {
        code: 'ambiguous',
        message: `several ids begin with ${id}: ${named}`,
        hint: 'give more digits',
      })
    }
  }
}
