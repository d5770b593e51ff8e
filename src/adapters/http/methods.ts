/** Which methods each path of the API takes, so that a wrong method is told apart from a wrong path. */
import { HttpProblem, notFound } from './problem.ts'
import type { ApiServer } from './routes/route.ts'

export interface KnownMethods {
  /**
   * What is said to a request that no route takes: 405 with `Allow`, or 404 where the path, as it was written, has no
   * method.
   */
  refusalOf(method: string, url: string): HttpProblem
}

/** Most characters of a path that are said back. */
const PATH_SHOWN_MAX = 64

/** Notes all routes that are added after it. */
export function noteMethods(server: ApiServer): KnownMethods {
  const known = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>()
  server.addHook('onRoute', ({ url, method }) => {
    const path = known.get(url) ?? { pattern: patternOf(url), methods: new Set() }
    known.set(url, path)
    for (const name of [method].flat()) path.methods.add(name)
  })
  return {
    refusalOf: (method, url) => {
      const [path = ''] = url.split('?', 1)
      const shown = path.length > PATH_SHOWN_MAX ? `${path.slice(0, PATH_SHOWN_MAX)}…` : path
      const fitting = [...known.values()].filter(({ pattern }) => pattern.test(path))
      const allowed = [...new Set(fitting.flatMap(({ methods }) => [...methods]))].sort()
      return allowed.length === 0
        ? notFound(`there is no ${method} ${shown}`, 'GET /openapi.json lists all requests')
        : methodNotAllowed(method, shown, allowed)
    },
  }
}

function methodNotAllowed(method: string, path: string, allowed: readonly string[]): HttpProblem {
  return new HttpProblem(
    405,
    {
      code: 'method-not-allowed',
      message: `${path} does not take ${method}`,
      hint: `use ${allowed.join(' or ')}; GET /openapi.json lists all requests`,
    },
    { allow: allowed.join(', ') },
  )
}

/** Of a path in fastify's words: `:name` is one part of it, and a colon is written twice. */
function patternOf(url: string): RegExp {
  const text = url.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('::', '\0')
  return new RegExp(`^${text.replaceAll(/:\w+/g, '[^/]+').replaceAll('\0', ':')}$`)
}
