/**
 * What SECURITY.md promises is proven: each row of its tables has a mutant, each attack a control, and each row of an
 * attack its attack.
 */
import { describe, expect, it } from 'vitest'
import { ATTACKS } from '../toolkit/attacks/all.ts'
import { editsOf } from '../toolkit/mutants/mutant.ts'
import { MUTANTS } from '../toolkit/mutants/all.ts'
import { projectFiles, read } from './project-files.ts'

const rows = [...read('SECURITY.md').matchAll(/^\| ([AKLV]\d+) \|/gm)].map(([, id = '']) => id)
const threatsOf = (threat: string): string[] => threat.split(' ')
const files = new Set(projectFiles())

describe('each row of the tables of SECURITY.md', () => {
  it('is there, once', () => {
    for (const kind of ['A', 'K', 'L', 'V']) expect(rows.filter((id) => id.startsWith(kind)).length).toBeGreaterThan(3)
    expect(rows.filter((id, at) => rows.indexOf(id) !== at)).toEqual([])
  })

  it('has a mutant that switches its defence off', () => {
    const covered = new Set(MUTANTS.flatMap(({ threat }) => threatsOf(threat)))
    expect(rows.filter((id) => !covered.has(id))).toEqual([])
  })

  it('has an attack, where it is one', () => {
    const attacks = ATTACKS.map(({ id }) => id)
    expect(rows.filter((id) => id.startsWith('A') && !attacks.includes(id))).toEqual([])
    expect(attacks.filter((id) => !rows.includes(id))).toEqual([])
  })
})

describe('each attack', () => {
  it('has a control, whose mutant is one of its own row', () => {
    const faults = ATTACKS.flatMap(({ id, controls }) => {
      if (controls.length === 0) return [`${id} has no control`]
      return controls.flatMap(({ without }) => {
        const mutant = MUTANTS.find(({ name }) => name === without)
        if (mutant === undefined) return [`${id}: there is no mutant "${without}"`]
        return threatsOf(mutant.threat).includes(id) ? [] : [`${id}: "${without}" is of ${mutant.threat}`]
      })
    })
    expect(faults).toEqual([])
  })
})

describe('each mutant', () => {
  it('has a name of its own, and a test that is there', () => {
    const names = MUTANTS.map(({ name }) => name)
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
    const isThere = (path: string): boolean => files.has(path) || [...files].some((file) => file.startsWith(`${path}/`))
    const tests = MUTANTS.flatMap(({ name, test }) =>
      test.filter((arg) => arg.startsWith('test/')).map((path) => ({ name, path })),
    )
    expect(tests.filter(({ path }) => !isThere(path))).toEqual([])
  })

  it('replaces a text that stands in its file exactly once', () => {
    const outdated = MUTANTS.flatMap((mutant) =>
      editsOf(mutant).flatMap(({ file, from }) =>
        files.has(file) && read(file).split(from).length === 2 ? [] : [`${mutant.name}: ${file}`],
      ),
    )
    expect(outdated).toEqual([])
  })
})
