/**
 * What leads nowhere: exports that nobody imports, bounds that bind nothing, and comments that point to what is not
 * there.
 */
import { describe, expect, it } from 'vitest'
import { projectFiles, read } from './project-files.ts'

const code = projectFiles().filter((path) =>
  /^(src|testnet|scripts|test)\/.*\.(ts|js)$|^[\w.]+\.(ts|js|cjs)$/.test(path),
)
const texts = new Map(code.map((path) => [path, read(path)]))

/** In which files a word occurs. */
const places = new Map<string, Set<string>>()
for (const [path, text] of texts)
  for (const word of new Set(text.match(/[A-Za-z_$][\w$]*/g) ?? []))
    places.set(word, (places.get(word) ?? new Set()).add(path))

/** The text without comments, imports and the methods that only report fill and bound. */
function bindingPart(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '')
    .replace(/^import [\s\S]*?from '[^']*'$/gm, '')
    .replace(/^ {2}sizes\(\): (?:(?:readonly )?\{[^}]*\}|[^{\n]*?)(?:\[\])? \{\n[\s\S]*?^ {2}\}/gm, '')
}

describe('exports', () => {
  it('are imported by somebody', () => {
    const dead = [...texts].flatMap(([path, text]) => {
      if (path === 'src/index.ts' || path.startsWith('src/surface/')) return []
      return [...text.matchAll(/^export (?:async )?(?:const|function|class)\*? ([A-Za-z_$][\w$]*)/gm)].flatMap(
        ([, name = '']) => ((places.get(name)?.size ?? 0) < 2 ? [`${path} ${name}`] : []),
      )
    })
    expect(dead).toEqual([])
  })
})

/** Bounds that are shown and not compared, with what holds them. */
const HELD_ELSEWHERE: Readonly<Record<string, string>> = {
  'src/kernel/shared/state.ts ASKED_MAX': 'requests wait for streams (adapters/libp2p/limits.ts, WAITING_REQUESTS_MAX)',
  'src/adapters/libp2p/limits.ts STREAMS_USED_MAX':
    'a sum, which a test compares with the bounds that it must fit into',
  'src/node/limits.ts AGENTS_MAX': 'connected peers: they are forgotten as they leave',
  'src/node/limits.ts EVENTS_MAX': 'they are gone before anything else can come in: one event leads to a few',
}

describe('bounds', () => {
  const parts = new Map(
    [...texts].filter(([path]) => /^(src|testnet)\//.test(path)).map(([path, text]) => [path, bindingPart(text)]),
  )
  const unbound = [...parts].flatMap(([path, text]) =>
    [...text.matchAll(/^(?:export )?const ([A-Z][A-Z0-9_]*_(?:MAX|BURST|KEPT|MS))\b/gm)].flatMap(([, name = '']) => {
      const word = new RegExp(`\\b${name}\\b`, 'g')
      const uses = [...(places.get(name) ?? [])].reduce(
        (sum, other) => sum + (parts.get(other)?.match(word)?.length ?? 0),
        0,
      )
      return uses < 2 ? [`${path} ${name}`] : []
    }),
  )

  it('bind something, or stand here with what holds them', () => {
    expect(unbound.filter((place) => HELD_ELSEWHERE[place] === undefined)).toEqual([])
  })

  it('that stand here are still there', () => {
    expect(Object.keys(HELD_ELSEWHERE).filter((place) => !unbound.includes(place))).toEqual([])
  })
})

describe('comments', () => {
  const documents = new Map(
    ['README.md', 'ARCHITECTURE.md', 'PROTOCOL.md', 'SECURITY.md', 'CONTRIBUTING.md'].map((name) => [name, read(name)]),
  )
  const headings = new Map(
    [...documents].map(([name, text]) => [
      name,
      new Set(
        [...text.matchAll(/^#+ (.*)$|^\*\*([^*]+)\*\*/gm)].map(([, heading, term]) =>
          (heading ?? term ?? '').replaceAll('`', '').toLowerCase(),
        ),
      ),
    ]),
  )

  /**
   * Whether a document has what is referred to: a heading, a number such as A39, D10 or L4, a rule or a fact of the
   * router.
   */
  function has(name: string, subject: string): boolean {
    const text = documents.get(name) ?? ''
    const numbers = subject.match(/\b[ADL]\d+\b/g) ?? []
    if (numbers.length > 0) return numbers.every((number) => new RegExp(`\\b${number}\\b`).test(text))
    const [, list, item] = /^(gossipsub|rule) (\d+)$/.exec(subject) ?? []
    if (list !== undefined) return new RegExp(`^${item}\\. `, 'm').test(text)
    const known = [...(headings.get(name) ?? [])]
    const parts = [subject, ...subject.split(/, | and /)].map((part) => part.trim().toLowerCase())
    const isThere = (part: string): boolean =>
      known.some(
        (heading) =>
          heading === part ||
          heading.startsWith(`${part} `) ||
          heading.startsWith(`${part},`) ||
          heading.startsWith(`${part}:`),
      )
    return isThere(parts[0] ?? '') || parts.slice(1).every(isThere)
  }

  it('point to what is there', () => {
    const referring = /\(((?:README|ARCHITECTURE|PROTOCOL|SECURITY|CONTRIBUTING)\.md),? ([^)\n;:]+)\)/g
    const found = [...texts].flatMap(([path, text]) =>
      path.startsWith('test/tidy/')
        ? []
        : [...text.replace(/\n\s*(?:\*|\/\/) /g, ' ').matchAll(referring)].map(([, name = '', subject = '']) => ({
            path,
            name,
            subject,
          })),
    )
    expect(found.length).toBeGreaterThan(50)
    expect(
      found
        .filter(({ name, subject }) => !has(name, subject))
        .map(({ path, name, subject }) => `${path}: ${name}, ${subject}`),
    ).toEqual([])
  })
})
