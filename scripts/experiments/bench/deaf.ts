/** Listeners of the libp2p of a measuring process that acts on nothing it is told, and lets everybody in. */
import type { Libp2pListeners } from '../../../src/adapters/libp2p/open.ts'

const nothing = (): void => undefined

export const DEAF: Libp2pListeners = {
  gossip: {
    onMessage: nothing,
    onDuplicate: nothing,
    onMalformed: nothing,
    onUnheard: nothing,
    onMeshChange: nothing,
  },
  connections: { onConnect: nothing, onDisconnect: nothing, onOverwork: nothing, onIdentify: nothing },
  gatekeeper: { admitsAddress: () => true, admitsPeer: () => true },
}
