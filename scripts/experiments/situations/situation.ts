/** What a situation is: what provokes it, and what must be told of it. */
import type { Server } from 'node:net'
import type { ProblemCode } from '../../../src/domain/problems.ts'
import type { HostilePeer } from '../../../test/toolkit/hostile/hostile-peer.ts'
import type { ShellNode } from '../../../test/toolkit/command/shell-node.ts'

export interface Seen {
  readonly ok: boolean
  readonly told: string
  readonly where: string
}

export interface Stage {
  readonly folder: string
  readonly root: string
  /** Ended with the situation. */
  readonly beside: ShellNode[]
  readonly servers: Server[]
  readonly strangers: HostilePeer[]
}

export interface Situation {
  readonly when: string
  /** Arguments, and what stands before the command. */
  readonly provoke: (stage: Stage) => Promise<Provocation> | Provocation
  /** Refused at the start with these words and exit 2, or told while it runs under this code. */
  readonly expects: { readonly refusal: RegExp } | Told
}

export interface Told {
  readonly code: ProblemCode
  readonly words: RegExp
  /** It is the log that is lost: nothing can stand there. */
  readonly unlogged?: boolean
  /** How long it may take until it is told, ms: 25 s where nothing is said. */
  readonly ms?: number
}

export interface Provocation {
  readonly args?: readonly string[]
  readonly shell?: string
  readonly node?: readonly string[]
  readonly after?: (node: ShellNode) => Promise<void>
}
