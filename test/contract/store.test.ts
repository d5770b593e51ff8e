import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'
import { afterAll } from 'vitest'
import { LevelStore } from '../../src/adapters/store/level-store.ts'
import { openMemoryStore } from '../../src/adapters/store/open-memory-store.browser.ts'
import { storeContract } from './store.ts'

const root = mkdtempSync(join(tmpdir(), 'hearsay-store-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})
let count = 0

storeContract('a disk', async () => {
  const directory = join(root, String(count++))
  const openLevel = async (): Promise<ClassicLevel<string, Uint8Array>> => {
    const level = new ClassicLevel<string, Uint8Array>(directory, { valueEncoding: 'view' })
    await level.open()
    return level
  }
  const level = await openLevel()
  return {
    store: new LevelStore(level, { copiesValues: true }),
    breakDisk: () => level.close(),
    reopen: async () => new LevelStore(await openLevel(), { copiesValues: true }),
  }
})

storeContract('memory', async () => {
  const level = new MemoryLevel<string, Uint8Array>({ valueEncoding: 'view', storeEncoding: 'view' })
  await level.open()
  return {
    store: new LevelStore(level, { copiesValues: false }),
    breakDisk: () => level.close(),
    reopen: async () => {
      await level.open()
      return new LevelStore(level, { copiesValues: false })
    },
  }
})

storeContract('the memory of a page', async () => {
  const spaces: Parameters<typeof openMemoryStore>[0] = new Map()
  const store = await openMemoryStore(spaces)
  return { store, breakDisk: () => store.close(), reopen: () => openMemoryStore(spaces) }
})
