/**
 * A peer in Rust with its library's default limits: at the first message of more than 64 KiB it ends the node's stream
 * and says nothing. The node opens it again, and at the third time takes the peer out of its meshes and says so.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { networkDocument, type NetworkParams } from '../../../src/domain/params.ts'
import type { Node } from '../../../src/node/compose.ts'
import { attackNetwork, transactionOf } from '../../../test/toolkit/processes/funded-network.ts'
import { startNode } from '../../../test/toolkit/processes/nodes.ts'
import { until } from '../../../testnet/until.ts'
import { ForeignPeer } from './foreign-peer.ts'
import { Broken, type Say, type Tried } from './outcome.ts'

/** A message of more than the peer allows: transactions of one submission leave together. */
const LARGE = { transactions: 128, payloadBytes: 1_024 }
const ENDS = 3
const SEEN_MS_MAX = 20_000

export interface DeafOptions {
  readonly binary: string
  readonly folder: string
  readonly say: Say
}

export async function tryDeaf({ binary, folder, say }: DeafOptions): Promise<Tried> {
  const network = attackNetwork(Date.now())
  const networkFile = join(folder, 'network.json')
  writeFileSync(networkFile, JSON.stringify(networkDocument(network)))
  const node = await startNode({ name: 'under-test', network, profile: 'node' })
  const broken = new Broken()
  let peer: ForeignPeer | null = null
  try {
    peer = await ForeignPeer.start('rust-default', binary, networkFile, { after: ['--default-limits'] })
    const self = peer.peerId
    await peer.ask('dial', { address: node.listen[0] ?? '' })
    const seen = () => node.control.peers().peers.find(({ peerId }) => peerId === self)
    const isMeshed = (): boolean => seen()?.mesh.includes('transactions') === true
    await until(isMeshed, { timeoutMs: SEEN_MS_MAX, everyMs: 50 })
    const sender = new Sender(node, network)
    const heard: boolean[] = []
    for (let end = 1; end <= ENDS; end++) {
      await sender.large()
      // Small ones until one arrives, as it does over the new stream.
      heard.push(await sender.isHeardBy(peer))
      say(
        `after ${end} large ${end === 1 ? 'message' : 'messages'} the peer ${heard.at(-1) === true ? 'hears again' : 'hears nothing more'}`,
      )
    }
    const isDeaf = await until(() => seen()?.gossip === 'deaf' && !isMeshed(), { timeoutMs: SEEN_MS_MAX, everyMs: 50 })
    const { mesh } = node.control.status()
    broken.unless(
      heard.slice(0, ENDS - 1).every((each) => each),
      'it was not told again after the first ends',
    )
    broken.unless(
      isDeaf,
      `after ${ENDS} ends \`peers\` says "${seen()?.gossip ?? 'gone'}", mesh: ${seen()?.mesh.join(', ') ?? ''}`,
    )
    broken.unless(mesh === 0, `it counts in a mesh of ${mesh}`)
    const { offences } = seen() ?? { offences: 0 }
    broken.unless(offences === 0, `${offences} offences`)
    return {
      id: 'deaf',
      figures: { largeMessages: ENDS, heardAgain: heard, said: seen()?.gossip ?? null, mesh },
      broken: broken.list,
    }
  } finally {
    peer?.stop()
    await node.stop()
  }
}

/** The node's own users. */
class Sender {
  readonly #node: Node
  readonly #network: NetworkParams
  #account = 0

  constructor(node: Node, network: NetworkParams) {
    this.#node = node
    this.#network = network
  }

  async large(): Promise<void> {
    const payload = new Uint8Array(LARGE.payloadBytes)
    const items = Array.from({ length: LARGE.transactions }, (_, nonce) =>
      transactionOf(this.#network, this.#account + (nonce >> 4), nonce & 15, { payload }),
    )
    this.#account += LARGE.transactions >> 4
    await this.#submit(items)
  }

  async isHeardBy(peer: ForeignPeer): Promise<boolean> {
    const before = (await peer.ask('status', {})).transactions
    return until(
      async () => {
        await this.#submit([transactionOf(this.#network, this.#account++, 0)])
        return (await peer.ask('status', {})).transactions > before
      },
      { timeoutMs: 5_000, everyMs: 250 },
    )
  }

  async #submit(items: readonly Uint8Array[]): Promise<void> {
    const results = await this.#node.control.submit(items)
    const refused = results.filter(({ kind }) => kind !== 'accepted').length
    if (refused > 0) throw new Error(`the node refuses ${refused} transactions of its own users`)
  }
}
