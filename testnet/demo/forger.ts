/**
 * Two peers outside the network's rules, in a process of their own. The forger sends what it is given to its neighbours
 * until they cut it off, and then tries to come back. The witness keeps silent at another node, as a mesh peer, and
 * hears everything that this one forwards.
 */
import { decodeBatch, encodeBatch } from '../../src/domain/codec/transaction-codec.ts'
import { asNetAddress, asNetworkId } from '../../src/domain/ids.ts'
import { topicName } from '../../src/domain/protocols.ts'
import { fromHex } from '../../src/lib/bytes.ts'
import { sha256Hex } from '../../src/lib/hash.ts'
import { outsiderKey, startOutsider, type Outsider } from '../../src/adapters/libp2p/outsider.ts'
import { until } from '../until.ts'

export interface ForgerPlan {
  readonly networkId: string
  readonly neighbours: readonly { readonly name: string; readonly address: string }[]
  readonly witnessed: { readonly name: string; readonly address: string }
  /** Signed transactions in hex. */
  readonly forged: readonly string[]
}

/** One forgery for each neighbour, and nothing more: the page's. */
export interface SinglePlan {
  readonly kind: 'single'
  readonly networkId: string
  readonly neighbours: ForgerPlan['neighbours']
  /** A signed transaction in hex. */
  readonly forged: string
}

export type ForgerMessage =
  | { readonly kind: 'joined'; readonly forger: string; readonly witness: string }
  | { readonly kind: 'sent'; readonly attempts: readonly Attempt[] }
  /** Hashes of every transaction that the witness has heard so far. */
  | { readonly kind: 'heard'; readonly hashes: readonly string[] }

export interface Attempt {
  readonly neighbour: string
  readonly sent: number
  readonly cutOff: boolean
  /** What came of dialling again with the same identity. */
  readonly refusedAgain: boolean
}

/** How long the neighbours may take to cut the forger off, and to refuse it again, ms. */
const CUT_MS_MAX = 10_000

async function main(plan: ForgerPlan): Promise<void> {
  const topic = topicName(asNetworkId(plan.networkId), 'transactions')
  const witness = await startOutsider()
  await witness.join(asNetAddress(plan.witnessed.address))
  await witness.send({ subscriptions: [{ subscribe: true, topic }] })
  await witness.send({ control: { graft: [{ topicID: topic }] } })
  // One connection a neighbour and so one libp2p node a neighbour, all with one identity: a peer that dials several.
  const privateKey = await outsiderKey()
  const first = await startOutsider({ privateKey })
  const forgers = new Map<string, Outsider>([[plan.neighbours[0]?.name ?? '', first]])
  for (const { name } of plan.neighbours.slice(1)) forgers.set(name, await startOutsider({ privateKey }))
  for (const { name, address } of plan.neighbours) {
    await forgers.get(name)?.join(asNetAddress(address))
    await forgers.get(name)?.send({ subscriptions: [{ subscribe: true, topic }] })
  }
  tell({ kind: 'joined', forger: first.self, witness: witness.self })
  process.on('message', (message) => {
    if (message === 'heard') tell({ kind: 'heard', hashes: heardBy(witness) })
  })
  const attempts = await Promise.all(
    plan.neighbours.map(async ({ name, address }, index) => {
      const forger = forgers.get(name)
      if (forger === undefined) throw new Error(`no forger for ${name}`)
      // Each neighbour hears them from another place on, so that every forgery reaches somebody before the cut.
      const at = Math.floor((index * plan.forged.length) / plan.neighbours.length)
      const sent = await sendUntilCut(forger, topic, [...plan.forged.slice(at), ...plan.forged.slice(0, at)])
      const cutOff = await until(() => !forger.isConnected(), { timeoutMs: CUT_MS_MAX, everyMs: 10 })
      return { neighbour: name, sent, cutOff, refusedAgain: cutOff && (await isRefused(forger, address)) }
    }),
  )
  tell({ kind: 'sent', attempts })
}

/** Sends one forgery to each neighbour and stays: whoever started it looks what came of it, and ends it. */
async function sendSingle({ networkId, neighbours, forged }: SinglePlan): Promise<void> {
  const topic = topicName(asNetworkId(networkId), 'transactions')
  const privateKey = await outsiderKey()
  const attempts = await Promise.all(
    neighbours.map(async ({ name, address }) => {
      const forger = await startOutsider({ privateKey })
      await forger.join(asNetAddress(address))
      await forger.send({ subscriptions: [{ subscribe: true, topic }] })
      return { neighbour: name, sent: await sendUntilCut(forger, topic, [forged]), cutOff: false, refusedAgain: false }
    }),
  )
  tell({ kind: 'sent', attempts })
}

async function sendUntilCut(forger: Outsider, topic: string, forged: readonly string[]): Promise<number> {
  let sent = 0
  for (const hex of forged) {
    if (!forger.isConnected()) break
    const bytes = fromHex(hex)
    if (bytes === null) throw new Error('not hex')
    try {
      await forger.send({ messages: [{ topic, data: encodeBatch([bytes]) }] })
      sent++
    } catch {
      // Cut off in the middle.
      break
    }
  }
  return sent
}

async function isRefused(forger: Outsider, address: string): Promise<boolean> {
  try {
    await forger.join(asNetAddress(address))
    // A node that refuses a peer learns who it is only after the dialler has its connection.
    return await until(() => !forger.isConnected(), { timeoutMs: CUT_MS_MAX, everyMs: 10 })
  } catch {
    return true
  }
}

function heardBy(witness: Outsider): string[] {
  return witness.received.flatMap((rpc) =>
    rpc.messages.flatMap(({ data }) => {
      const batch = decodeBatch(data ?? new Uint8Array())
      return batch.ok ? batch.value.map(sha256Hex) : []
    }),
  )
}

function tell(message: ForgerMessage): void {
  process.send?.(message)
}

process.on('disconnect', () => process.exit(0))
process.once('message', (plan: ForgerPlan | SinglePlan) => {
  const work = 'kind' in plan ? sendSingle(plan) : main(plan)
  work.catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  })
})
