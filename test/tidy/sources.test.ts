import { basename, dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { occurrences, projectFiles, read } from './project-files.ts'

const self = 'test/tidy/sources.test.ts'
// Nothing here holds for this file, which must name what it forbids.
const files = projectFiles().filter((path) => path !== self)
const texts = files.filter((path) =>
  /(\.(ts|js|cjs|mjs|json|md|html|css|ya?ml|sh|txt)|(^|\/)[^.]+|\/run|rc|ignore)$/.test(path),
)
const sources = files.filter((path) => path.endsWith('.ts'))
const tests = sources.filter((path) => path.startsWith('test/'))

const testFolders = [
  'unit',
  'model',
  'vectors',
  'contract',
  'sim',
  'integration',
  'attack',
  'e2e',
  'tidy',
  'interop',
  'toolkit',
]

describe('every text', () => {
  it('holds no path of one machine', () => {
    expect(occurrences(texts, /(?<![\w.~])\/(work|root|Users)\/\w|(?<![\w.~])\/home\/\w+/)).toEqual([])
  })

  it('names no package registry: whoever installs chooses it', () => {
    expect(
      occurrences(
        texts,
        /registry\.(npmjs|yarnpkg)|npm\.pkg\.github|https?:\/\/[\w.-]*(registry|verdaccio|artifactory|nexus)/i,
      ),
    ).toEqual([])
  })

  it('leaves nothing to be done later', () => {
    expect(occurrences(texts, /\b(TODO|FIXME|XXX)\b/)).toEqual([])
  })
})

describe('every source', () => {
  it('passes the type checker without silencing it', () => {
    expect(occurrences(sources, /@ts-(ignore|nocheck)/)).toEqual([])
  })

  it('imports its neighbours by the name they have on disk', () => {
    // A `.js` that stands for a `.ts` type-checks, and then fails when Node runs the source.
    const relative =
      /(?:\bfrom|\bimport)\s*\(?\s*['"](?:\.\.?\/[^'"]*?)(?<!\.(?:ts|json))(?<!\/dist\/\w+\.js)(?<!\/scripts\/\w+\.js)['"]/
    expect(occurrences(sources, relative)).toEqual([])
  })

  it('has a name that says what it is', () => {
    const vague = /^(utils?|common|helpers?|misc|types|index)\.ts$/
    expect(sources.filter((path) => vague.test(basename(path)) && path !== 'src/index.ts')).toEqual([])
    expect(sources.filter((path) => /(^|\/)(utils?|common|helpers?|misc)\//.test(path))).toEqual([])
  })
})

describe('every comment', () => {
  it('fits the line that code must fit: at most 120 characters', () => {
    // Prettier breaks code and leaves comments: those of their own line, and those behind code. A row of a table and a
    // word alone can't be broken.
    const comment = /^ *(?:\/\/|\/?\*\*?) (?!\|)|^[^'"`/]* \/\/ /
    const tooLong = files
      // What a generator makes of the API's document is not ours to break.
      .filter((path) => /\.(ts|js|cjs|css)$/.test(path) && path !== 'src/client/api-types.ts')
      .flatMap((path) =>
        read(path)
          .split('\n')
          .flatMap((line, at) => {
            const isLong = line.length > 120 && [...line].length > 120
            return isLong && comment.test(line) && line.trim().split(' ').length > 2 ? [`${path}:${at + 1}`] : []
          }),
      )
    expect(tooLong).toEqual([])
  })
})

describe('every limit', () => {
  it('has a comment with its reason', () => {
    const bare = sources
      .filter((path) => basename(path) === 'limits.ts' && path.startsWith('src/'))
      .flatMap((path) => {
        let above = ''
        let explainedSubject: string | undefined
        return read(path)
          .split('\n')
          .flatMap((line, index) => {
            const subject = /^export const ([A-Za-z]+)|^\s+([a-z]+)\w*: -?[\d(]/.exec(line)?.slice(1).find(Boolean)
            // One reason may stand for a pair of one subject: INVALID_BUDGET and, on the next line, INVALID_WINDOW_MS.
            const isExplained =
              line.includes('//') || /^\s*\/\/|\*\/\s*$/.test(above) || (subject ?? '') === explainedSubject
            above = line
            explainedSubject = isExplained ? subject : undefined
            return subject !== undefined && !isExplained ? [`${path}:${index + 1} ${line.trim()}`] : []
          })
      })
    expect(bare).toEqual([])
  })
})

describe('every test file', () => {
  it('lies in a known folder', () => {
    expect(files.filter((path) => path.startsWith('test/') && !testFolders.includes(path.split('/')[1] ?? ''))).toEqual(
      [],
    )
  })

  it('ends in .test.ts, or is used by one that does', () => {
    const forgotten = tests
      .filter((path) => !path.endsWith('.test.ts'))
      .filter((path) => {
        const mention = new RegExp(`/${basename(path).replaceAll('.', '\\.')}['"]`)
        return !sources.some((other) => other !== path && mention.test(read(other)))
      })
    expect(forgotten).toEqual([])
    expect(tests.filter((path) => path.endsWith('.test.ts') && dirname(path).startsWith('test/toolkit'))).toEqual([])
  })

  it('waits for a condition and never for a time', () => {
    const inTests = tests.filter((path) => path.endsWith('.test.ts'))
    // A promise that a timer resolves; one that a timer rejects is a deadline. Polling for a condition lives in
    // test/toolkit.
    const promisedTimer =
      /new Promise(?:<[^>]*>)?\(\s*(?:async\s*|function\s*)?\(?(\w+)(?:[^)=]*)\)?\s*(?:=>)?\s*\{?\s*(?:return\s+|void\s+)?setTimeout\(\s*(?:\1\b|\(\)\s*=>\s*\{?\s*\1\()/
    expect(occurrences(inTests, promisedTimer)).toEqual([])
    expect(occurrences(inTests, /['"](node:)?timers\/promises['"]|\bawait (sleep|delay)\(|\bAtomics\.wait\(/)).toEqual(
      [],
    )
  })
})
