/**
 * A forged transaction as a peer sends it: past every API, by gossip, to two nodes at once, from a process and an
 * identity of its own. What the two make of it is what their own records say, and who has it afterwards is asked of
 * every node.
 */
import { fork } from 'node:child_process'
import { connect } from '../src/client/connect.ts'
import { toHex } from '../src/lib/bytes.ts'
import type { Manifest, ManifestNode } from '../src/home/manifest.ts'
import { forgerEntry } from './demo/forging.ts'
import type { ForgerMessage, SinglePlan } from './demo/forger.ts'
import { FORGER_MS_MAX, FORGERY_JUDGED_MS_MAX, FORGERY_LOOK_MS } from './limits.ts'
import { until } from './until.ts'

export interface PeerForgery {
  readonly id: string
  /** Nodes that refused it when the forger sent it to them, each with the reason. */
  readonly refusedBy: readonly { readonly node: string; readonly reason: string }[]
  /** Names of the nodes to which it was sent. */
  readonly sentTo: readonly string[]
  /** How many nodes have it, of how many that could be asked. */
  readonly holders: number
  readonly asked: number
}

/**
 * Sends `bytes` to `neighbours` and looks what came of it. Rejects where the forger could not be started or did not get
 * through.
 * @param id the id that the transaction would have
 */
export async function forgeAsPeer(
  manifest: Manifest,
  neighbours: readonly ManifestNode[],
  { id, bytes }: { readonly id: string; readonly bytes: Uint8Array },
): Promise<PeerForgery> {
  const child = fork(forgerEntry(), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  try {
    const sent = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the forging peer did not get through')), FORGER_MS_MAX)
      child.on('message', ({ kind }: ForgerMessage) => {
        if (kind !== 'sent') return
        clearTimeout(timer)
        resolve()
      })
      child.once('exit', () => {
        clearTimeout(timer)
        reject(new Error('the forging peer ended too early'))
      })
    })
    const plan: SinglePlan = {
      kind: 'single',
      networkId: manifest.networkId,
      neighbours: neighbours.map(({ name, p2pPort, peerId }) => ({
        name,
        address: `/ip4/127.0.0.1/tcp/${p2pPort}/p2p/${peerId}`,
      })),
      forged: toHex(bytes),
    }
    child.send(plan)
    await sent
    const refusedBy = new Map<string, string>()
    const look = async (): Promise<boolean> => {
      for (const node of neighbours) {
        const reason = await refusalAt(node, id)
        if (reason !== null) refusedBy.set(node.name, reason)
      }
      return refusedBy.size === neighbours.length
    }
    await until(look, { timeoutMs: FORGERY_JUDGED_MS_MAX, everyMs: FORGERY_LOOK_MS })
    const answers = await Promise.all(
      manifest.nodes.filter(({ state }) => state === 'ready').map((node) => has(node, id)),
    )
    return {
      id,
      refusedBy: [...refusedBy].map(([node, reason]) => ({ node, reason })),
      sentTo: neighbours.map(({ name }) => name),
      holders: answers.filter((answer) => answer === true).length,
      asked: answers.filter((answer) => answer !== null).length,
    }
  } finally {
    child.kill()
  }
}

/** Why a node refused it, in its own record; null where it has not. */
async function refusalAt({ apiUrl }: ManifestNode, id: string): Promise<string | null> {
  const client = connect(apiUrl)
  const answer = await client.propagation(id)
  client.close()
  if (!answer.ok) return null
  return answer.value.records.find(({ event }) => event === 'REJECT')?.reason ?? null
}

/** Whether a node has it; null where it does not answer. */
async function has({ apiUrl }: ManifestNode, id: string): Promise<boolean | null> {
  const client = connect(apiUrl)
  const answer = await client.transaction(id)
  client.close()
  if (answer.ok) return true
  return answer.kind === 'problem' && answer.status === 404 ? false : null
}
