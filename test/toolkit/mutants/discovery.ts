/** Defences against what strangers say of addresses, members, and of transactions to come. */
import type { Mutant } from './mutant.ts'

const PARTS = 'test/unit/membership/parts.test.ts'
const LOST = 'test/unit/kernel/lost-peers.test.ts'
const POOL = 'test/unit/mempool/mempool.test.ts'

/** Without it addresses of every kind are dialled, by whomever they are named. */
const ANYWHERE = {
  file: 'src/lib/reach.ts',
  from: "if (namedBy === 'operator') return true",
  to: 'if (namedBy.length > 0) return true',
}

export const DISCOVERY_MUTANTS: readonly Mutant[] = [
  {
    name: 'what a stranger names is dialled wherever it leads',
    threat: 'A39',
    ...ANYWHERE,
    test: ['test/unit/lib/reach.test.ts'],
  },
  {
    name: 'names in records are dialled',
    threat: 'A39',
    file: 'src/membership/discovery.ts',
    from: "if (endpoint?.kind !== 'ip' || !mayDial(reachOf(endpoint.ip), 'stranger', this.#isOpen)) return []",
    to: "if (endpoint?.kind !== 'ip') return endpoint === null ? [] : [address]",
    also: [
      ANYWHERE,
      {
        file: 'src/adapters/libp2p/dial-targets.ts',
        from: "if (endpoint.kind === 'name' && namedBy === 'stranger') return refused('inside', 'a name in a record')",
        to: '',
      },
    ],
    test: [PARTS, '-t', 'A39'],
  },
  {
    name: 'libp2p dials what it finds itself',
    threat: 'A29 A39',
    file: 'src/adapters/libp2p/gater.ts',
    from: '!permits.allows(address.toString())',
    to: 'address.toString().length === 0',
    test: ['test/unit/adapters/libp2p/gater-sockets.test.ts', '-t', 'A29'],
  },
  {
    name: 'one machine may have every outbound place',
    threat: 'A40',
    file: 'src/membership/discovery.ts',
    from: 'return isOneOwner && this.#owners.has(group)',
    to: "return isOneOwner && this.#owners.has(group + ' of nobody')",
    test: [PARTS, '-t', 'listeners of one machine'],
  },
  {
    name: 'who never greets has no place',
    threat: 'A40',
    file: 'src/kernel/on-peer.ts',
    from: "machines.members.discovery.connected(peer, direction === 'outbound' ? (ip ?? '') : null)",
    to: '',
    test: [LOST, '-t', 'the silent listeners'],
  },
  {
    name: 'who never greets keeps his place',
    threat: 'A40',
    file: 'src/kernel/on-peer.ts',
    from: 'if (entry.hellosFailed < HELLO_TRIES) askHello(machines, peer, turn)',
    to: 'if (entry.hellosFailed > 0) askHello(machines, peer, turn)',
    test: [LOST, '-t', 'the silent listeners'],
  },
  {
    name: 'who was looked for may stand beside another of his machine',
    threat: 'A40',
    file: 'src/kernel/kernel.ts',
    from: "(stays === 'if-alone' && machines.members.discovery.isTaken(address, target))",
    to: 'false',
    test: [LOST, '-t', 'dial cross'],
  },
  {
    name: 'whoever dialled us may fill the book of members',
    threat: 'A41',
    file: 'src/membership/records.ts',
    from: 'if (!isChosen && told >= Math.min(RECORDS_TELLER_MAX, this.#countMax / 4)) return true',
    to: '',
    test: ['test/model/membership.test.ts', '-t', 'gives a quarter'],
  },
  {
    name: 'a full book of members has room for who told most',
    threat: 'A41',
    file: 'src/membership/records.ts',
    from: 'for (const teller of this.#tellers.byShare()) {',
    to: 'for (const teller of this.#tellers.byShare().reverse()) {',
    test: ['test/model/membership.test.ts', '-t', 'A41'],
  },
  {
    name: 'who parks most keeps it all',
    threat: 'A42',
    file: 'src/mempool/eviction.ts',
    from: 'if (count > held + 1) return true',
    to: '',
    test: [POOL, '-t', 'A42'],
  },
  {
    name: 'who has parked for long keeps his place',
    threat: 'A42',
    file: 'src/mempool/eviction.ts',
    from: 'nowMs - tail.entry.admittedMs >= PARKED_PATIENCE_MS',
    to: 'nowMs < 0',
    test: [POOL, '-t', 'A42'],
  },
]
