/** The process of the attackers: carries out one attack after the other, as it is told. */
import type { NetworkParams } from '../../../src/domain/params.ts'
import { ATTACKS } from '../attacks/all.ts'
import type { Finding, Ground, Scale } from './attack.ts'
import type { NodePlace } from '../processes/node-under-test.ts'

export interface AttackerOrder {
  readonly kind: 'attack'
  readonly id: string
  readonly scale: Scale
  readonly seed: number
  readonly network: NetworkParams
  readonly victim: NodePlace
  readonly others: readonly NodePlace[]
  readonly net: string
  readonly accounts: number
  readonly expected: readonly string[]
  readonly sources: string | null
}

export type AttackerAnswer =
  | { readonly kind: 'found'; readonly finding: Finding }
  /** Asks for a restart of the victim; `done` follows. */
  | { readonly kind: 'restart' }
  | { readonly kind: 'birth' }
  | { readonly kind: 'join'; readonly known: readonly string[] }
  /** Asks for honest users. */
  | { readonly kind: 'users' }
  | { readonly kind: 'clock'; readonly aheadMs: number }

function tell(answer: AttackerAnswer): void {
  process.send?.(answer)
}

/** Asks the arena for something and waits until it is done; the honest nodes, the victim first. */
function ask(answer: AttackerAnswer): Promise<readonly NodePlace[]> {
  return new Promise((resolve) => {
    const onMessage = (message: { kind?: string; nodes?: readonly NodePlace[] }): void => {
      if (message.kind !== 'done' || message.nodes === undefined) return
      process.off('message', onMessage)
      resolve(message.nodes)
    }
    process.on('message', onMessage)
    tell(answer)
  })
}

async function carryOut(order: AttackerOrder): Promise<Finding> {
  const attack = ATTACKS.find(({ id }) => id === order.id)
  if (attack === undefined) return { figures: {}, failures: [`there is no attack ${order.id}`] }
  const ground: Ground = {
    ...order,
    restartVictim: async () => {
      await ask({ kind: 'restart' })
    },
    setVictimClock: async (aheadMs) => {
      await ask({ kind: 'clock', aheadMs })
    },
    birth: () => ask({ kind: 'birth' }),
    users: async () => {
      await ask({ kind: 'users' })
    },
    join: async (known = []) => {
      const joiner = (await ask({ kind: 'join', known })).at(-1)
      if (joiner === undefined) throw new Error('nobody joined')
      return joiner
    },
  }
  try {
    return await attack.run(ground)
  } catch (error) {
    return { figures: {}, failures: [error instanceof Error ? (error.stack ?? error.message) : String(error)] }
  }
}

process.on('message', (message: AttackerOrder | { kind: 'done' }) => {
  if (message.kind === 'attack') void carryOut(message).then((finding) => tell({ kind: 'found', finding }))
})
process.on('disconnect', () => process.exit(0))
// What breaks because the victim cuts us off is what we are here for.
process.on('unhandledRejection', () => undefined)
