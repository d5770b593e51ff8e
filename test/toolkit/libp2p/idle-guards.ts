import { ConnectionGuards } from '../../../src/adapters/libp2p/connection-guards.ts'
import { Tolls } from '../../../src/adapters/libp2p/tolls.ts'

/** Guards of connections in a world without time. */
export function idleGuards(): ConnectionGuards {
  return new ConnectionGuards({ tolls: new Tolls(), now: () => 0, cpuMs: () => 0, onOverwork: () => undefined })
}
