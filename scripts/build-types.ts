// `npm run build:types`: declarations of the public library into dist/types, for the published package: what the
// entries in package.json show and nothing else. The compiler writes one for every file that the library reaches,
// private parts and their packages included.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(root, 'dist', 'types')

/** Declarations that a declaration shows, itself included. */
function reachable(entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen
  seen.add(entry)
  for (const [, from, imported] of readFileSync(entry, 'utf8').matchAll(
    /from ['"](.+?)['"]|import\(['"](.+?)['"]\)/g,
  )) {
    const specifier = from ?? imported ?? ''
    if (specifier.startsWith('node:')) continue
    // Whoever installs the package has none of the packages that the bundle holds.
    if (!specifier.startsWith('.')) throw new Error(`${relative(root, entry)} shows a type of ${specifier}`)
    const file = join(dirname(entry), specifier.replace(/\.ts$/, '.d.ts'))
    if (!existsSync(file)) throw new Error(`${relative(root, entry)} shows ${specifier}, which has no declaration`)
    reachable(file, seen)
  }
  return seen
}

/** Declarations that package.json names, relative to the target. */
function entries(): string[] {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { readonly types: string }>
  }
  return Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? [] : [relative(target, join(root, entry.types))],
  )
}

const all = mkdtempSync(join(tmpdir(), 'hearsay-types-'))
try {
  const compiler = join(root, 'node_modules', 'typescript-native', 'bin', 'tsc')
  const args = ['-p', 'tsconfig.build.json', '--outDir', all]
  const { status, stdout } = spawnSync(process.execPath, [compiler, ...args], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(stdout)
  rmSync(target, { recursive: true, force: true })
  const shown = new Set<string>()
  for (const entry of entries()) reachable(join(all, entry), shown)
  for (const file of shown) cpSync(file, join(target, relative(all, file)))
  console.log(`build: dist/types, ${shown.size} declarations`)
} finally {
  rmSync(all, { recursive: true, force: true })
}
