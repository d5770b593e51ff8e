/** Defences in and around the gossip router. */
import type { Mutant } from '../mutant.ts'

const HOSTILE = 'test/integration/libp2p-hostile.test.ts'

export const ROUTER_MUTANTS: readonly Mutant[] = [
  {
    name: 'message ids without their topic',
    threat: 'A5 L5',
    file: 'src/adapters/libp2p/message-id.ts',
    from: 'sha256(concatBytes(this.#prefixes.get(topic) ?? prefixOf(topic), data))',
    to: 'sha256(data)',
    test: [HOSTILE, '-t', 'A5'],
  },
  {
    name: 'ids of any length are kept as they are',
    threat: 'A15',
    file: 'src/adapters/libp2p/message-id.ts',
    from: '(id.byteLength === ID_BYTES ? toHex(id) : ODD_ID)',
    to: 'toHex(id)',
    test: ['test/unit/adapters/libp2p/message-id.test.ts'],
  },
  {
    name: 'any topic is allowed',
    threat: 'A17 L1',
    file: 'src/adapters/libp2p/gossip-options.ts',
    from: 'allowedTopics: [...topics],',
    to: '',
    test: ['test/unit/adapters/libp2p/gossip-options.test.ts'],
  },
  {
    name: 'messages may carry a sender field',
    threat: 'L10',
    file: 'src/adapters/libp2p/rpc-limits.ts',
    from: 'message.from === undefined &&',
    to: '',
    test: [HOSTILE, '-t', 'junk in "from"'],
  },
  {
    name: 'what waits for a peer that does not read is unbounded',
    threat: 'A28 L8',
    file: 'src/adapters/libp2p/gossip-options.ts',
    from: 'maxOutboundBufferSize: 4_194_304,',
    to: 'maxOutboundBufferSize: 4_194_304_000,',
    test: [HOSTILE, '-t', 'L8'],
  },
  {
    name: 'peers that give nothing keep their places in the mesh',
    threat: 'A11',
    file: 'src/adapters/libp2p/silent-peers.ts',
    from: 'this.#silent.set(worst, true, nowMs)',
    to: '',
    test: ['test/attack/attacks.test.ts', '-t', 'A11'],
  },
  {
    name: 'whoever announces without end is listened to',
    threat: 'A13',
    file: 'src/adapters/libp2p/loud-peers.ts',
    from: 'this.#loud.set(peer, true, nowMs)',
    to: 'void 0',
    test: ['test/attack/attacks.test.ts', '-t', 'A13'],
  },
  {
    name: 'one network may fill every mesh',
    threat: 'A10',
    file: 'src/adapters/libp2p/mesh-diversity.ts',
    from: 'share.size >= MESH_PEERS_PER_NETWORK && !share.has(peer)',
    to: 'share.size >= 1_000_000',
    test: ['test/unit/adapters/libp2p/mesh-diversity.test.ts'],
  },
]
