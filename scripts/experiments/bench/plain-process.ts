/**
 * The plain way to build this relay, as its users would begin: gossipsub as it comes, one transaction a message, a
 * topic validator that decodes it and checks its signature. Every receiver checks every transaction before it hands it
 * on, as ours does.
 *
 * It leaves out what our node does besides: its own users' transactions are sent unchecked and are not written to disk
 * first, there is no API, no ledger, fee, nonce or pool (a map of ids stands in for it), no ban, no repair of what
 * gossip lost, no metrics, no records of what spread when. It is not made slow either: messages carry no signature of
 * libp2p's own, ids are the hash of the content, keys are parsed once where the library can, and a node publishes only
 * as fast as it sees the others keep up.
 */
import { noise } from '@libp2p/noise'
import { gossipsub, StrictNoSign } from '@chainsafe/libp2p-gossipsub'
import { identify } from '@libp2p/identify'
import { TopicValidatorResult, type Message } from '@chainsafe/libp2p-gossipsub'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { hashes, verify } from '@noble/ed25519'
import { createLibp2p } from 'libp2p'
import { hash } from 'node:crypto'
import sodium from 'sodium-native'
import { decodeTransaction } from '../../../src/domain/codec/transaction-codec.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import { toHex } from '../../../src/lib/bytes.ts'
import { sha256 } from '../../../src/lib/hash.ts'
import { taskOf } from './processes.ts'
import { benchNetwork, readTransactions } from './workload.ts'

export interface PlainTask {
  readonly nodes: number
  readonly file: string
  readonly dial: readonly string[]
  readonly security: 'noise' | 'tls'
  readonly verifier: 'noble' | 'libsodium'
}

export type PlainMessage =
  | { readonly kind: 'ready'; readonly address: string }
  | { readonly kind: 'figures'; readonly received: number; readonly mesh: number; readonly cpuMs: number }

const TOPIC = 'plain'
/** Own messages that may be out before the others' are seen to come in. */
const WINDOW = 64

hashes.sha512 = (message) => hash('sha512', message, 'buffer')
const task = taskOf<PlainTask>()
const prefix = signingPrefix('hearsay/tx/1', networkIdOf(benchNetwork(task.nodes)))
const own = readTransactions(task.file)
const known = new Map<string, Uint8Array>()
let received = 0
let published = 0
let running = false

const check =
  task.verifier === 'noble'
    ? (signature: Uint8Array, message: Uint8Array, key: Uint8Array) =>
        verify(signature, message, key, { zip215: false })
    : (signature: Uint8Array, message: Uint8Array, key: Uint8Array) =>
        sodium.crypto_sign_verify_detached(signature as Buffer, message as Buffer, key as Buffer)

function judge(bytes: Uint8Array): TopicValidatorResult {
  const decoded = decodeTransaction(bytes, prefix)
  if (!decoded.ok) return TopicValidatorResult.Reject
  const { id, signature, signedBytes, senderKey } = decoded.value
  if (known.has(id)) return TopicValidatorResult.Ignore
  if (!check(signature, signedBytes, senderKey)) return TopicValidatorResult.Reject
  known.set(id, bytes)
  received++
  return TopicValidatorResult.Accept
}

const node = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [task.security === 'noise' ? noise() : tls()],
  streamMuxers: [yamux()],
  connectionManager: { inboundConnectionThreshold: 1_000 },
  services: {
    identify: identify(),
    pubsub: gossipsub({
      globalSignaturePolicy: StrictNoSign,
      msgIdFn: (message: Message) => sha256(message.data),
      fastMsgIdFn: (message) => toHex(sha256(message.data ?? new Uint8Array(0))),
      allowPublishToZeroTopicPeers: true,
    }),
  },
})
const { pubsub } = node.services
pubsub.topicValidators.set(TOPIC, (_, message) => judge(message.data))
pubsub.subscribe(TOPIC)
for (const address of task.dial) await node.dial(multiaddr(address))

/** Publishes while it keeps step with what comes in: all nodes have the same to send. */
async function publish(): Promise<void> {
  while (running) {
    if (published < received / (task.nodes - 1) + WINDOW) {
      const bytes = own[published % own.length] as Uint8Array
      published++
      await pubsub.publish(TOPIC, bytes).catch(() => undefined)
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

process.on('message', ({ kind }: { kind: 'start' | 'stop' | 'figures' }) => {
  if (kind === 'start' && !running) {
    running = true
    void publish()
  }
  if (kind === 'stop') running = false
  if (kind === 'figures') {
    const { user, system } = process.cpuUsage()
    const mesh = (pubsub as unknown as { getMeshPeers(topic: string): string[] }).getMeshPeers(TOPIC).length
    process.send?.({ kind: 'figures', received, mesh, cpuMs: (user + system) / 1_000 } satisfies PlainMessage)
  }
})
process.on('disconnect', () => process.exit(0))
process.send?.({ kind: 'ready', address: node.getMultiaddrs()[0]?.toString() ?? '' } satisfies PlainMessage)
