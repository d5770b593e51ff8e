import type { Lookup } from '../../../ports/control.ts'
import { HttpProblem, notFound } from '../problem.ts'

/** Most ids of an ambiguous prefix that are named. */
const MATCHES_NAMED_MAX = 4

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
