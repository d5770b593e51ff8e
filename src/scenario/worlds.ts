/** The worlds by their names; each is loaded when it is asked for. */
import type { World, WorldName } from './world.ts'

export async function openWorld(name: WorldName): Promise<World> {
  if (name === 'virtual') {
    const { VirtualWorld } = await import('./virtual/world.ts')
    return new VirtualWorld()
  }
  const { RealWorld } = await import('./real/world.ts')
  return new RealWorld(name)
}
