/**
 * Defences, each with the line that switches it off and the test that must then fail. A defence whose absence no test notices is not proven.
 * A mutant names the text that it replaces; where that has changed, the run says so and this list follows.
 */
export interface Mutant {
  readonly name: string
  /** What is attacked: numbers of the threat list. */
  readonly threat: string
  readonly file: string
  readonly from: string
  readonly to: string
  /** Arguments of the test runner. */
  readonly test: readonly string[]
}

const HOSTILE = 'test/integration/libp2p-hostile.test.ts'
const GUARD = 'test/integration/libp2p-guard.test.ts'
const KERNEL = 'test/unit/kernel'

export const MUTANTS: readonly Mutant[] = [
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
    name: 'identities of any kind',
    threat: 'A31',
    file: 'src/adapters/libp2p/gater.ts',
    from: "peer.type !== 'Ed25519' ||",
    to: '',
    test: [HOSTILE, '-t', 'A31'],
  },
  {
    name: 'any number of sockets of one address',
    threat: 'A26 L9',
    file: 'src/adapters/libp2p/gater.ts',
    from: '>= SOCKETS_PER_ADDRESS_MAX) return true',
    to: '>= 1_000_000) return true',
    test: ['test/unit/adapters/libp2p/gater-sockets.test.ts'],
  },
  {
    name: 'unfinished frames of any length',
    threat: 'A18 L7',
    file: 'src/adapters/libp2p/muxer-guard.ts',
    from: "if (unfinishedBytes(muxer) > WINDOW_BYTES_MAX + FRAME_HEADER_BYTES) return cut('a frame exceeds every window')",
    to: '',
    test: [GUARD, '-t', 'behind tls'],
  },
  {
    name: 'no back-pressure',
    threat: 'L6',
    file: 'src/adapters/libp2p/muxer-guard.ts',
    from: "if (debtMs <= 0 || resume !== null || readStatusOf(connection) !== 'readable') return\n",
    to: 'return\n',
    test: [GUARD, '-t', 'L6'],
  },
  {
    name: 'any number of pings and streams',
    threat: 'A28',
    file: 'src/adapters/libp2p/muxer-guard.ts',
    from: 'meter(connection, guard.now)\n',
    to: '\n',
    test: ['test/attack/floods.test.ts', '-t', 'pings'],
  },
  {
    name: 'sixty requests at once on one connection of the API',
    threat: 'A25',
    file: 'src/adapters/http/open-http-api.ts',
    from: 'oneAtATime(listener),',
    to: 'listener,',
    test: ['test/attack/floods.test.ts', '-t', 'unread answers'],
  },
  {
    name: 'forgers are never banned',
    threat: 'A1 L2',
    file: 'src/peers/offences.ts',
    from: "if (count < INVALID_BUDGET) return { kind: 'counted', count }",
    to: "if (count < Number.MAX_SAFE_INTEGER) return { kind: 'counted', count }",
    test: [KERNEL, '-t', 'A1'],
  },
  {
    name: 'addresses of forgers are never banned',
    threat: 'A1',
    file: 'src/peers/offences.ts',
    from: 'peers.size >= BANNED_PEERS_PER_ADDRESS',
    to: 'peers.size >= 1_000_000',
    test: ['test/unit/peers/offences.test.ts'],
  },
  {
    name: 'what a banned peer sent before it is gone is still judged',
    threat: 'A1 L4',
    file: 'src/kernel/on-transactions-message.ts',
    from: 'if (!machines.offences.admitsPeer(message.from, turn.now.wallMs)) {',
    to: 'if (message.from.length === 0) {',
    test: [KERNEL, '-t', 'A1'],
  },
  {
    name: 'what rides along does not matter',
    threat: 'A33',
    file: 'src/kernel/on-transactions-message.ts',
    from: "if (look.kind !== 'refused') continue\n    restKnown = false",
    to: "if (look.kind !== 'refused') continue",
    test: ['test/unit/kernel/transactions-message.test.ts'],
  },
  {
    name: 'forgeries are not remembered',
    threat: 'A1',
    file: 'src/relay/seen.ts',
    from: 'this.#invalid.set(hash, code, monoMs)',
    to: '',
    test: ['test/unit/kernel', 'test/unit/relay'],
  },
  {
    name: 'a write that failed is acknowledged',
    threat: 'durability',
    file: 'src/kernel/on-submission.ts',
    from: '  if (!ok) {\n    for (const id of write.admitted) {',
    to: '  if (write.admitted.length > 1_000_000) {\n    for (const id of write.admitted) {',
    test: ['test/unit/kernel/submission.test.ts'],
  },
  {
    name: 'the store does not wait for the disk',
    threat: 'durability',
    file: 'src/adapters/store/level-store.ts',
    from: '(operations, { sync } as object)',
    to: '(operations, { sync: false } as object)',
    test: ['test/attack/durability.test.ts', '-t', 'power cut'],
  },
  {
    name: 'a failed store goes on',
    threat: 'durability',
    file: 'src/adapters/store/group-commit.ts',
    from: "this.#failure = error instanceof Error ? error.message : 'the write failed'\n      return { ok: false, reason: this.#failure }",
    to: "return { ok: false, reason: error instanceof Error ? error.message : 'the write failed' }",
    test: ['test/unit/adapters/store/group-commit.test.ts'],
  },
  {
    name: 'one peer may fill the queue',
    threat: 'A2',
    file: 'src/node/ingress.ts',
    from: 'new BoundedQueue<IngressMessage>(INGRESS_PEER_COUNT_MAX)',
    to: 'new BoundedQueue<IngressMessage>(INGRESS_COUNT_MAX)',
    test: ['test/unit/node/node-structures.test.ts'],
  },
  {
    name: 'peers that we dialled are evicted too',
    threat: 'A9 A27',
    file: 'src/peers/eviction.ts',
    from: "direction === 'inbound' && peer !== spared",
    to: 'direction.length > 0 && peer !== spared',
    test: ['test/unit/peers/eviction.test.ts'],
  },
  {
    name: 'useful peers are evicted like idle ones',
    threat: 'A27',
    file: 'src/peers/eviction.ts',
    from: 'new Set(useful.slice(0, USEFUL_KEPT_MAX))',
    to: 'new Set(useful.slice(0, 0))',
    test: ['test/unit/peers/eviction.test.ts'],
  },
  {
    name: 'nobody makes room',
    threat: 'A27',
    file: 'src/kernel/make-room.ts',
    from: 'if (machines.peers.size > connectionsMax - free)',
    to: 'if (machines.peers.size > connectionsMax * 2)',
    test: ['test/unit/peers/eviction.test.ts'],
  },
  {
    name: 'anchors are forgotten',
    threat: 'A9',
    file: 'src/kernel/keep-anchors.ts',
    from: 'machines.redial.prefer(readAddresses(value).map(asNetAddress))',
    to: 'readAddresses(value).map(asNetAddress)',
    test: ['test/unit/peers/eviction.test.ts'],
  },
  {
    name: 'keys outside the prime-order group',
    threat: 'A4',
    file: 'src/adapters/crypto/strict-rule.ts',
    from: 'return !point.is0() && point.isTorsionFree() ? point : null',
    to: 'return point',
    test: ['test/vectors/signatures.test.ts'],
  },
  {
    name: 'signatures with S beyond the group order',
    threat: 'A4',
    file: 'src/adapters/crypto/strict-rule.ts',
    from: 'littleEndian(signature.subarray(32)) < GROUP_ORDER &&',
    to: '',
    test: ['test/vectors/signatures.test.ts'],
  },
]
