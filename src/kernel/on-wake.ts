/** What is due because time has passed: wing after wing, each in its turn. */
import { propose } from './blocks/propose.ts'
import { wakeBlocks } from './blocks/wake.ts'
import type { Machines } from './machines.ts'
import { lookAround, wakeMembers } from './members/wake.ts'
import { wakePeers } from './peers/wake.ts'
import { tendRepair } from './repair/on-repair.ts'
import type { Event } from './shared/event.ts'
import type { Turn } from './shared/turn.ts'
import { listenersChanged } from './transactions/publish.ts'
import { wakeTransactions } from './transactions/wake.ts'

export function onWake(machines: Machines, woke: Extract<Event, { kind: 'woke' }>, turn: Turn): void {
  wakeTransactions(machines, turn)
  wakePeers(machines, turn)
  wakeBlocks(machines, turn)
  wakeMembers(machines, woke, turn)
  tendRepair(machines, turn)
  lookAround(machines, turn)
  // A block and a batch are made of what is here after all that.
  propose(machines, turn)
  listenersChanged(machines, turn)
}
