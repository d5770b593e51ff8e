import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { afterAll, describe, expect, it } from 'vitest'
import { openDiskStore } from '../../../../src/adapters/store/open-disk-store.ts'

const root = mkdtempSync(join(tmpdir(), 'hearsay-open-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

describe('opening a disk store', () => {
  it('makes the directory, for its owner alone', async () => {
    const directory = join(root, 'new', 'deep')
    const opened = await openDiskStore(directory)
    expect(opened.ok).toBe(true)
    if (!opened.ok) return
    await opened.store.close()
    expect(statSync(directory).mode & 0o777).toBe(0o700)
  })

  it('says that another process has it', async () => {
    const directory = join(root, 'locked')
    const first = await openDiskStore(directory)
    if (!first.ok) throw new Error(first.message)
    try {
      expect(await openDiskStore(directory)).toMatchObject({
        ok: false,
        kind: 'locked',
        message: expect.stringContaining(directory),
        hint: expect.stringContaining('--data-dir'),
      })
    } finally {
      await first.store.close()
    }
    const again = await openDiskStore(directory)
    expect(again.ok).toBe(true)
    if (again.ok) await again.store.close()
  })

  it('says that it cannot write there', async () => {
    const file = join(root, 'file')
    writeFileSync(file, 'x')
    expect(await openDiskStore(join(file, 'store'))).toMatchObject({ ok: false, kind: 'unwritable' })
    expect(await openDiskStore(file)).toMatchObject({ ok: false, kind: 'unwritable' })
  })

  it('says that the system forbids it', async (context) => {
    context.skip(process.getuid?.() === 0, 'root may write anywhere')
    const directory = join(root, 'forbidden')
    const opened = await openDiskStore(directory)
    if (opened.ok) await opened.store.close()
    chmodSync(directory, 0o500)
    expect(await openDiskStore(directory)).toMatchObject({ ok: false, kind: 'unwritable' })
    chmodSync(directory, 0o700)
  })

  it('says that the files are broken', async () => {
    const directory = join(root, 'broken')
    const opened = await openDiskStore(directory)
    if (!opened.ok) throw new Error(opened.message)
    await opened.store.close()
    writeFileSync(join(directory, 'CURRENT'), 'nonsense')
    expect(await openDiskStore(directory)).toMatchObject({ ok: false, kind: 'corrupt' })
  })

  it('leaves the database of a newer program alone', async () => {
    const directory = join(root, 'newer')
    const level = new ClassicLevel<string, string>(directory)
    await level.put('format', '2')
    await level.close()
    expect(await openDiskStore(directory)).toMatchObject({ ok: false, kind: 'newer-format' })
    expect(existsSync(join(directory, 'CURRENT'))).toBe(true)
    // And does not keep it locked.
    const again = new ClassicLevel<string, string>(directory)
    expect(await again.get('format')).toBe('2')
    await again.close()
  })
})
