import { describe, expect, it } from 'vitest'
import { IDONTWANT_BYTES_MIN } from '../../../../src/adapters/libp2p/gossip-options.ts'
import { LazyPush, wordFor } from '../../../../src/adapters/libp2p/lazy-push.ts'
import { MessageIds } from '../../../../src/adapters/libp2p/message-id.ts'
import { LATES_MIN } from '../../../../src/adapters/libp2p/route-limits.ts'
import type { GossipRouter, Rpc, RpcMessage } from '../../../../src/adapters/libp2p/router.ts'
import { asPeerId, type PeerId } from '../../../../src/domain/ids.ts'
import { toHex } from '../../../../src/lib/bytes.ts'

const TOPIC = '/hearsay/00/transactions'
const [source, second, third, target] = ['source', 'second', 'third', 'target'].map(asPeerId) as [
  PeerId,
  PeerId,
  PeerId,
  PeerId,
]

function stage() {
  const ids = new MessageIds([TOPIC])
  const excluded: ReadonlySet<string>[] = []
  let said: (words: { to: string; rpc: Rpc }) => void = () => undefined
  const words = new Promise<{ to: string; rpc: Rpc }>((resolve) => (said = resolve))
  const router = {
    forwardMessage: (_id: string, _message: RpcMessage, _source: string, given: Set<string> | undefined) =>
      void excluded.push(given ?? new Set()),
    getMeshPeers: () => [source, second, third, target],
    sendRpc: (to: string, rpc: Rpc) => {
      said({ to, rpc })
      return true
    },
  } as unknown as GossipRouter
  const lazy = new LazyPush({ router, ids, now: () => 0, names: new Map([['transactions', TOPIC]]) })
  let made = 0
  const message = (bytes: number): RpcMessage => {
    const data = new Uint8Array(bytes)
    new DataView(data.buffer).setUint32(0, ++made)
    return { topic: TOPIC, data }
  }
  const idOf = ({ data = new Uint8Array() }: RpcMessage): Uint8Array => ids.bytesOf(TOPIC, data)
  const textOf = ({ data = new Uint8Array() }: RpcMessage) => ids.textOf(TOPIC, data)
  /** A message of `source` goes to all, and `target` says this of it. */
  const relay = (bytes: number, says: (id: Uint8Array) => Uint8Array): void => {
    const each = message(bytes)
    lazy.arrived(textOf(each), each, source)
    ;(router.forwardMessage as unknown as (...args: unknown[]) => void)(textOf(each), each, source, undefined)
    const idontwant = [{ messageIDs: [says(idOf(each))] }]
    const control = { ihave: [], iwant: [], idontwant, graft: [], prune: [] }
    lazy.heard(target, { subscriptions: [], messages: [], control })
  }
  return { lazy, words, excluded, message, idOf, textOf, relay }
}

const SIZES = [
  { bytes: IDONTWANT_BYTES_MIN - 1, name: (id: Uint8Array) => id },
  { bytes: IDONTWANT_BYTES_MIN, name: wordFor },
]

describe.each(SIZES)('the word on late copies of messages of $bytes bytes', ({ bytes, name }) => {
  it('is said to whoever sends the third', async () => {
    const { lazy, words, message, idOf, textOf } = stage()
    const each = message(bytes)
    lazy.arrived(textOf(each), each, source)
    expect([second, third].map((from) => lazy.copied(textOf(each), each, from))).toEqual([false, true])
    const { to, rpc } = await words
    expect(to).toBe(third)
    expect(rpc.control?.idontwant.flatMap(({ messageIDs }) => messageIDs.map(toHex))).toEqual([toHex(name(idOf(each)))])
  })

  it('closes the route of which most copies were late', () => {
    const { relay, excluded } = stage()
    for (let count = 0; count <= LATES_MIN; count++) relay(bytes, name)
    expect(excluded.map((peers) => peers.has(target))).toEqual([...new Array<boolean>(LATES_MIN).fill(false), true])
  })
})

it('does not take what a router says of every large message for the word on a late copy', () => {
  const { relay, excluded } = stage()
  for (let count = 0; count < 10 * LATES_MIN; count++) relay(IDONTWANT_BYTES_MIN, (id) => id)
  expect(excluded.some((peers) => peers.has(target))).toBe(false)
})
