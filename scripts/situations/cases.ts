/** The situations, and what must be told of each. */
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import type { ProblemCode, ProblemView } from '../../src/domain/problems.ts'
import { folderOf, startNode, within, type Started } from './node-process.ts'

export interface Seen {
  readonly ok: boolean
  readonly told: string
  readonly where: string
}

interface Stage {
  readonly folder: string
  readonly root: string
  /** Ended with the situation. */
  readonly beside: Started[]
  readonly servers: Server[]
}

export interface Situation {
  readonly when: string
  /** Arguments, and what stands before the command. */
  readonly provoke: (stage: Stage) => Promise<Provocation> | Provocation
  /** Refused at the start with these words and exit 2, or told while it runs under this code. */
  readonly expects: { readonly refusal: RegExp } | { readonly code: ProblemCode; readonly words: RegExp }
}

interface Provocation {
  readonly args?: readonly string[]
  readonly shell?: string
  readonly node?: readonly string[]
  readonly after?: (node: Started) => Promise<void>
}

const OTHER_PEER = '12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'
const ALL_FILES = 0o777

const bootstrap = (address: string): Provocation => ({ args: ['--bootstrap', address] })
const refused = (when: string, provocation: Provocation, refusal: RegExp): Situation => ({
  when,
  provoke: () => provocation,
  expects: { refusal },
})

async function serverOf({ servers }: Stage, answer: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.end(answer)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function another(
  { root, beside }: Stage,
  name: string,
  network?: string,
  node: readonly string[] = [],
): Promise<Started> {
  const started = await startNode(folderOf(root, name, network), [], '', node)
  beside.push(started)
  return started
}

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
        await within(3_000, () => false)
        child.kill('SIGCONT')
      },
    }),
    expects: { code: 'loop-late', words: /stood still for up to [23]\d{3} ms/ },
  },
]

/** Node's flags for a clock that is so many hours off. */
function clock(hours: number): readonly string[] {
  const shift = `const D=Date;const s=${hours}*3600000;globalThis.Date=class extends D{constructor(...a){a.length?super(...a):super(D.now()+s)}static now(){return D.now()+s}}`
  return ['--import', `data:text/javascript,${encodeURIComponent(shift)}`]
}

export async function runSituation(situation: Situation, root: string): Promise<Seen> {
  const place = join(root, String(SITUATIONS.indexOf(situation)))
  const stage: Stage = { folder: folderOf(place, 'node'), root: place, beside: [], servers: [] }
  let node: Started | null = null
  try {
    const { args = [], shell = '', node: flags = [], after } = await situation.provoke(stage)
    node = await startNode(stage.folder, args, shell, flags)
    if ('refusal' in situation.expects) return refusalOf(node, situation.expects.refusal)
    await after?.(node)
    return await problemOf(node, situation.expects.code, situation.expects.words)
  } finally {
    await node?.stop()
    for (const started of stage.beside) await started.stop()
    for (const server of stage.servers) server.close()
  }
}

function refusalOf(node: Started, words: RegExp): Seen {
  const line =
    node
      .log()
      .split('\n')
      .find((text) => text.startsWith('{"v":1,"error"')) ?? '{}'
  const { error } = JSON.parse(line) as { error?: { message: string; hint: string } }
  const told = error === undefined ? node.log().slice(-200) : `${error.message}; ${error.hint}`
  return { ok: node.exit() === 2 && words.test(told), told: shortened(told), where: 'the start, exit 2' }
}

/** In all four places, or not told. */
async function problemOf(node: Started, code: ProblemCode, words: RegExp): Promise<Seen> {
  const json = async <T>(path: string): Promise<T> => (await (await fetch(`${node.api ?? ''}${path}`)).json()) as T
  let told = 'nothing'
  const isTold = async (): Promise<boolean> => {
    const { details } = await json<{ details: ProblemView[] }>('/v1/node/health')
    const found = details.find((problem) => problem.code === code)
    if (found !== undefined) told = found.message
    return found !== undefined && words.test(found.message)
  }
  const inHealth = await within(25_000, isTold)
  const { problems } = await json<{ problems: ProblemView[] }>('/v1/node/status')
  const inStatus = problems.some((problem) => problem.code === code)
  const inMetrics = (await (await fetch(`${node.api ?? ''}/metrics`)).text()).includes(
    `hearsay_problem{code="${code}"} 1`,
  )
  const inLog = await within(15_000, () => node.log().includes(`"problem":"${code}"`))
  const places = { health: inHealth, status: inStatus, metrics: inMetrics, log: inLog }
  const where = Object.entries(places)
    .filter(([, isThere]) => isThere)
    .map(([name]) => name)
  return { ok: where.length === 4, told: shortened(told), where: `${where.join(', ')} (\`${code}\`)` }
}

/** Paths and numbers of one run say nothing to others. */
function shortened(text: string): string {
  return text
    .replaceAll(/\/\S*hearsay-situations-\S+?\/(node|first)\/?/g, '…/')
    .replaceAll(/process \d+/g, 'process N')
    .slice(0, 260)
}
