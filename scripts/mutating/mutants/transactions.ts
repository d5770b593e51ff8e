/** Defences where transactions are judged. */
import type { Mutant } from '../mutant.ts'

const KERNEL = 'test/unit/kernel'

export const TRANSACTIONS_MUTANTS: readonly Mutant[] = [
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
    name: 'one peer may fill the queue',
    threat: 'A2',
    file: 'src/node/ingress.ts',
    from: 'new BoundedQueue<IngressMessage>(share)',
    to: 'new BoundedQueue<IngressMessage>(INGRESS_COUNT_MAX)',
    test: ['test/unit/node/node-structures.test.ts'],
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
  {
    name: 'a node that is behind charges its peers for what it cannot know',
    threat: 'A33',
    file: 'src/kernel/penalise.ts',
    from: "if (offence === 'unpaid' && isBehind(machines)) return",
    to: '',
    test: ['test/unit/kernel/mixed-batches.test.ts', '-t', 'A33'],
  },
  {
    name: 'transactions are judged before the block that pays for them',
    threat: 'A33',
    file: 'src/node/ingress.ts',
    from: 'const blocksFirst = this.#blocks.size > 0 &&',
    to: 'const blocksFirst = this.#others.size === 0 &&',
    test: ['test/unit/node/node-structures.test.ts'],
  },
]
