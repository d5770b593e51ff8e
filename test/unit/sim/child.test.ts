import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { VERSION } from '../../../src/node/version.ts'
import { ownCacheFolder } from '../../../src/sim/child.ts'

describe('the folder of compiled code', () => {
  let root = ''
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'hearsay-cache-'))))
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('is made for its user alone, is found again, and is of one version', () => {
    const folder = ownCacheFolder(root)
    expect(folder).not.toBeNull()
    expect(lstatSync(folder ?? '').mode & 0o777).toBe(0o700)
    expect(folder).toContain(VERSION)
    expect(ownCacheFolder(root)).toBe(folder)
    expect(readdirSync(root)).toHaveLength(1)
  })

  it('is not used where others may write to it, or where it is something else', () => {
    const folder = ownCacheFolder(root) ?? ''
    chmodSync(folder, 0o722)
    expect(ownCacheFolder(root)).toBeNull()
    rmSync(folder, { recursive: true })
    writeFileSync(folder, '')
    expect(ownCacheFolder(root)).toBeNull()
    rmSync(folder)
    mkdirSync(join(root, 'elsewhere'))
    symlinkSync(join(root, 'elsewhere'), folder)
    expect(ownCacheFolder(root)).toBeNull()
    expect(ownCacheFolder(join(root, 'nowhere'))).toBeNull()
  })
})
