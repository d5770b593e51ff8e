/**
 * The table of `node scripts/run.ts` is what is there: files, npm scripts and CONTRIBUTING.md name the same
 * experiments.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EXPERIMENTS, fileOf } from '../../../scripts/experiments.ts'

const here = (path: string): URL => new URL(`../../../${path}`, import.meta.url)
const all = EXPERIMENTS.flatMap(({ experiments }) => experiments)
const names = all.map(({ name }) => name)
const { scripts } = JSON.parse(readFileSync(here('package.json'), 'utf8')) as { scripts: Record<string, string> }
/** It makes the pictures of the README for `npm run capture`. */
const WITHOUT_NPM_SCRIPT = ['screens']

describe('the table of experiments', () => {
  it('names each once, in a line that fits a terminal', () => {
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
    expect(all.filter(({ about }) => about.length > 90)).toEqual([])
  })

  it('has every file, and every file is in it', () => {
    expect(all.filter((experiment) => !existsSync(here(`scripts/${fileOf(experiment)}`)))).toEqual([])
    const files = readdirSync(here('scripts/experiments')).filter((file) => file.endsWith('.ts'))
    expect(files.map((file) => `experiments/${file}`).sort()).toEqual(all.map(fileOf).sort())
  })

  it('is what npm runs, under the same names', () => {
    const through = Object.entries(scripts).filter(([, command]) => command.startsWith('node scripts/run.ts'))
    expect(through.map(([name, command]) => `${name}: ${command}`).sort()).toEqual(
      names
        .filter((name) => !WITHOUT_NPM_SCRIPT.includes(name))
        .map((name) => `${name}: node scripts/run.ts ${name}`)
        .sort(),
    )
  })

  it('is in CONTRIBUTING.md, with how long each takes or what it last measured', () => {
    const text = readFileSync(here('CONTRIBUTING.md'), 'utf8')
    const isTold = (name: string): boolean => new RegExp(`^\\|[^|]*\`npm run ${name}[ \`]`, 'm').test(text)
    expect(names.filter((name) => !WITHOUT_NPM_SCRIPT.includes(name) && !isTold(name))).toEqual([])
  })
})
