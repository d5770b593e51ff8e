import { MemoryLevel } from 'memory-level'
import { LevelStore } from './level-store.ts'

/**
 * A store that lives as long as the process: for simulations and tests. Durable writes cost nothing and survive
 * nothing.
 */
export async function openMemoryStore(): Promise<LevelStore> {
  const level = new MemoryLevel<string, Uint8Array>({ valueEncoding: 'view', storeEncoding: 'view' })
  await level.open()
  return new LevelStore(level, { copiesValues: false })
}
