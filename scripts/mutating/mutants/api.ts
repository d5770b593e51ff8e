/** Defences of the HTTP API. */
import type { Mutant } from '../mutant.ts'

export const API_MUTANTS: readonly Mutant[] = [
  {
    name: 'sixty requests at once on one connection of the API',
    threat: 'A25',
    file: 'src/adapters/http/open-http-api.ts',
    from: 'oneAtATime(listener),',
    to: 'listener,',
    test: ['test/attack/floods.test.ts', '-t', 'unread answers'],
  },
]
