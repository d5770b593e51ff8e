/** The situations, and what must be told of each. */
import { chmodSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeBatch } from '../../../src/domain/codec/transaction-codec.ts'
import { transactionOf } from '../../../test/toolkit/processes/funded-network.ts'
import { folderOf, startNode } from './node.ts'
import { until } from '../../../testnet/until.ts'
import type { Provocation, Situation } from './situation.ts'
import { another, clock, fillStore, networkOf, originalAndHub, serverOf, stranger, withCopy } from './staging.ts'

const OTHER_PEER = '12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'
const ALL_FILES = 0o777
/** More than what a node takes for an accident. */
const OLD_TRANSACTIONS = 20

/** Two nodes with one identity have to meet at a third, by their records. */
const TWIN_MS = 120_000

const bootstrap = (address: string): Provocation => ({ args: ['--bootstrap', address] })
const refused = (when: string, provocation: Provocation, refusal: RegExp): Situation => ({
  when,
  provoke: () => provocation,
  expects: { refusal },
})

export const SITUATIONS: readonly Situation[] = [
  refused(
    'an address to dial is no multiaddr',
    bootstrap('localhost:4601'),
    /write it as \/dns4\/localhost\/tcp\/4601/,
  ),
  refused(
    'an address needs a transport that the node lacks',
    bootstrap('/ip4/192.0.2.7/udp/4601/quic-v1'),
    /nodes speak TCP only/,
  ),
  refused('an address needs WebSockets', bootstrap('/ip4/192.0.2.7/tcp/4601/ws'), /plain TCP only/),
  refused(
    'an address names another kind of key',
    bootstrap('/ip4/192.0.2.7/tcp/4601/p2p/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG'),
    /12D3Koo/,
  ),
  refused('an address to dial is one to listen on', bootstrap('/ip4/0.0.0.0/tcp/4601'), /where a node listens/),
  refused(
    'the address to dial is the node itself',
    { args: ['--listen', '/ip4/127.0.0.1/tcp/45991', '--bootstrap', '/ip4/127.0.0.1/tcp/45991'] },
    /address of this node itself/,
  ),
  refused(
    'the address to listen on is a name',
    { args: ['--listen', '/dns4/localhost/tcp/0'] },
    /can't listen on \/dns4/,
  ),
  refused('the process may open hardly any file', { shell: 'ulimit -n 80;' }, /may open 80 files.*ulimit -n/s),
  {
    when: 'the port for peers is taken',
    provoke: async (stage) => ({ args: ['--listen', `/ip4/127.0.0.1/tcp/${await serverOf(stage, '')}`] }),
    expects: { refusal: /the port is taken/ },
  },
  {
    when: 'the port of the API is taken',
    provoke: async (stage) => ({ args: ['--api', `127.0.0.1:${await serverOf(stage, '')}`] }),
    expects: { refusal: /is taken/ },
  },
  {
    when: 'the data directory is open in another process',
    provoke: async (stage) => {
      const first = await another(stage, 'first')
      return {
        args: ['--data-dir', join(stage.root, 'first', 'data')],
        after: () => Promise.resolve(),
        shell: `: ${first.child.pid ?? 0};`,
      }
    },
    expects: { refusal: /process \d+ has it open/ },
  },
  {
    when: 'the identity can be read by others',
    provoke: async ({ folder, root }) => {
      const once = await startNode(folder, [])
      await once.stop()
      chmodSync(join(folder, 'data', 'identity'), ALL_FILES)
      return { shell: `: ${root};` }
    },
    expects: { refusal: /may be read by others/ },
  },
  {
    when: 'the database is broken',
    provoke: async ({ folder }) => {
      const once = await startNode(folder, [])
      await once.stop()
      const store = join(folder, 'data', 'store')
      for (const name of readdirSync(store)) if (name === 'CURRENT') writeFileSync(join(store, name), 'nonsense')
      return {}
    },
    expects: { refusal: /cannot be opened|damaged/ },
  },
  {
    when: "the network's document has an address that can never work",
    provoke: ({ folder }) => {
      const path = join(folder, 'network.json')
      const document = {
        name: 'dev-situations',
        genesisTime: 1_700_000_000_000,
        slotMs: 2_000,
        validators: [],
        accounts: [],
        bootstrap: ['node.example:4601'],
      }
      writeFileSync(path, JSON.stringify(document))
      return {}
    },
    expects: { refusal: /network\.json: "bootstrap": node\.example:4601/ },
  },
  {
    when: 'the directory cannot be written',
    provoke: ({ folder }) => {
      writeFileSync(join(folder, 'file'), '')
      mkdirSync(join(folder, 'empty'), { recursive: true })
      return { args: ['--data-dir', join(folder, 'file', 'data')] }
    },
    expects: { refusal: /ENOTDIR|not a directory/ },
  },
  {
    when: 'no peer, and none is configured',
    provoke: () => ({}),
    expects: { code: 'no-peers', words: /no address to dial is configured/ },
  },
  {
    when: 'nobody listens at the configured address',
    provoke: () => bootstrap('/ip4/127.0.0.1/tcp/1'),
    expects: { code: 'no-peers', words: /nobody listens there/ },
  },
  {
    when: 'the name of a peer does not resolve',
    provoke: () => bootstrap('/dns4/no-such-name.invalid/tcp/4601'),
    expects: { code: 'no-peers', words: /can not be resolved/ },
  },
  {
    when: 'another service answers at the address',
    provoke: async (stage) =>
      bootstrap(`/ip4/127.0.0.1/tcp/${await serverOf(stage, 'HTTP/1.1 400 Bad Request\r\n\r\n')}`),
    expects: { code: 'no-peers', words: /does not complete the handshake/ },
  },
  {
    when: 'another node answers than the address names',
    provoke: async (stage) =>
      bootstrap((await another(stage, 'other')).listen.replace(/\/p2p\/.*/, `/p2p/${OTHER_PEER}`)),
    expects: { code: 'no-peers', words: /another node answers there/ },
  },
  {
    when: 'the node at the address is of another network',
    provoke: async (stage) => bootstrap((await another(stage, 'foreign', 'dev-foreign')).listen),
    expects: { code: 'other-network', words: /another network/ },
  },
  {
    when: "the peer's clock is two hours ahead",
    provoke: async (stage) => bootstrap((await another(stage, 'ahead', undefined, clock(2))).listen),
    expects: { code: 'no-peers', words: /more than an hour ahead/ },
  },
  {
    when: "this node's clock is two hours ahead",
    provoke: async (stage) => ({ ...bootstrap((await another(stage, 'behind')).listen), node: clock(2) }),
    expects: { code: 'no-peers', words: /hung up right after the handshake/ },
  },
  {
    when: 'one of two configured addresses is not reached',
    provoke: async (stage) => ({
      args: ['--bootstrap', (await another(stage, 'up')).listen, '--bootstrap', '/ip4/127.0.0.1/tcp/1'],
    }),
    expects: { code: 'unreached', words: /1 of 2 configured addresses/ },
  },
  {
    when: 'few files: fewer connections than asked for',
    provoke: () => ({ shell: 'ulimit -n 128;' }),
    expects: { code: 'few-files', words: /128 files/ },
  },
  {
    when: 'the process stood still',
    provoke: () => ({
      after: async ({ child }) => {
        child.kill('SIGSTOP')
        await until(() => false, { timeoutMs: 3_000, everyMs: 100 })
        child.kill('SIGCONT')
      },
    }),
    expects: { code: 'loop-late', words: /stood still for up to [23]\d{3} ms/ },
  },
  {
    when: "the log's disk is full",
    provoke: () => ({ shell: 'exec 2>/dev/full;', args: ['--log-level', 'debug'] }),
    expects: { code: 'log-lost', words: /\d+ lines? of the log could not be written/, unlogged: true },
  },
  {
    when: 'a write of the database fails: no file may grow further',
    provoke: (stage) => ({ shell: 'ulimit -f 256;', after: (node) => fillStore(node, stage.folder) }),
    expects: { code: 'store-failed', words: /the store failed: .*(EFBIG|too large)/i },
  },
  {
    when: 'a copy of a data directory runs, and the original does too: said by the copy',
    provoke: async (stage) => {
      const { hub } = await originalAndHub(stage)
      cpSync(join(stage.root, 'original', 'data'), join(stage.folder, 'data'), { recursive: true })
      return bootstrap(hub.listen)
    },
    expects: { code: 'identity-shared', words: /this one started later/, ms: TWIN_MS },
  },
  {
    when: '… said by the original',
    provoke: async (stage) => {
      const hub = await another(stage, 'hub')
      return {
        ...bootstrap(hub.listen),
        after: async () => {
          await withCopy(stage, stage.folder, hub)
        },
      }
    },
    expects: { code: 'identity-copied', words: /this one started earlier and goes on/, ms: TWIN_MS },
  },
  {
    when: '… said by a peer of both',
    provoke: (stage) => ({
      after: async (hub) => {
        const original = await startNode(folderOf(stage.root, 'original'), ['--bootstrap', hub.listen])
        stage.beside.push(original)
        await withCopy(stage, join(stage.root, 'original'), hub)
      },
    }),
    expects: { code: 'peer-twins', words: /two nodes run with the identity/, ms: TWIN_MS },
  },
  {
    when: 'a peer is connected that hears no topic',
    provoke: (stage) => ({
      after: async (node) => {
        await stranger(stage, node)
      },
    }),
    expects: { code: 'no-mesh', words: /1 peer is connected, and none of them is in the mesh/, ms: 40_000 },
  },
  {
    when: 'all that a peer sends is too old',
    provoke: (stage) => ({
      after: async (node) => {
        const peer = await stranger(stage, node)
        await peer.subscribe()
        for (let nonce = 0; nonce < OLD_TRANSACTIONS; nonce++)
          await peer.messages('transactions', [
            encodeBatch([transactionOf(networkOf(stage.folder), 0, nonce, { createdAtMs: Date.now() - 3_600_000 })]),
          ])
      },
    }),
    expects: { code: 'peer-ignored', words: /is ignored: expired, \d+ times/ },
  },
  {
    when: "this node's clock is twelve minutes ahead",
    provoke: async (stage) => {
      const peers = [await another(stage, 'first'), await another(stage, 'second'), await another(stage, 'third')]
      return { args: peers.flatMap(({ listen }) => ['--bootstrap', listen]), node: clock(0.2) }
    },
    expects: { code: 'clock-off', words: /the clock is 7\d\d s ahead of those of 3 peers/, ms: 40_000 },
  },
]
