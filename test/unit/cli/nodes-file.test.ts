import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '../../../src/cli/context.ts'
import { findTarget } from '../../../src/cli/discovery.ts'
import { Failure } from '../../../src/cli/failure.ts'
import { LISTED_NODES_MAX, readNodesFile } from '../../../src/cli/vantage/nodes-file.ts'

let cwd = ''
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'hearsay-nodes-'))
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const put = (text: string, name = 'nodes.json'): string => {
  writeFileSync(join(cwd, name), text)
  return name
}
const failureOf = (act: () => unknown): Failure => {
  try {
    act()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('it did not fail')
}
const context = (given: Partial<Context['shared']> = {}, env: Context['env'] = {}): Context =>
  ({ shared: { json: false, ...given }, env, cwd }) as unknown as Context

describe('a file that lists nodes', () => {
  it('gives their names, addresses and files of tokens, relative to itself', () => {
    put(
      JSON.stringify({
        nodes: [
          { name: 'ann', api: 'http://192.0.2.7:4600', tokenFile: 'ann.cookie' },
          { name: 'bob', api: '127.0.0.1:4712' },
          { name: 'cleo', host: '2001:db8::7' },
          { name: 'dora', api: 'http://127.0.0.1:4713', host: 'dora.example' },
        ],
      }),
    )
    expect(readNodesFile(cwd, 'nodes.json', '--nodes')).toEqual({
      source: 'nodes.json',
      nodes: [
        { name: 'ann', apiUrl: 'http://192.0.2.7:4600', host: '192.0.2.7', tokenFile: join(cwd, 'ann.cookie') },
        { name: 'bob', apiUrl: 'http://127.0.0.1:4712', host: null, tokenFile: null },
        { name: 'cleo', apiUrl: 'http://[2001:db8::7]:4600', host: '2001:db8::7', tokenFile: null },
        { name: 'dora', apiUrl: 'http://127.0.0.1:4713', host: 'dora.example', tokenFile: null },
      ],
    })
  })

  it.each([
    ['{"nodes": [\n  {"name": "ann",, "api": "x"}\n]}', 'nodes.json:2:18: is not JSON'],
    ['{"nodes": [\n  {"name": "ann"}', 'nodes.json:2:18: is not JSON'],
    ['', 'nodes.json:1:1: the file is empty'],
    ['[]', 'nodes.json: has no list "nodes"'],
    ['{"nodes": []}', 'nodes.json: lists no node'],
    [entries({ api: 'http://a:1' }), 'nodes.json: node 1 of the list: "name" is not a name'],
    [entries({ name: 'a b', api: 'http://a:1' }), 'nodes.json: node 1 of the list: "name" is not a name'],
    [entries({ name: 'ann' }), 'nodes.json: ann: has no "api"'],
    [entries({ name: 'ann', api: 'https://a:1' }), 'nodes.json: ann: "api" "https://a:1" asks for TLS'],
    [entries({ name: 'ann', api: 'http://u:p@a:1' }), 'nodes.json: ann: "api" "http://…@a:1" holds a secret'],
    [entries({ name: 'ann', api: 7 }), 'nodes.json: ann: "api" is not a text'],
    [entries({ name: 'ann', url: 'http://a:1' }), 'nodes.json: ann: there is no "url" here'],
    [entries({ name: 'ann', api: 'a:1', token: 'x' }), 'nodes.json: ann: holds a token'],
    [entries({ name: 'ann', api: 'a:1', tokenFile: '' }), 'nodes.json: ann: "tokenFile" is not the name of a file'],
    [entries({ name: 'ann', host: 'a b' }), 'nodes.json: ann: "host" is not an address'],
    [entries({ name: 'ann', api: 'a:1' }, { name: 'ann', api: 'a:2' }), 'nodes.json: ann: is listed twice'],
    [entries({ name: 'ann', api: 'a:1' }, { name: 'bob', api: 'a:1' }), 'nodes.json: bob: has the address of ann'],
    [
      entries(
        ...Array.from({ length: LISTED_NODES_MAX + 1 }, (_, index) => ({ name: `n${index}`, api: `a:${index}` })),
      ),
      `lists more than ${LISTED_NODES_MAX} nodes`,
    ],
  ])('is told where it is wrong, with a next step: %#', (text, message) => {
    put(text)
    const failure = failureOf(() => readNodesFile(cwd, 'nodes.json', '--nodes'))
    expect(failure.message).toContain(message)
    expect(failure).toMatchObject({ outcome: 'usage', hint: expect.stringMatching(/./) })
  })

  it('guesses what was meant, says what is missing, and shows no token', () => {
    put(entries({ name: 'ann', api: 'a:1', tokenfile: 'x' }))
    expect(failureOf(() => readNodesFile(cwd, 'nodes.json', '--nodes')).hint).toBe('did you mean "tokenFile"?')
    put(entries({ name: 'ann', api: 'a:1', token: 'ab'.repeat(32) }))
    const { message, hint } = failureOf(() => readNodesFile(cwd, 'nodes.json', '--nodes'))
    expect(`${message} ${hint}`).not.toContain('abab')
    expect(failureOf(() => readNodesFile(cwd, 'none.json', '--nodes'))).toMatchObject({
      outcome: 'usage',
      message: "--nodes: none.json can't be read (ENOENT)",
    })
  })

  it('is what a command talks to: the first, or the one that is named; --nodes before HEARSAY_NODES before HEARSAY_API', () => {
    const token = 'ab'.repeat(32)
    put(`${token}\n`, 'bob.cookie')
    put(entries({ name: 'ann', api: 'a:1' }, { name: 'bob', api: 'b:2', tokenFile: 'bob.cookie' }))
    put(entries({ name: 'other', api: 'o:3' }), 'other.json')
    const nodes = { nodes: 'nodes.json' }
    const env = { HEARSAY_NODES: 'other.json', HEARSAY_API: 'http://c:4' }
    expect(findTarget(context(nodes, env))).toMatchObject({
      apiUrl: 'http://a:1',
      nodeName: 'ann',
      source: 'nodes.json',
    })
    const bob = findTarget(context(nodes), 'bob')
    expect([bob.apiUrl, bob.token()]).toEqual(['http://b:2', token])
    expect(findTarget(context({}, env)).apiUrl).toBe('http://o:3')
    expect(findTarget(context({ api: 'http://d:5' }, env)).apiUrl).toBe('http://d:5')
    expect(failureOf(() => findTarget(context({ ...nodes, api: 'http://d:5' })))).toMatchObject({
      outcome: 'usage',
      message: '--nodes and --api both name nodes',
    })
    expect(failureOf(() => findTarget(context(nodes), 'bbo'))).toMatchObject({
      outcome: 'not-found',
      hint: 'did you mean "bob"?',
    })
  })
})

function entries(...nodes: readonly object[]): string {
  return JSON.stringify({ nodes })
}
