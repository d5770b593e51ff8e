import { describe, expect, it } from 'vitest'
import { exitCodeOf, type Outcome } from '../../src/cli/exit.ts'
import { TABLE } from '../../src/cli/table.ts'
import { projectFiles, read } from './project-files.ts'

const readme = read('README.md')

describe('README.md', () => {
  it('has every command and no other', () => {
    const rows = [...readme.matchAll(/^\| `([a-z]+(?: [a-z]+(?:-[a-z]+)*){0,2})(?: [^`]*)?` \| [^|]* \| .*\|$/gm)].map(
      ([, path]) => path,
    )
    expect(rows.filter((path) => path !== undefined).sort()).toEqual(TABLE.map(({ path }) => path.join(' ')).sort())
  })

  it('has every request of the API', () => {
    const routes = projectFiles()
      .filter((path) => path.startsWith('src/adapters/http/routes/'))
      .flatMap((path) => [...read(path).matchAll(/server\.(?:get|post)\(\s*'(\/[^']+)'/g)])
      // A doubled colon is fastify's way to write one.
      .map(([, route = '']) =>
        route
          .replace('::', '\0')
          .replaceAll(/:(\w+)/g, '{$1}')
          .replace('\0', ':'),
      )
    expect(routes.length).toBeGreaterThan(10)
    expect(routes.filter((route) => !readme.includes(route))).toEqual([])
  })

  it('shows what commands print, nowhere a place kept for it', () => {
    const captures = [...readme.matchAll(/<!-- capture:([a-z]+) -->\n([\s\S]*?)<!-- \/capture -->/g)]
    expect(captures.map(([, name]) => name)).toEqual(expect.arrayContaining(['demo', 'trace', 'report']))
    for (const [, name, text = ''] of captures) expect(text, name).toMatch(/^```text\n\$ .+\n(?:.*\n){2,}/)
  })

  it('has every exit code', () => {
    const outcomes: readonly Outcome[] = [
      'done',
      'failed',
      'usage',
      'unreachable',
      'rejected',
      'target-missed',
      'not-found',
      'not-ready',
      'unmet',
    ]
    const rows = [...readme.matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code))
    expect(rows).toEqual(outcomes.map(exitCodeOf))
    expect(readme).toContain(`| ${exitCodeOf('interrupted')}, ${exitCodeOf('terminated')} | interrupted |`)
  })
})
