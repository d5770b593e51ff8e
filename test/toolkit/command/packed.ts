/**
 * The package as somebody gets it who installs it: packed, unpacked into an empty folder, with the dependencies that it
 * names and no others.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** Packs what `npm run build` and `npm run build:types` made; the path of the tarball, in `folder`. */
export function pack(folder: string): string {
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root, stdio: 'pipe' })
  const name = readdirSync(folder).find((file) => file.endsWith('.tgz'))
  if (name === undefined) throw new Error('npm packed nothing')
  return join(folder, name)
}

/**
 * Installs a tarball into `folder` as npm does, but without a registry: what it depends on is linked from this project.
 * Whatever the package needs beyond that it does not find.
 */
export function install(tarball: string, folder: string): void {
  const target = join(folder, 'node_modules', 'hearsay')
  mkdirSync(target, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'])
  const linked = new Set<string>()
  const link = (name: string): void => {
    if (linked.has(name)) return
    linked.add(name)
    const from = join(root, 'node_modules', name)
    const to = join(folder, 'node_modules', name)
    mkdirSync(dirname(to), { recursive: true })
    symlinkSync(from, to)
    for (const next of Object.keys(manifestOf(from).dependencies ?? {})) link(next)
  }
  for (const name of Object.keys(manifestOf(target).dependencies ?? {})) link(name)
}

/** Links further packages of this project, as a user's own devDependencies. */
export function linkOwn(folder: string, names: readonly string[]): void {
  for (const name of names) {
    const to = join(folder, 'node_modules', name)
    mkdirSync(dirname(to), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), to)
  }
}
