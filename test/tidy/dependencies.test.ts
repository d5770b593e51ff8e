import { describe, expect, it } from 'vitest'
import { read } from './project-files.ts'

interface Manifest {
  engines: { node: string }
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  allowScripts: Record<string, boolean>
}
interface Lockfile {
  packages: Record<string, { version?: string; resolved?: string; hasInstallScript?: boolean; integrity?: string }>
}

const manifest = JSON.parse(read('package.json')) as Manifest
const lockfile = JSON.parse(read('package-lock.json')) as Lockfile
const dependencies = { ...manifest.dependencies, ...manifest.devDependencies }

/** `npm:@scope/name@1.2.3` is version 1.2.3. */
const versionOf = (range: string): string => range.slice(range.lastIndexOf('@') + 1)

const isAtLeast = (version: string, floor: string): boolean =>
  version.localeCompare(floor, 'en', { numeric: true }) >= 0

describe('dependencies', () => {
  it('are pinned to one exact version', () => {
    for (const [name, range] of Object.entries(dependencies)) {
      expect(range, name).toMatch(/^(npm:(@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+$/)
    }
  })

  // Below these a peer can harm a node through the library alone.
  it.each([
    ['libp2p', '3.3.11'],
    ['@chainsafe/libp2p-gossipsub', '17.1.1'],
    ['@libp2p/crypto', '5.1.23'],
    ['@libp2p/noise', '17.0.3'],
    ['@libp2p/yamux', '8.0.3'],
  ])('%s is at least %s, here and wherever else it is installed', (name, floor) => {
    expect(isAtLeast(versionOf(dependencies[name] ?? '0.0.0'), floor)).toBe(true)
    const installed = Object.entries(lockfile.packages).filter(([path]) => path.endsWith(`node_modules/${name}`))
    expect(installed.length).toBeGreaterThan(0)
    for (const [path, { version }] of installed) expect(isAtLeast(version ?? '0.0.0', floor), path).toBe(true)
  })

  it('each have a line in the table of README.md', () => {
    const named = new Set([...read('README.md').matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name))
    expect(Object.keys(dependencies).filter((name) => !named.has(name))).toEqual([])
  })

  it('run an install script only where package.json says so', () => {
    const withScripts = Object.entries(lockfile.packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
    expect(Object.keys(manifest.allowScripts).sort()).toEqual(withScripts.sort())
  })
})

describe('the lockfile', () => {
  const locked = Object.entries(lockfile.packages).filter(([path]) => path !== '')

  it('names no host: each package is known by its hash', () => {
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
    expect(locked.filter(([, { integrity }]) => integrity === undefined)).toEqual([])
  })

  it('agrees with package.json', () => {
    for (const [name, range] of Object.entries(dependencies)) {
      expect(lockfile.packages[`node_modules/${name}`]?.version, name).toBe(versionOf(range))
    }
  })
})
