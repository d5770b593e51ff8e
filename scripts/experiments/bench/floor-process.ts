/** The floor: nothing but signature checks, of the same transactions, with the library that the node uses. */
import sodium from 'sodium-native'
import { decodeTransaction } from '../../../src/domain/codec/transaction-codec.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import { taskOf } from './processes.ts'
import { benchNetwork, readTransactions } from './workload.ts'

export type FloorMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly checked: number; readonly ms: number; readonly cpuMs: number }

interface FloorTask {
  readonly file: string
  readonly nodes: number
}

/** Checks between two looks at the clock. */
const SLICE = 64

const task = taskOf<FloorTask>()
const prefix = signingPrefix('hearsay/tx/1', networkIdOf(benchNetwork(task.nodes)))
const checks = readTransactions(task.file)
  .slice(0, 8_192)
  .map((bytes) => {
    const decoded = decodeTransaction(bytes, prefix)
    if (!decoded.ok) throw new Error(decoded.code)
    const { signature, signedBytes, senderKey } = decoded.value
    return { signature: Buffer.from(signature), message: Buffer.from(signedBytes), key: Buffer.from(senderKey) }
  })

function run(forMs: number): Extract<FloorMessage, { kind: 'done' }> {
  const start = performance.now()
  const cpu = process.cpuUsage()
  let checked = 0
  while (performance.now() - start < forMs) {
    for (let index = 0; index < SLICE; index++, checked++) {
      const { signature, message, key } = checks[checked % checks.length] as (typeof checks)[number]
      if (!sodium.crypto_sign_verify_detached(signature, message, key)) throw new Error('a signature does not hold')
    }
  }
  const { user, system } = process.cpuUsage(cpu)
  return { kind: 'done', checked, ms: performance.now() - start, cpuMs: (user + system) / 1_000 }
}

process.on('message', ({ forMs }: { forMs: number }) => {
  process.send?.(run(forMs))
})
process.on('disconnect', () => process.exit(0))
run(200)
process.send?.({ kind: 'ready' })
