/**
 * Golden vectors for who writes a hearsay peer in another language: every object of PROTOCOL.md as JSON, with what lies
 * between its fields and its bytes. Made of nothing but the published keys of development networks: the same on every
 * machine.
 */
import { networkDocument, networkIdOf, shortNetworkId } from '../domain/params.ts'
import { TOPICS, topicName } from '../domain/protocols.ts'
import type { KeyPair } from '../wallet/keys.ts'
import { blockFile, proofsFile, requestsFile } from './chain.ts'
import { castOf, keysFile, type Cast, type VectorFile } from './network.ts'
import { helloFile, probesFile, recordFile } from './peers.ts'
import { reconcileFile } from './reconcile.ts'
import { batchFile, transactionsFile } from './transactions.ts'

/** Goes up when a file or a field gets another meaning; a new file or field alone does not change it. */
export const KIT_VERSION = 1

const FILES: Readonly<Record<string, { readonly about: string; readonly make: (cast: Cast) => VectorFile }>> = {
  'keys.json': { about: 'secrets, public keys and addresses of the accounts and validators', make: keysFile },
  'network.json': { about: 'the network as a node reads it', make: ({ network }) => networkDocument(network) },
  'network-id.json': { about: 'its networkId, id8 and topics', make: networkIdFile },
  'transactions.json': {
    about: 'transactions from fields to ids, and bytes that are refused, with their codes',
    make: transactionsFile,
  },
  'batch.json': { about: 'a message on the topic of transactions and its message id', make: batchFile },
  'block.json': { about: 'a block, its header, its compact forms, the ledger before and after', make: blockFile },
  'proofs.json': { about: 'a proof for each account of the ledger after the block', make: proofsFile },
  'requests.json': { about: 'requests of chain and objects with the frames of their answers', make: requestsFile },
  'hello.json': { about: 'a hello, its frame, and the fingerprint of a pool', make: helloFile },
  'record.json': { about: 'a record and a suspicion with their signatures and messages', make: recordFile },
  'probes.json': { about: 'requests and answers of probe', make: probesFile },
  'reconcile.json': { about: 'salts, fingerprints, and whole comparisons frame by frame', make: reconcileFile },
}

/**
 * The files by name, `index.json` among them.
 * @param validators keys of the development network's validators 0 and 1
 */
export function vectorFiles(validators: readonly KeyPair[]): ReadonlyMap<string, VectorFile> {
  const cast = castOf(validators)
  const index = Object.fromEntries(Object.entries(FILES).map(([name, { about }]) => [name, about]))
  return new Map<string, VectorFile>([
    ['index.json', { kit: 'hearsay-vectors', version: KIT_VERSION, files: index }],
    ...Object.entries(FILES).map(([name, { make }]) => [name, make(cast)] as const),
  ])
}

function networkIdFile({ network }: Cast): VectorFile {
  const id = networkIdOf(network)
  return { networkId: id, id8: shortNetworkId(id), topics: TOPICS.map((topic) => topicName(id, topic)) }
}

/** What stands beside the files. */
export const KIT_README = `# Vectors of the hearsay protocol

For who writes a hearsay peer: each object of PROTOCOL.md, from its fields to its bytes, with every step between. Kit version ${KIT_VERSION}.

| file | what it holds |
|---|---|
${Object.entries(FILES)
  .map(([name, { about }]) => `| ${name} | ${about} |`)
  .join('\n')}

Bytes are lower-case hex. Numbers of 64 bits are decimal strings, times are milliseconds since the Unix epoch as JSON numbers. All secrets are published:
they are good for development networks alone.

A good order: network-id, transactions (body, signedBytes, txId, signature, bytes, txHash), batch, hello; with these a peer can relay. Then block, requests,
proofs; then record, probes, reconcile. \`refused\` in transactions.json and batch.json are bytes that must be refused, each with the code of PROTOCOL.md. What
Ed25519 libraries take and this protocol refuses is not among them: PROTOCOL.md, Signatures, says in words what to check.

The same kit comes of \`hearsay vectors --out DIR\` again, byte by byte.
`
