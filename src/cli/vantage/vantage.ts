/**
 * Where a command looks at a network from. A testnet of this machine, a file that lists nodes, and one node that asks
 * the others are three ways to see the same; what cannot be seen over one of them is said, and never shown as "no".
 */
import type { Watch, WatchOptions } from '../coverage-watch.ts'
import type { NetworkAnswers } from '../trace-network.ts'
import type { TopNode, TopView } from '../top-screen.ts'
import type { TopKey } from '../top-keys.ts'
import type { Recording } from '../../trace/recording.ts'

export interface Vantage {
  /** What all nodes say of one transaction. @param id its id, or a beginning that is unique on each node */
  ask(id: string): Promise<NetworkAnswers>
  /** Opens what follows a transaction that is sent next. @param first name of the node that is handed it */
  follow(id: string, first: string): Promise<Following>
  /** The nodes as they are now, each to be asked by its own API. */
  nodes(): Promise<readonly SeenNode[]>
  /** The groups between which links are cut; null where none are, or nobody here could know. */
  cut(): Promise<readonly (readonly string[])[] | null>
  /** Opens what `top` shows. */
  top(): Promise<TopSource>
  /** What happened, as far as nodes remember or somebody recorded it. */
  recording(): Promise<Recording>
}

export interface SeenNode {
  readonly name: string
  readonly peerId: string
  readonly apiUrl: string
  /** Why it cannot be asked; null where it can. */
  readonly trouble: string | null
}

export interface Following {
  readonly watch: Watch
  /** Nodes whose APIs answer for how it is settled. */
  readonly settling: WatchOptions
}

/** The live picture of a network, second by second. */
export interface TopSource {
  readonly network: string
  /** Ends a second: who is there now, and how they are. */
  tick(): Promise<void>
  nodes(): readonly TopNode[]
  /** The cut that stands now; null also where nobody could know of one. */
  readonly partition: TopView['partition']
  /** What cannot be seen from here, in a sentence; empty where nothing is. */
  readonly unseen: string
  /** What a key does to a node, and what came of it in words; null: from here nobody can be steered. */
  readonly act: ((key: ActKey, node: string) => Promise<string>) | null
  close(): void
}

export type ActKey = Exclude<TopKey, 'up' | 'down' | 'quit'>
