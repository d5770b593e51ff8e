import type { ChildProcess } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { verifySignature } from '../../src/adapters/crypto/verify-signature.ts'
import { decodeTransaction } from '../../src/domain/codec/transaction-codec.ts'
import { asNetworkId } from '../../src/domain/ids.ts'
import { signingPrefix } from '../../src/domain/signing.ts'
import type { TransactionView } from '../../src/domain/views.ts'
import type { NodeState } from '../../src/home/manifest.ts'
import { A_NODE_IS_THERE, isNodeAtDefault } from '../toolkit/command/default-node.ts'
import { documentsOf, freshFolder, removeFolders, runCli, startCli, type CliResult } from '../toolkit/command/cli.ts'
import { FakeControl } from '../toolkit/api/fake-control.ts'
import { manifestNodeOf, manifestOf, putInHome, startStandIn } from '../toolkit/command/home.ts'
import { openTestApi, TOKEN, type TestApi } from '../toolkit/api/http-api.ts'
import { until } from '../toolkit/until.ts'

let cwd = ''
let apis: TestApi[] = []
beforeEach(() => {
  cwd = freshFolder()
  writeFileSync(join(cwd, 'token'), `${TOKEN}\n`)
})
afterEach(async () => {
  await Promise.all(apis.map(({ api }) => api.close()))
  apis = []
  removeFolders()
})

async function node(control = new FakeControl()): Promise<TestApi> {
  const opened = await openTestApi({ control })
  apis.push(opened)
  return opened
}

/** Runs a command in the test's folder; whatever it came to, a stack trace is never part of it. */
async function hearsay(
  line: string | readonly string[],
  env: Record<string, string> = {},
  input?: string,
): Promise<CliResult> {
  const args = typeof line === 'string' ? line.split(' ') : line
  const result = await runCli(args, { cwd, env, ...(input === undefined ? {} : { input }) })
  expect(result.stderr).not.toMatch(/\n\s+at .*:\d+/)
  expect(result.stderr).not.toContain('node:internal')
  return result
}

const standIns: ChildProcess[] = []
afterEach(() => {
  for (const child of standIns.splice(0)) child.kill()
})

/** Fake nodes as a testnet that runs: an idle process stands for the supervisor. */
async function writeTestnet(nodes: readonly { readonly url: string; readonly state: NodeState }[]): Promise<void> {
  const home = join(cwd, '.hearsay')
  const { child, pid, started } = await startStandIn(home)
  standIns.push(child)
  const token = readFileSync(join(cwd, 'token'), 'utf8')
  const manifest = manifestOf(home, {
    supervisor: { pid, started, url: 'http://127.0.0.1:1', cookieFile: join(home, 'cookie') },
    nodes: nodes.map(({ url, state }, index) => {
      const cookieFile = putInHome(home, `nodes/node-${index}/data/.cookie`, token)
      return manifestNodeOf(home, index, { state, apiUrl: url, cookieFile })
    }),
  })
  putInHome(home, 'testnet.json', JSON.stringify(manifest))
}

describe('finding the node', () => {
  it('prefers --api to HEARSAY_API to the testnet to the default port, and finds the testnet from below', async (context) => {
    context.skip(await isNodeAtDefault(), A_NODE_IS_THERE)
    const [first, second] = [await node(), await node()]
    await writeTestnet([{ url: first.url, state: 'ready' }])
    const refused = { HEARSAY_API: 'http://127.0.0.1:1' }
    expect((await hearsay('status --json')).code).toBe(0)
    expect((await hearsay('status --json', refused)).code).toBe(3)
    expect((await hearsay(`status --json --api ${second.url}`, refused)).code).toBe(0)
    mkdirSync(join(cwd, 'below'))
    const below = await runCli(['status'], { cwd: join(cwd, 'below') })
    expect(below.code, below.stderr).toBe(0)
    expect((await hearsay(`status --home ${join(cwd, 'nowhere')}`, {})).stderr).toContain('the default port')
  })

  it('passes over nodes that are down, and takes the one that is named', async () => {
    const up = await node()
    await writeTestnet([
      { url: 'http://127.0.0.1:1', state: 'killed' },
      { url: up.url, state: 'ready' },
    ])
    expect((await hearsay('status')).code).toBe(0)
    expect((await hearsay('status --node 1')).code).toBe(0)
    expect((await hearsay('status --node node-0')).code).toBe(3)
    const unknown = await hearsay('status --node node-11')
    expect(unknown.code).toBe(6)
    expect(unknown.stderr).toContain('the testnet has no node-11\n  it has node-0 to node-1')
  })

  it('says how to start a node where none answers, in text and in JSON', async () => {
    const text = await hearsay('status --api 127.0.0.1:1')
    expect(text).toMatchObject({ code: 3, stdout: '' })
    expect(text.stderr).toContain('hearsay testnet up')
    const json = await hearsay('--json status --api 127.0.0.1:1')
    expect(json).toMatchObject({ code: 3, stdout: '' })
    expect(documentsOf(json.stderr)).toEqual([
      {
        v: 1,
        error: {
          code: 'unreachable',
          message: expect.stringContaining('127.0.0.1:1'),
          hint: expect.stringMatching(/./),
        },
      },
    ])
  })

  it('is not taken in by another server', async () => {
    const server: Server = createServer((_, response) => response.end('<html>'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const result = await hearsay(`status --api 127.0.0.1:${port}`)
    server.close()
    expect(result.code).toBe(3)
    expect(result.stderr).toContain('no hearsay node')
  })

  it('calls a damaged manifest by its name', async () => {
    for (const text of ['{', '[]', '{"v":2,"nodes":[]}', '{"__proto__":{"v":1}}']) {
      putInHome(join(cwd, '.hearsay'), 'testnet.json', text)
      const result = await hearsay('status')
      expect(result.code, text).toBe(2)
      expect(result.stderr).toContain('testnet.json')
    }
  })
})

describe('wrong usage', () => {
  it.each([
    ['stauts', 'did you mean status?'],
    ['__proto__', "unknown command '__proto__'"],
    ['constructor --json', 'unknown command'],
    ['status --__proto__', "unknown option '--__proto__'"],
    ['status --bogus', "unknown option '--bogus'"],
    ['tx send --from alice --to bob --amount 5 --amuont 6', 'did you mean --amount?'],
    ['tx send --from alice --to bob --amount -5', 'is negative'],
    ['tx send --from alice --to bob --amount 18446744073709551616', 'more than 64 bits'],
    ['tx send --from alice --to bob --amount 1e3', 'has an exponent'],
    ['tx send --from alice --to bob --amount 5 --fee 0x1', 'is hexadecimal'],
    ['tx submit nowhere.bin', "can't be read (ENOENT)"],
    ['status --token-file nowhere', "can't be read (ENOENT)"],
    ['status --api https://127.0.0.1', 'TLS'],
    ['events --topics __proto__', 'is not one of'],
    ['testnet up --link fast', 'is not a link'],
    ['testnet up --direct --link 40ms', 'exclude one another'],
    ['completion csh', 'is not one of bash, zsh, fish'],
  ])('`%s` is exit 2 and says why', async (line, reason) => {
    const result = await hearsay(line)
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain(reason)
  })

  it('is a JSON document on stderr for programs, also before the arguments are understood', async () => {
    const { code, stderr } = await hearsay('stauts --json')
    expect(code).toBe(2)
    expect(JSON.parse(stderr)).toEqual({
      v: 1,
      error: { code: 'usage', message: "unknown command 'stauts'", hint: 'did you mean status?' },
    })
  })

  it('shows where a failure comes from only when asked to', async () => {
    const { stderr } = await runCli(['status', '--api', '127.0.0.1:1'], { cwd, env: { HEARSAY_DEBUG: '1' } })
    expect(stderr).toMatch(/\n\s+at /)
  })
})

describe('reading', () => {
  it.each([['status'], ['health'], ['peers'], ['mesh'], ['mempool'], ['account show alice']])(
    '`%s --json` is one versioned document',
    async (line) => {
      const { url } = await node()
      const { code, stdout, stderr } = await hearsay(`${line} --json --api ${url}`)
      expect(code, stderr).toBe(0)
      expect(stdout.trimEnd().split('\n')).toHaveLength(1)
      expect(JSON.parse(stdout)).toMatchObject({ v: 1 })
    },
  )

  it('prints no colour and no control character where stdout is no terminal', async () => {
    const { url } = await node()
    for (const line of ['status', 'peers', 'mesh', 'mempool', 'account show alice']) {
      const { code, stdout, stderr } = await hearsay(`${line} --api ${url}`)
      expect(code, stderr).toBe(0)
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
    }
  })

  it('exits with 6 for what the node does not know, and with 7 while it starts', async () => {
    const control = new FakeControl()
    const { url } = await node(control)
    expect((await hearsay(`tx show abcd --api ${url}`)).code).toBe(6)
    Object.assign(control, { status: () => ({ ...new FakeControl().status(), state: 'starting' }) })
    expect((await hearsay(`status --api ${url}`)).code).toBe(7)
  })

  it('streams events as NDJSON until Ctrl-C', async () => {
    const control = new FakeControl()
    const { url } = await node(control)
    const running = startCli(['events', '--follow', '--json', '--api', url], { cwd })
    await until(() => control.subscribers > 0, 'the stream stands')
    control.emit('peers', 'greeted', { peerId: 'x' })
    control.emit('mesh', 'graft', { topic: 'transactions' })
    await until(() => documentsOf(running.stdout()).length === 2, 'both events are printed')
    running.child.kill('SIGINT')
    const { code, stdout } = await running.ended
    expect(code).toBe(130)
    expect(documentsOf(stdout)).toMatchObject([
      { v: 1, topic: 'peers', event: 'greeted' },
      { v: 1, topic: 'mesh', event: 'graft' },
    ])
  })

  it('without --follow prints what the node remembers, and ends', async () => {
    const control = new FakeControl()
    for (let index = 0; index < 5; index++) control.emit('peers', 'greeted', { index })
    const { url } = await node(control)
    const { code, stdout } = await hearsay(`events --json --api ${url}`)
    expect(code).toBe(0)
    expect(documentsOf(stdout).map(({ data }) => data.index)).toEqual([0, 1, 2, 3, 4])
  })

  it('ends quietly when the reader has seen enough', async () => {
    const control = new FakeControl()
    const { url } = await node(control)
    const running = startCli(['events', '--follow', '--api', url], { cwd })
    await until(() => control.subscribers > 0, 'the stream stands')
    control.emit('peers', 'greeted')
    await until(() => running.stdout() !== '', 'the first line is there')
    running.child.stdout?.destroy()
    // Writing is what shows that nobody reads.
    const writing = setInterval(() => control.emit('peers', 'greeted', { filler: 'x'.repeat(4_096) }), 5)
    const { code, stderr } = await running.ended
    clearInterval(writing)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

describe('sending', () => {
  const send = ['tx', 'send', '--from', 'alice', '--to', 'bob', '--amount', '5', '--token-file', 'token']

  it('signs for the network of the node, with the next nonce, and prints the id', async () => {
    const control = new FakeControl()
    const { url } = await node(control)
    const { code, stdout, stderr } = await hearsay([...send, '--payload', 'hello', '--fee', '7', '--api', url])
    expect(code, stderr).toBe(0)
    const [bytes] = control.submitted
    if (bytes === undefined) throw new Error('nothing was handed in')
    const { networkId } = control.identity()
    const decoded = decodeTransaction(bytes, signingPrefix('hearsay/tx/1', asNetworkId(networkId)))
    if (!decoded.ok) throw new Error(decoded.code)
    const { value } = decoded
    expect(stdout).toBe(`${value.id}\n`)
    expect(value).toMatchObject({ amount: 5n, fee: 7n, nonce: BigInt(control.account(value.sender).nextNonce) })
    expect(Buffer.from(value.payload).toString()).toBe('hello')
    expect(verifySignature(value.senderKey, value.signedBytes, value.signature)).toBe(true)
  })

  it('takes the bytes of a file, and refuses 17 KiB before anything is sent', async () => {
    const control = new FakeControl()
    const { url } = await node(control)
    writeFileSync(join(cwd, 'large'), Buffer.alloc(17 * 1_024))
    writeFileSync(join(cwd, 'fits'), Buffer.alloc(16_384))
    const refused = await hearsay([...send, '--payload', '@large', '--api', url])
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('16384 bytes')
    const text = await hearsay([...send, '--payload', 'é'.repeat(8_193), '--api', url])
    expect(text.code).toBe(2)
    expect(control.submitted).toHaveLength(0)
    expect((await hearsay([...send, '--payload', '@fits', '--api', url])).code).toBe(0)
    expect(control.submitted).toHaveLength(1)
  })

  it('is success when the node has it already', async () => {
    const control = new FakeControl()
    control.onSubmit = () => ({ kind: 'known', id: 'a'.repeat(64), state: 'pending' })
    const { url } = await node(control)
    const { code, stdout, stderr } = await hearsay([...send, '--api', url])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^[0-9a-f]{64}\n$/)
    expect(stderr).toContain('already known')
    expect(JSON.parse((await hearsay([...send, '--json', '--api', url])).stdout)).toMatchObject({
      v: 1,
      status: 'known',
    })
  })

  it('exits with 4 and the code of the node when it refuses', async () => {
    const control = new FakeControl()
    control.onSubmit = () => ({ kind: 'rejected', code: 'fee-too-low', id: 'b'.repeat(64) })
    const { url } = await node(control)
    const text = await hearsay([...send, '--api', url])
    expect(text).toMatchObject({ code: 4, stdout: '' })
    expect(text.stderr).toContain('fee-too-low')
    expect(text.stderr).toContain('--fee')
    const json = await hearsay([...send, '--json', '--api', url])
    expect(documentsOf(json.stderr)).toMatchObject([{ v: 1, error: { code: 'fee-too-low' } }])
  })

  it('needs the token of this node', async () => {
    const { url } = await node()
    writeFileSync(join(cwd, 'wrong'), 'deadbeef'.repeat(8))
    const wrong = await hearsay([...send.slice(0, -1), 'wrong', '--api', url])
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain('the token is not the one of this node')
    const none = await hearsay([...send.slice(0, -2), '--api', url])
    expect(none.code).toBe(2)
    expect(none.stderr).toContain('--token-file')
    expect((await hearsay([...send.slice(0, -2), '--api', url], { HEARSAY_TOKEN_FILE: join(cwd, 'token') })).code).toBe(
      0,
    )
  })

  it('knows no published accounts outside of development networks', async () => {
    const control = new FakeControl()
    Object.assign(control, { identity: () => ({ ...new FakeControl().identity(), network: 'main' }) })
    const { url } = await node(control)
    const { code, stderr } = await hearsay([...send, '--api', url])
    expect(code).toBe(2)
    expect(stderr).toContain('development networks only')
    expect(control.submitted).toHaveLength(0)
  })

  it('guesses which account was meant', async () => {
    const { url } = await node()
    const { code, stderr } = await hearsay([
      'tx',
      'send',
      '--from',
      'alise',
      '--to',
      'bob',
      '--amount',
      '5',
      '--api',
      url,
    ])
    expect(code).toBe(2)
    expect(stderr).toContain('did you mean "alice"?')
  })

  it('signs without a node what another machine submits', async () => {
    const control = new FakeControl()
    const { url } = await node(control)
    const network = { name: 'dev-file', genesisTime: 1_700_000_000_000, slotMs: 2_000, validators: [], accounts: [] }
    writeFileSync(join(cwd, 'network.json'), JSON.stringify(network))
    const line = 'tx sign --from alice --to bob --amount 5 --nonce 3 --network network.json --out tx.bin --json'
    const signed = await hearsay(line)
    expect(signed.code, signed.stderr).toBe(0)
    expect(JSON.parse(signed.stdout)).toMatchObject({
      v: 1,
      file: 'tx.bin',
      sizeBytes: 168,
      nonce: '3',
      network: 'dev-file',
    })
    expect((await hearsay(line)).stderr).toContain('exists already')
    expect((await hearsay(`tx submit tx.bin --token-file token --api ${url}`)).code).toBe(0)
    expect(control.submitted[0]?.byteLength).toBe(168)
    const garbage = await hearsay(`tx submit - --token-file token --api ${url}`, {}, 'not a transaction')
    expect(garbage.code).toBe(2)
    writeFileSync(join(cwd, 'bad.json'), JSON.stringify({ ...network, validator: [] }))
    const bad = await hearsay('tx sign --from alice --to bob --amount 5 --nonce 3 --network bad.json --out x.bin')
    expect(bad.code).toBe(2)
    expect(bad.stderr).toContain('unknown field "validator"')
  })
})

describe('watching', () => {
  const send = ['tx', 'send', '--from', 'alice', '--to', 'bob', '--amount', '5', '--watch']

  /** Three nodes of which the first takes transactions; `delivers` says which others record them. */
  async function network(delivers: readonly number[], states: readonly NodeState[] = ['ready', 'ready', 'ready']) {
    const controls = [new FakeControl(), new FakeControl(), new FakeControl()] as const
    const nodes = await Promise.all(controls.map((control) => node(control)))
    const record = (index: number, event: string, id: string, ms: number) => ({
      t_ns: (1_800_000_000_000_000_000n + BigInt(ms * 1_000_000)).toString(),
      node: `node-${index}`,
      kind: 'transaction',
      id,
      event,
      from: index === 0 ? null : 'peer-0',
      bytes: 168,
      reason: null,
    })
    controls[0].onSubmit = (bytes) => {
      const decoded = decodeTransaction(bytes, signingPrefix('hearsay/tx/1', asNetworkId('0'.repeat(64))))
      if (!decoded.ok) throw new Error(decoded.code)
      const { id } = decoded.value
      controls[0].emit('propagation', 'PUBLISH', record(0, 'PUBLISH', id, 0))
      for (const index of delivers)
        controls[index]?.emit('propagation', 'DELIVER', record(index, 'DELIVER', id, 10 * index))
      return { kind: 'accepted', id, state: 'pending' }
    }
    await writeTestnet(nodes.map(({ url }, index) => ({ url, state: states[index] ?? 'ready' })))
    return controls
  }

  it('reaches its target from the records of all nodes', async () => {
    await network([1, 2])
    const { code, stdout, stderr } = await hearsay([...send, '--json'])
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      v: 1,
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      status: 'accepted',
      coverage: 1,
      nodes: 3,
      reached: 3,
      p50Ms: 10,
      p95Ms: 20,
      maxMs: 20,
      copies: 1,
      laggards: [],
    })
  })

  it('prints the id first, then the line; nothing is redrawn where there is no terminal', async () => {
    await network([1, 2])
    const { code, stdout, stderr } = await hearsay(send)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^[0-9a-f]{64}\n█{10}  3\/3 nodes  p50 10 ms  p95 20 ms  max 20 ms  copies 1\.0\n$/)
    expect(stderr).not.toContain('\r')
  })

  it('exits with 5 when the time is over, with the id and the laggards by name and reason', async () => {
    await network([1], ['ready', 'ready', 'killed'])
    const { code, stdout, stderr } = await hearsay([...send, '--timeout', '1s', '--json'])
    expect(code).toBe(5)
    expect(JSON.parse(stdout)).toMatchObject({
      coverage: 2 / 3,
      reached: 2,
      laggards: [{ name: 'node-2', reason: 'killed' }],
    })
    const [submitted, error] = documentsOf(stderr)
    expect(submitted).toMatchObject({ event: 'submitted', id: JSON.parse(stdout).id })
    expect(error.error).toMatchObject({ code: 'target-missed', message: expect.stringContaining('node-2 (killed)') })
  })

  describe('until it is settled', () => {
    type Stand = Partial<TransactionView> & Pick<TransactionView, 'state'>

    /** Each answer of a node about the transaction is the next of its list; the last one stays. */
    async function chain(answers: readonly (readonly Stand[])[], states?: readonly NodeState[]): Promise<void> {
      const controls = await network([1, 2], states)
      for (const [index, control] of controls.entries()) {
        const left = [...(answers[index] ?? [])]
        control.transaction = async (id) => {
          const [next] = left.length > 1 ? left.splice(0, 1) : left
          return next === undefined ? { kind: 'missing' } : { kind: 'found', value: { ...viewOf(id), ...next } }
        }
      }
    }
    const viewOf = (id: string): TransactionView => ({
      ...{
        v: 1,
        id,
        hash: id,
        state: 'pending',
        height: null,
        blockHash: null,
        replacedBy: null,
        waitsFor: null,
        sender: 's',
      },
      ...{ recipient: 'r', amount: '5', fee: '1', nonce: '0', createdAt: 1, payload: '', sizeBytes: 168, local: true },
    })
    const at = { height: 12, blockHash: 'b'.repeat(64) }
    const steps: Stand[] = [{ state: 'pending' }, { state: 'in-block', ...at }, { state: 'settled', ...at }]

    it('goes on to the settled block of all nodes', async () => {
      await chain([steps, steps, steps])
      const { code, stdout, stderr } = await hearsay([...send, '--settled', '--json'])
      expect(code, stderr).toBe(0)
      const { settlement, coverage } = JSON.parse(stdout)
      expect(coverage).toBe(1)
      expect(settlement).toMatchObject({ state: 'settled', nodes: 3, settled: 3, inBlock: 3, ...at, laggards: [] })
      expect(settlement.settledMs).toBeGreaterThan(0)
      await chain([steps, steps, steps])
      expect((await hearsay([...send, '--settled'])).stdout).toMatch(
        /3\/3 nodes .*\nsettled in block 12 on 3\/3 nodes after \d+\.\d s\n$/,
      )
    })

    it('exits with 5 when the time is over, and says where it stands', async () => {
      await chain([steps, steps, [{ state: 'in-block', ...at }]])
      const { code, stdout, stderr } = await hearsay([...send, '--settled', '--timeout', '1500ms'])
      expect(code).toBe(5)
      expect(stdout).toContain('settled in block 12 on 2/3 nodes\n  node-2  in block 12\n')
      expect(stderr).toContain('settled on 2 of 3 nodes after 1500 ms')
      await chain([steps, steps, [{ state: 'in-block', ...at }]])
      expect((await hearsay([...send, '--settled', '--until', '60%'])).code).toBe(0)
    })

    it('ends at once when no block will take it', async () => {
      const replaced: Stand[] = [{ state: 'replaced', replacedBy: 'c'.repeat(64) }]
      await chain([replaced, replaced, replaced])
      const { code, stdout, stderr } = await hearsay([...send, '--settled', '--json'])
      expect(code).toBe(5)
      expect(JSON.parse(stdout).settlement).toMatchObject({
        state: 'lost',
        replacedBy: 'c'.repeat(64),
        settledMs: null,
      })
      expect(documentsOf(stderr).at(-1).error.code).toBe('replaced')
    })

    it('needs --watch', async () => {
      const { code, stderr } = await hearsay([...send.slice(0, -1), '--settled'])
      expect(code).toBe(2)
      expect(stderr).toContain('--watch')
    })
  })

  it('is content with the share that was asked for', async () => {
    await network([1], ['ready', 'ready', 'killed'])
    const { code, stdout } = await hearsay([...send, '--until', '60%', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ reached: 2, laggards: [{ name: 'node-2' }] })
  })

  it('waits for the share that was asked for without --watch too', async () => {
    await network([1], ['ready', 'ready', 'killed'])
    const plain = send.filter((word) => word !== '--watch')
    const { code, stdout, stderr } = await hearsay([...plain, '--until', '100%', '--timeout', '500ms', '--json'])
    expect(code).toBe(5)
    expect(JSON.parse(stdout)).toMatchObject({ reached: 2, laggards: [{ name: 'node-2', reason: 'killed' }] })
    expect(stderr).toContain('without it: node-2 (killed)')
  })

  it('asks nodes whose stream said nothing', async () => {
    const controls = await network([1])
    const first = controls[0].onSubmit
    controls[0].onSubmit = async (bytes, index) => {
      const result = await first(bytes, index)
      if (result.kind !== 'accepted') throw new Error('refused')
      const { id } = result
      const records = [
        {
          t_ns: '1800000000050000000',
          node: 'node-2',
          kind: 'transaction',
          id,
          event: 'RECOVERED',
          from: 'peer-1',
          bytes: 168,
          reason: null,
        },
      ] as const
      const value = {
        v: 1,
        id,
        node: 'node-2',
        known: true,
        firstSeenNs: records[0].t_ns,
        from: 'peer-1',
        copies: 1,
        records,
      } as const
      controls[2].propagations.set(id, { kind: 'found', value })
      return result
    }
    const { code, stdout, stderr } = await hearsay([...send, '--json', '--timeout', '10s'])
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ coverage: 1, maxMs: 50 })
  })

  it('stops at Ctrl-C with what is known by then', async () => {
    const controls = await network([1])
    const running = startCli([...send, '--json'], { cwd })
    await until(() => controls[0].submitted.length > 0, 'the transaction is handed in')
    await until(() => running.stderr().includes('submitted'), 'the id is printed')
    running.child.kill('SIGINT')
    const { code, stdout } = await running.ended
    expect(code).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ v: 1, reached: 2, nodes: 3 })
  })

  it('asks through the one node where there is no manifest', async () => {
    const control = new FakeControl()
    control.observesAlone = true
    const { url } = await node(control)
    const { code, stdout, stderr } = await hearsay([...send, '--api', url, '--token-file', 'token', '--json'])
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ coverage: 1, nodes: 1, reached: 1 })
    expect(control.observationsAsked).not.toBeNull()
  })

  it('watches that node alone where it does not ask others, and says so', async () => {
    const control = new FakeControl()
    control.observations = async () => ({ kind: 'off' })
    const { url } = await node(control)
    const { code, stdout, stderr } = await hearsay([...send, '--api', url, '--token-file', 'token', '--json'])
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('does not ask other nodes')
    expect(JSON.parse(stdout)).toMatchObject({ coverage: 1, nodes: 1, reached: 1 })
  })
})

describe('what others wrote', () => {
  // Clears the screen, sets the title, turns directions: nothing of it may reach a terminal.
  const hostile = '\u001b[2J\u001b]0;title\u0007\u009b1m\u202e\u2066'
  const isPlain = (text: string): boolean =>
    !/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/.test(text)

  it('is no recording, said in a sentence: wrong types, cut heads, other files, lines without end', async () => {
    const head = { v: 1, line: 'network', network: 'dev-x', networkId: '0'.repeat(64), seed: 1, topology: 'full' }
    const whole = { ...head, degree: 2, link: '0', createdAt: 1, version: '0', clockErrorMs: 0, nodes: [] as unknown[] }
    const texts: readonly (string | Uint8Array)[] = [
      '',
      'hello\n',
      JSON.stringify({ ...whole, nodes: 7 }),
      JSON.stringify({ ...whole, nodes: [{ name: {} }] }),
      JSON.stringify({ ...whole, clockErrorMs: '0' }),
      JSON.stringify({ ...whole, network: hostile }),
      JSON.stringify(whole).slice(0, -5),
      'x'.repeat(3_000_000),
      new Uint8Array(3_000_000),
    ]
    for (const [index, text] of texts.entries()) {
      writeFileSync(join(cwd, `file-${index}`), text)
      const result = await hearsay(`replay file-${index}`)
      expect([result.code, result.stdout], `${index}: ${result.stderr}`).toEqual([2, ''])
      expect(result.stderr).toMatch(/is no recording: .*\n {2}`hearsay testnet up --record FILE` writes one\n$/)
    }
    expect((await hearsay('replay /dev/zero')).code).toBe(2)
    expect((await hearsay(['replay', cwd])).code).toBe(2)
  })

  it('is left out of a recording where it has other types, in every view', async () => {
    const head = {
      v: 1,
      line: 'network',
      network: 'dev-x',
      networkId: '0'.repeat(64),
      seed: 1,
      topology: 'full',
      degree: 2,
    }
    const node = { name: 'node-0', peerId: 'p', dials: [] }
    const more = { link: '0', createdAt: 1, version: '0', clockErrorMs: 0, nodes: [node] }
    const record = {
      t_ns: '1',
      node: 'node-0',
      kind: 'transaction',
      id: 'abab',
      event: 'PUBLISH',
      from: null,
      bytes: 1,
      reason: null,
    }
    const lines = [
      { ...head, ...more },
      record,
      { ...record, reason: {}, event: 'REJECT' },
      { ...record, node: hostile },
      { ...record, bytes: 'many' },
      { line: 'mesh', t_ns: '1', node: 'node-0', peers: 7 },
    ]
    writeFileSync(join(cwd, 'run'), lines.map((line) => JSON.stringify(line)).join('\n'))
    for (const view of [
      'replay run',
      'replay run --json',
      'replay run --trace abab',
      'replay run --trace abab --dot',
      'replay run --report r.html',
    ]) {
      const result = await hearsay(view)
      expect(result.code, result.stderr).toBe(0)
      expect(result.stderr).toContain('4 lines of')
      expect(isPlain(result.stdout + result.stderr), view).toBe(true)
    }
    expect(isPlain(readFileSync(join(cwd, 'r.html'), 'utf8'))).toBe(true)
  })

  it('shows and does nothing, where a node says it, in text and in JSON, and in a log', async () => {
    const lying = createServer((request, response) => {
      response.statusCode = request.url === '/v1/node/status' ? 500 : 200
      const text = `${hostile}\nhearsay: all is well`
      response.end(JSON.stringify({ code: text, message: text, hint: text, tags: { zone: text } }))
    })
    lying.listen(0, '127.0.0.1')
    await until(() => lying.listening, 'it listens')
    const api = `--api http://127.0.0.1:${(lying.address() as { port: number }).port}`
    try {
      for (const line of [`status ${api}`, `status --json ${api}`, `tags list ${api}`, `tags list --json ${api}`]) {
        const { stdout, stderr } = await hearsay(line)
        expect(stdout + stderr).toContain('title')
        expect(isPlain(stdout + stderr), line).toBe(true)
        expect(stdout + stderr).not.toMatch(/^hearsay: all is well/m)
      }
    } finally {
      lying.close()
    }
    await writeTestnet([{ url: 'http://127.0.0.1:1', state: 'ready' }])
    putInHome(join(cwd, '.hearsay'), 'nodes/node-0/node.log', `${hostile} said\n`)
    for (const line of ['testnet logs 0', 'testnet logs 0 --json']) {
      const { code, stdout } = await hearsay(line)
      expect([code, isPlain(stdout)]).toEqual([0, true])
      expect(stdout).toContain('said')
    }
  })
})
