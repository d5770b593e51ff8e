/**
 * CONTRIBUTING.md, Add a …: the files of each kind, in order. What there is of a kind is walked through its places, and
 * so is a made-up one: a place that would not miss it is no place.
 */
import { describe, expect, it } from 'vitest'
import { TABLE } from '../../src/cli/table.ts'
import { PROTOCOLS } from '../../src/domain/protocols.ts'
import { REJECTS } from '../../src/domain/reject.ts'
import { CHAIN_SCENARIOS } from '../../src/sim/chain-scenarios.ts'
import { MEMBERSHIP_SCENARIOS, REPAIR_SCENARIOS } from '../../src/sim/network-scenarios.ts'
import { ATTACKS } from '../toolkit/attacks/all.ts'
import { projectFiles, read } from './project-files.ts'

/** A place as CONTRIBUTING.md writes it, and whether one of the kind is there. */
interface Place {
  readonly path: string
  readonly has: (name: string) => boolean
}

const files = projectFiles()
const texts = new Map<string, string>()
function text(path: string): string {
  const known = texts.get(path) ?? (files.includes(path) ? read(path) : '')
  texts.set(path, known)
  return known
}
/** The text of all files below a folder. */
const below = (folder: string): string => {
  const all =
    texts.get(folder) ??
    files
      .filter((path) => path.startsWith(`${folder}/`) && path.endsWith('.ts') && path !== 'test/tidy/ways-in.test.ts')
      .map(read)
      .join('\n')
  texts.set(folder, all)
  return all
}
const inFile = (path: string, line: (name: string) => string): Place => ({
  path,
  has: (name) => text(path).includes(line(name)),
})
const inFolder = (path: string, line: (name: string) => string): Place => ({
  path,
  has: (name) => below(path).includes(line(name)),
})
/** `NAME` in the path stands for the name. */
const aFile = (path: string): Place => ({ path, has: (name) => files.includes(path.replace('NAME', name)) })

/** Whether a test types a command: whole, as a list of words, or by its last word where the file is about its group. */
function isTyped(name: string): boolean {
  const words = name.split(' ')
  const whole = new RegExp(`\\b${words.join('[\'"`,\\s]+')}\\b`)
  const last = new RegExp(`['"\`]${words.at(-1) ?? ''}\\b`)
  const group = new RegExp(`\\b${words[0] ?? ''}\\b`)
  return files
    .filter((path) => path.startsWith('test/') && path.endsWith('.ts') && path !== 'test/tidy/ways-in.test.ts')
    .some((path) => whole.test(text(path)) || (words.length > 1 && last.test(text(path)) && group.test(text(path))))
}

/** Kinds whose places hang on a name. */
const WAYS: Readonly<Record<string, { readonly names: readonly string[]; readonly places: readonly Place[] }>> = {
  command: {
    names: TABLE.map(({ path }) => path.join(' ')),
    places: [
      inFile('src/cli/table.ts', (name) => `entry('${name}'`),
      inFile('README.md', (name) => `| \`${name}`),
      { path: 'test', has: isTyped },
    ],
  },
  'reject code': {
    names: Object.keys(REJECTS),
    places: [
      {
        path: 'src/domain/reject.ts',
        has: (name) => new RegExp(`^  '?${name}'?: \\{$`, 'm').test(text('src/domain/reject.ts')),
      },
    ],
  },
  'request protocol': {
    names: PROTOCOLS,
    places: [
      inFile('src/domain/protocols.ts', (name) => `'${name}'`),
      inFile('src/domain/exchange-limits.ts', (name) => `\n  ${name}: {`),
      aFile('src/domain/codec/NAME-codec.ts'),
      inFile('src/kernel/route-request.ts', (name) => `case '${name}':`),
      inFile('PROTOCOL.md', (name) => `\n### ${name}\n`),
      inFile('test/toolkit/fuzz/targets.ts', (name) => `/${name}-codec.ts`),
      inFolder('test/integration', (name) => `'${name}'`),
    ],
  },
  scenario: {
    names: [...CHAIN_SCENARIOS, ...REPAIR_SCENARIOS, ...MEMBERSHIP_SCENARIOS],
    places: [inFolder('src/sim', (name) => `'${name}'`)],
  },
  attack: {
    names: ATTACKS.map(({ id }) => id),
    places: [
      inFolder('test/toolkit/attacks', (name) => `id: '${name}'`),
      inFolder('test/toolkit/mutants', (name) => name),
      inFile('SECURITY.md', (name) => `| ${name} |`),
    ],
  },
}
/** Kinds of which the compiler and other tests know more than a name. */
const OTHERS = ['fact or metric', 'limit', 'machine']

const [, section = ''] = /^## Add a …\n([\s\S]*?)^## /m.exec(read('CONTRIBUTING.md')) ?? []
/** The paths of a kind's paragraph, in order. */
function pathsOf(kind: string): readonly string[] {
  const [, paragraph = ''] =
    new RegExp(`^\\*\\*${kind}\\.\\*\\*([\\s\\S]*?)(?=^\\*\\*|^$|(?![\\s\\S]))`, 'm').exec(section) ?? []
  return [...paragraph.matchAll(/`((?:src|test|testnet)(?:\/[^`]*)?|[A-Z]+\.md)`/g)].map(([, path = '']) => path)
}

describe('CONTRIBUTING.md, Add a …', () => {
  it.each([...Object.keys(WAYS), ...OTHERS])('leads to files that are there: %s', (kind) => {
    const paths = pathsOf(kind)
    expect(paths.length).toBeGreaterThan(1)
    const isThere = (path: string): boolean =>
      path.includes('NAME') || files.some((file) => file === path || file.startsWith(`${path}/`))
    expect(paths.filter((path) => !isThere(path))).toEqual([])
  })

  it.each(Object.entries(WAYS))('names the places of a %s in order', (kind, { places }) => {
    const walked = places.map(({ path }) => path)
    expect(pathsOf(kind).filter((path) => walked.includes(path))).toEqual(walked)
  })
})

describe('each place of a kind', () => {
  it.each(Object.entries(WAYS))('has every %s that there is', (_, { names, places }) => {
    expect(names.length).toBeGreaterThan(3)
    expect(
      places.flatMap(({ path, has }) => names.filter((name) => !has(name)).map((name) => `${path}: ${name}`)),
    ).toEqual([])
  })

  it.each(Object.entries(WAYS))('would miss a %s that is not there', (_, { places }) => {
    expect(places.filter(({ has }) => has('madeup')).map(({ path }) => path)).toEqual([])
  })
})

it('every file of a command is in the table of commands', () => {
  const listed = new Set(
    [...text('src/cli/table.ts').matchAll(/import\('\.\/commands\/(.+?)'\)/g)].map(([, name]) => name),
  )
  const inFolder = files.filter((path) => path.startsWith('src/cli/commands/')).map((path) => path.split('/').at(-1))
  expect(inFolder.filter((name) => !listed.has(name))).toEqual([])
})
