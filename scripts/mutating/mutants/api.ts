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
  {
    name: 'bodies of any encoding',
    threat: 'A19',
    file: 'src/adapters/http/guards.ts',
    from: "if (headers['content-encoding'] !== undefined) throw encodedBody()",
    to: '',
    test: ['test/integration/http-transactions.test.ts', '-t', 'ncod'],
  },
  {
    name: 'any number of keys in a JSON body',
    threat: 'A21',
    file: 'src/adapters/http/json-body.ts',
    from: 'if (keys.length > JSON_KEYS_MAX)',
    to: 'if (keys.length < 0)',
    test: ['test/unit/adapters/http/json-body.test.ts'],
  },
  {
    name: 'any key in a JSON body',
    threat: 'A22',
    file: 'src/adapters/http/json-body.ts',
    from: 'if (forbidden !== undefined) return',
    to: "if (forbidden === 'none') return",
    test: ['test/unit/adapters/http/json-body.test.ts'],
  },
  {
    name: 'slow HTTP clients have all the time',
    threat: 'A25',
    file: 'src/adapters/http/open-http-api.ts',
    from: 'headersTimeout: HEADERS_TIMEOUT_MS,',
    to: 'headersTimeout: 0,',
    also: [
      {
        file: 'src/adapters/http/open-http-api.ts',
        from: 'requestTimeout: REQUEST_TIMEOUT_MS,',
        to: 'requestTimeout: 0,',
      },
    ],
    test: ['test/integration/http-slow-clients.test.ts', '-t', 'whichever way'],
  },
  {
    name: 'the API answers under any name',
    threat: 'K6',
    file: 'src/adapters/http/guards.ts',
    from: 'if (repeatsHost(request.raw.rawHeaders) || !guards.host.admitsHost(headers.host)) throw foreignHost()',
    to: '',
    test: ['test/integration/http-guards.test.ts', '-t', 'guards every path alike'],
  },
  {
    name: 'pages of other sites may ask',
    threat: 'K6',
    file: 'src/adapters/http/guards.ts',
    from: "if (!guards.host.admitsOrigin(headers.origin, headers.host ?? '') || !admitsSite(request)) throw foreignOrigin()",
    to: '',
    test: ['test/integration/http-guards.test.ts', '-t', 'may not be "http://evil'],
  },
  {
    name: 'writing needs no token',
    threat: 'K7',
    file: 'src/adapters/http/guards.ts',
    from: 'return !request.is404 && (writes || request.routeOptions.schema?.security !== undefined)',
    to: 'return writes && false',
    test: ['test/integration/http-guards.test.ts', '-t', 'lets nothing be written'],
  },
]
