/** The nodes that a view over the whole network asks: those of the testnet, or the one node that is reachable. */
import type { RecordedNode } from '../trace/recording.ts'
import type { AskedNode } from '../client/gather.ts'
import type { Manifest } from '../../testnet/manifest.ts'
import { openApi } from './api.ts'
import type { Context } from './context.ts'
import { findTarget } from './discovery.ts'

export interface AskedNetwork {
  readonly manifest: Manifest | null
  readonly nodes: readonly (AskedNode & RecordedNode)[]
  /** Half the width of what the nodes' clocks may be apart; 0 on one machine. */
  readonly clockErrorMs: number
}

/** Every node of the manifest; without a testnet the target alone. */
export async function networkOf(context: Context): Promise<AskedNetwork> {
  const target = findTarget(context)
  const { manifest } = target
  // A testnet is a network of this machine: one clock stamps all records.
  if (manifest !== null) return { manifest, nodes: manifest.nodes, clockErrorMs: 0 }
  const { name, peerId } = await openApi(context, target).identity()
  context.terminal.note(`no testnet here: only ${name} can be asked`)
  return { manifest: null, nodes: [{ name, peerId, apiUrl: target.apiUrl, dials: [] }], clockErrorMs: 0 }
}
