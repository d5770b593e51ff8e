/**
 * A copy of the project in a temporary folder, in which defences are switched off: the tree in which somebody works is
 * never touched.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { editsOf, type Edit, type Mutant } from './mutant.ts'

const project = fileURLToPath(new URL('../../..', import.meta.url))
/** What a copy need not have; the packages are linked. */
const LEFT_OUT = new Set(['node_modules', '.git', 'dist', 'coverage', '.hearsay'])

export class ProjectCopy {
  /** Folder of the copy. */
  readonly root: string
  readonly #unharmed = new Map<string, string>()

  constructor() {
    this.root = mkdtempSync(join(tmpdir(), 'hearsay-copy-'))
    for (const name of readdirSync(project))
      if (!LEFT_OUT.has(name)) cpSync(join(project, name), join(this.root, name), { recursive: true })
    symlinkSync(join(project, 'node_modules'), join(this.root, 'node_modules'))
  }

  /**
   * Switches a defence off. False, with nothing changed, when a text that the mutant replaces is not there exactly
   * once: the sources have moved on.
   */
  harm(mutant: Mutant): boolean {
    const edits = editsOf(mutant)
    for (const edit of edits) {
      if (this.#harm(edit)) continue
      this.mend()
      return false
    }
    return true
  }

  /** Makes the copy what it was. */
  mend(): void {
    for (const [path, text] of this.#unharmed) writeFileSync(path, text)
    this.#unharmed.clear()
  }

  /**
   * Bundles what the copy is now, which starts several times as fast as its sources; the program of a node. Throws what
   * the build says.
   */
  bundleNode(): string {
    const build = spawnSync(process.execPath, [join('scripts', 'build.js')], { cwd: this.root, encoding: 'utf8' })
    if (build.status !== 0) throw new Error(`a harmed copy can't be built:\n${build.stdout}${build.stderr}`)
    return join(this.root, 'dist', 'child.js')
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true })
  }

  #harm({ file, from, to }: Edit): boolean {
    const path = join(this.root, file)
    const text = readFileSync(path, 'utf8')
    if (text.split(from).length !== 2) return false
    if (!this.#unharmed.has(path)) this.#unharmed.set(path, text)
    writeFileSync(
      path,
      text.replace(from, () => to),
    )
    return true
  }
}
