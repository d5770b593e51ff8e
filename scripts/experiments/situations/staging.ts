/** What situations are made of: other services, other nodes, copies, strangers, clocks. */
import { cpSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { networkIdOf, parseNetwork, PAYLOAD_BYTES_MAX, type NetworkParams } from '../../../src/domain/params.ts'
import { devAccount } from '../../../src/wallet/dev-accounts.ts'
import { sign } from '../../../src/wallet/keys.ts'
import { makeTransaction } from '../../../src/wallet/make-transaction.ts'
import { HostilePeer } from '../../../test/toolkit/hostile/hostile-peer.ts'
import { folderOf, startNode } from './node.ts'
import type { ShellNode } from '../../../test/toolkit/command/shell-node.ts'
import type { Stage } from './situation.ts'

export async function serverOf({ servers }: Stage, answer: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.end(answer)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

export async function another(
  { root, beside }: Stage,
  name: string,
  network?: string,
  node: readonly string[] = [],
): Promise<ShellNode> {
  const started = await startNode(folderOf(root, name, network), [], '', node)
  beside.push(started)
  return started
}

export function networkOf(folder: string): NetworkParams {
  const parsed = parseNetwork(JSON.parse(readFileSync(join(folder, 'network.json'), 'utf8')))
  if (!parsed.ok) throw new Error(parsed.message)
  return parsed.params
}

/** A node that has been connected with a hub for long enough to be known; its data are below `original`. */
export async function originalAndHub(stage: Stage): Promise<{ readonly hub: ShellNode }> {
  const hub = await another(stage, 'hub')
  stage.beside.push(await startNode(folderOf(stage.root, 'original'), ['--bootstrap', hub.listen]))
  return { hub }
}

/** Starts a node on a copy of the data of another, with the hub as its peer too. */
export async function withCopy(stage: Stage, original: string, hub: ShellNode): Promise<void> {
  const folder = folderOf(stage.root, 'copy')
  cpSync(join(original, 'data'), join(folder, 'data'), { recursive: true })
  stage.beside.push(await startNode(folder, ['--bootstrap', hub.listen]))
}

/** A peer that greets, takes gossip streams and says nothing. */
export async function stranger({ folder, strangers }: Stage, node: ShellNode): Promise<HostilePeer> {
  const peer = await HostilePeer.create({ name: 'stranger', ip: '127.0.0.1', network: networkOf(folder) })
  strangers.push(peer)
  if (!(await peer.connect(node.listen))) throw new Error('the node takes no stranger')
  await peer.greet()
  return peer
}

/** Hands transactions in until one is not written. */
export async function fillStore({ api }: ShellNode, folder: string): Promise<void> {
  const network = networkOf(folder)
  const alice = devAccount('alice', network.name)
  if (!alice.ok) throw new Error(alice.reason)
  const { keys } = alice
  for (let nonce = 0n; nonce < 60n; nonce++) {
    const { bytes } = makeTransaction(
      {
        sender: keys.publicKey,
        nonce,
        recipient: keys.publicKey,
        amount: 1n,
        fee: 1n,
        createdAtMs: Date.now(),
        payload: new Uint8Array(PAYLOAD_BYTES_MAX),
      },
      networkIdOf(network),
      (message) => sign(keys.secret, message),
    )
    const answer = await fetch(`${api ?? ''}/v1/transactions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${readFileSync(join(folder, 'data', '.cookie'), 'utf8').trim()}`,
        'content-type': 'application/octet-stream',
      },
      body: bytes,
    })
    if (answer.status === 503) return
  }
}

/** Node's flags for a clock that is so many hours off. */
export function clock(hours: number): readonly string[] {
  const shift = `const D=Date;const s=${hours}*3600000;globalThis.Date=class extends D{constructor(...a){a.length?super(...a):super(D.now()+s)}static now(){return D.now()+s}}`
  return ['--import', `data:text/javascript,${encodeURIComponent(shift)}`]
}
