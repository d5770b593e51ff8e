import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { A_NODE_IS_THERE, isNodeAtDefault } from '../toolkit/command/default-node.ts'
import { nodeRun, writeNetwork } from '../toolkit/command/dev-folder.ts'
import {
  documentsOf,
  freshFolder,
  removeFolders,
  runCli,
  startCli,
  type CliResult,
  type RunningCli,
} from '../toolkit/command/cli.ts'
import { until } from '../toolkit/until.ts'

let cwd = ''
let running: RunningCli[] = []
beforeEach(() => {
  cwd = freshFolder()
  writeNetwork(cwd, 'dev-cli')
  writeFileSync(join(cwd, 'pass'), 'correct horse\n')
})
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL')
  await Promise.allSettled(running.map(({ ended }) => ended))
  running = []
  removeFolders()
})

async function startNode(more: readonly string[] = [], ipc = false): Promise<RunningCli> {
  const node = startCli(nodeRun(more), { cwd, ipc })
  running.push(node)
  await until(() => documentsOf(node.stdout()).length > 0 || node.child.exitCode !== null, 'the node is ready')
  expect(documentsOf(node.stdout())[0], node.stderr()).toMatchObject({ v: 1, event: 'ready' })
  return node
}

async function hearsay(line: string): Promise<CliResult> {
  const result = await runCli(line.split(' '), { cwd })
  expect(result.stderr).not.toMatch(/\n\s+at .*:\d+/)
  return result
}

describe('node run', () => {
  it('is found by other commands while it runs, and leaves nothing that says it does', async (context) => {
    context.skip(await isNodeAtDefault(), A_NODE_IS_THERE)
    const node = await startNode()
    const [ready] = documentsOf(node.stdout())
    expect(ready).toMatchObject({ network: 'dev-cli', api: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) })
    const runtime = join(cwd, '.hearsay', 'node', 'runtime.json')
    expect(JSON.parse(readFileSync(runtime, 'utf8'))).toMatchObject({ v: 1, pid: node.child.pid, peerId: ready.peerId })
    expect(statSync(runtime).mode & 0o077).toBe(0)
    const status = await hearsay('status --json')
    expect(JSON.parse(status.stdout)).toMatchObject({ peerId: ready.peerId, network: 'dev-cli', state: 'alone' })
    const sent = await hearsay('tx send --from alice --to bob --amount 5 --watch --json')
    expect(sent.code, sent.stderr).toBe(0)
    const { id } = JSON.parse(sent.stdout)
    expect(JSON.parse((await hearsay(`tx show ${id.slice(0, 10)} --json`)).stdout)).toMatchObject({ id, amount: '5' })
    node.child.kill('SIGTERM')
    expect(await node.ended).toMatchObject({ code: 0 })
    expect(existsSync(runtime)).toBe(false)
    expect(await hearsay('status')).toMatchObject({ code: 7, stderr: expect.stringContaining('no network here') })
  })

  it('stops in good order at Ctrl-C, with the code of an interruption', async () => {
    const node = await startNode()
    node.child.kill('SIGINT')
    const { code, stderr } = await node.ended
    expect(code).toBe(130)
    expect(stderr).toContain('stopped')
  })

  it('ends with its parent when told to', async () => {
    const node = await startNode(['--die-with-parent'], true)
    node.child.disconnect()
    expect(await node.ended).toMatchObject({ code: 0 })
  })

  it('names what is taken: the data and the port', async () => {
    await startNode()
    const again = await runCli(nodeRun(), { cwd })
    expect(again.code).toBe(2)
    expect(documentsOf(again.stderr).at(-1).error.message).toContain('has it open')
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const taken = await runCli(nodeRun(['--data-dir', 'other', '--api', `127.0.0.1:${port}`]), { cwd })
    server.close()
    expect(taken.code).toBe(2)
    expect(documentsOf(taken.stderr).at(-1).error.message).toContain(`127.0.0.1:${port} is taken`)
  })

  it('takes its settings from a file, whose paths are relative to it', async () => {
    const settings = {
      network: 'network.json',
      profile: 'dev',
      listen: ['/ip4/127.0.0.1/tcp/0'],
      api: '127.0.0.1:0',
      name: 'from-file',
      dataDir: 'data',
    }
    writeFileSync(join(cwd, 'node.json'), JSON.stringify(settings))
    const node = startCli(['node', 'run', '--config', 'node.json', '--json', '--name', 'from-flag'], { cwd })
    running.push(node)
    await until(() => documentsOf(node.stdout()).length > 0 || node.child.exitCode !== null, 'the node is ready')
    expect(documentsOf(node.stdout())[0], node.stderr()).toMatchObject({ name: 'from-flag' })
    expect(existsSync(join(cwd, 'data', 'identity'))).toBe(true)
    expect(JSON.parse((await hearsay('status --json')).stdout)).toMatchObject({ name: 'from-flag' })
  })

  it.each([
    ['node run', '--network: is missing'],
    ['node run --network pass', 'is not JSON'],
    ['node run --network network.json --listen nowhere --api 127.0.0.1:0', 'nowhere'],
    ['node run --network network.json --bootstrap localhost:4601', '--bootstrap: localhost:4601 can never be used'],
    ['node run --network network.json --bootstrap /ip4/192.0.2.7/udp/1/quic-v1', 'nodes speak TCP only'],
    ['node run --network network.json --api 4600', 'is not an address'],
    ['node run --network network.json --profile prod', 'is not one of node, dev, bench'],
    ['node run --network network.json --validator nobody', 'no key in'],
    ['node run --network network.json --die-with-parent', 'no channel'],
    ['node run --config nowhere.json', "can't be read (ENOENT)"],
  ])('`%s` is exit 2', async (line, reason) => {
    const result = await hearsay(line)
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain(reason)
  })
})

describe('tx send', () => {
  it('goes through twelve times at once: the nonce was its own choice', async () => {
    await startNode()
    const sent = await Promise.all(
      Array.from({ length: 12 }, () =>
        runCli(['tx', 'send', '--from', 'alice', '--to', 'bob', '--amount', '1', '--json'], { cwd }),
      ),
    )
    expect(
      sent.map(({ code }) => code),
      sent.map(({ stderr }) => stderr).join(''),
    ).toEqual(Array.from({ length: 12 }, () => 0))
    expect(new Set(sent.map(({ stdout }) => JSON.parse(stdout).nonce)).size).toBe(12)
    const shown = JSON.parse((await hearsay('account show alice --json')).stdout)
    expect(shown).toMatchObject({ pending: 12, parked: 0, nextNonce: '12' })
    await hearsay('tx send --from alice --to bob --amount 1 --nonce 14')
    expect((await hearsay('account show alice')).stdout).toMatch(/parked +1: they wait for nonce 12/)
    // A nonce that the user chose is the user's.
    const taken = await hearsay('tx send --from alice --to bob --amount 1 --nonce 3')
    expect(taken.code).toBe(4)
    expect(taken.stderr).toContain('leave --nonce out')
  })

  it('claims nothing where the node is alone: it says so, and with --watch it is exit 7 where others are configured', async () => {
    const node = await startNode(['--bootstrap', '/ip4/127.0.0.1/tcp/1'])
    const plain = await hearsay('tx send --from alice --to bob --amount 1')
    expect(plain).toMatchObject({ code: 0, stderr: expect.stringContaining('is alone: nobody else gets it') })
    const watched = await hearsay('tx send --from alice --to bob --amount 1 --watch')
    expect(watched.code, watched.stderr).toBe(7)
    expect(watched.stderr).toContain('nobody listens there')
    const peers = await hearsay('peers')
    expect(peers.stdout).toMatch(
      /\/ip4\/127\.0\.0\.1\/tcp\/1\n.*in vain.*\n +why +the connection was refused: nobody listens there/,
    )
    const status = await hearsay('status')
    expect(status.stdout).toContain('no peer is connected: the configured address is not reached')
    const health = await hearsay('health')
    expect(health.code, health.stderr).toBe(7)
    expect(health.stdout).toMatch(/^✗ no peer is connected: .*\n {2}cause {2}.*\n {2}next {3}/)
    const document = await hearsay('health --json')
    expect(document.code).toBe(7)
    expect(JSON.parse(document.stdout)).toMatchObject({ v: 1, ok: false, details: [{ code: 'no-peers' }] })
    const doctor = await hearsay('doctor')
    expect(doctor).toMatchObject({
      code: 7,
      stdout: expect.stringMatching(/^✗ no peer is connected: .*\n {2}next {2}/),
    })
    expect(doctor.stdout).toMatch(/\n. the disk of its data has \d+ MiB free, and syncs a small write in [\d.]+ ms\n/)
    const { ok, findings } = JSON.parse((await hearsay('doctor --json')).stdout)
    expect([ok, findings.length]).toEqual([false, 12])
    const cookie = readFileSync(join(cwd, '.hearsay', 'node', '.cookie'), 'utf8').trim()
    expect(await hearsay('debug fault.json')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^fault\.json: \d+/),
    })
    const bundle = readFileSync(join(cwd, 'fault.json'), 'utf8')
    expect(JSON.parse(bundle)).toMatchObject({ v: 1, doctor: { ok: false }, status: { network: 'dev-cli' } })
    expect(JSON.parse(bundle).log[0]).toMatchObject({ level: expect.any(String), msg: expect.any(String) })
    expect(bundle).not.toContain(cookie)
    expect(await hearsay('debug fault.json')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is there already'),
    })
    expect(node.child.exitCode).toBe(null)
  })
})

describe('a network of your own', () => {
  it('is made with keys that nobody sees, shown, and run by its validator', async () => {
    await hearsay('keys new savings --passphrase-file pass')
    const made = await hearsay(
      'network create harbour --validators 2 --slot 1s --fund savings=1000 --out own.json --passphrase-file pass --json',
    )
    expect(made.code, made.stderr).toBe(0)
    const { networkId, validators } = JSON.parse(made.stdout)
    expect(validators).toEqual(['harbour-validator-0', 'harbour-validator-1'])
    const shown = JSON.parse((await hearsay('network show own.json --json')).stdout)
    expect(shown).toMatchObject({ networkId, name: 'harbour', slotMs: 1_000, accounts: [{ balance: '1000' }] })
    const { keys } = JSON.parse((await hearsay('keys list --json')).stdout)
    const named = new Map(keys.map(({ name, publicKey }: { name: string; publicKey: string }) => [name, publicKey]))
    expect(shown.validators).toEqual(validators.map((name: string) => named.get(name)))
    expect(shown.accounts[0].key).toBe(named.get('savings'))
    // Every secret is in the keystore alone, and only encrypted there.
    await hearsay('keys export harbour-validator-0 --out secret.hex --passphrase-file pass')
    const secret = readFileSync(join(cwd, 'secret.hex'), 'utf8').trim()
    for (const text of [made.stdout, made.stderr, readFileSync(join(cwd, 'own.json'), 'utf8')])
      expect(text).not.toContain(secret)
  })

  it.each([
    ['create harbour --out pass', 'is there already'],
    ['create harbour --out nowhere/own.json', "can't be written"],
    ['create harbour --out own.json --slot 10ms', 'must be at least 100'],
    ['create harbour --out own.json --fund nobody=5', 'is no address and no key'],
    ['create harbour --out own.json --fund savings', 'is not KEY=AMOUNT'],
    ['create harbour --out own.json --fund FIRST=1 --fund FIRST=2', 'is funded twice'],
    ['create harbour', '--out: is missing'],
    ['show pass', 'is not JSON'],
  ])('is not made of what is wrong, and no key either: %s', async (line, reason) => {
    const told = await hearsay(
      `network ${line.replaceAll('FIRST', '11'.repeat(32))} --passphrase-file pass`.replace(/(show .*) --pass.*/, '$1'),
    )
    expect(told.code).toBe(2)
    expect(told.stderr).toContain(reason)
    expect(existsSync(join(cwd, 'own.json'))).toBe(false)
    expect(existsSync(join(cwd, 'keys', 'harbour-validator-0.json'))).toBe(false)
  })
})

describe('join', () => {
  it('makes a node of the network out of a line, once where it has a secret, and it starts again by its configuration', async () => {
    await startNode(['--listen', '/ip4/127.0.0.1/tcp/0'])
    const sent = await hearsay('tx send --from alice --to bob --amount 5 --json')
    expect(sent.code, sent.stderr).toBe(0)
    const { stdout: line } = await hearsay('invite --once')
    writeFileSync(join(cwd, 'line'), line)
    const settings = ['--data-dir', 'joined', '--listen', '/ip4/127.0.0.1/tcp/0', '--api', '127.0.0.1:0', '--json']
    const joined = startCli(['join', '@line', ...settings, '--log-level', 'debug'], { cwd })
    running.push(joined)
    await until(() => documentsOf(joined.stdout()).length === 3 || joined.child.exitCode !== null, 'it is in sync')
    const config = join(cwd, 'joined', 'config.json')
    expect(documentsOf(joined.stdout()), joined.stderr()).toMatchObject([
      { v: 1, event: 'joined', network: 'dev-cli', config },
      { v: 1, event: 'ready', network: 'dev-cli' },
      { v: 1, event: 'in-sync', transactions: 1 },
    ])
    const [, { peerId, api }] = documentsOf(joined.stdout())
    const nodes = [
      { name: 'first', api: documentsOf(running[0]?.stdout() ?? '')[0].api },
      { name: 'joined', api },
      { name: 'gone', api: 'http://127.0.0.1:1' },
    ]
    writeFileSync(join(cwd, 'nodes.json'), JSON.stringify({ nodes }))
    const traced = await hearsay(`tx trace ${JSON.parse(sent.stdout).id} --nodes nodes.json --json`)
    expect(JSON.parse(traced.stdout).nodes, traced.stderr).toMatchObject([
      { name: 'first', way: 'origin', trouble: null, known: true },
      { name: 'joined', trouble: null, known: true },
      { name: 'gone', way: 'pending', trouble: 'no answer', known: false },
    ])
    joined.child.kill('SIGTERM')
    expect(await joined.ended).toMatchObject({ code: 0 })
    const logs = running.map(({ stderr }) => stderr()).join('')
    expect(logs).not.toContain(line.trim())
    const again = startCli(['node', 'run', '--config', 'joined/config.json', '--json'], { cwd })
    running.push(again)
    await until(() => documentsOf(again.stdout()).length > 0 || again.child.exitCode !== null, 'it is ready again')
    expect(documentsOf(again.stdout()), again.stderr()).toMatchObject([{ event: 'ready', peerId }])
    const twice = await hearsay('join @line --data-dir other --prepare')
    expect(twice).toMatchObject({ code: 4, stderr: expect.stringContaining('was used already') })
    expect(existsSync(join(cwd, 'other'))).toBe(false)
  })
})

describe('keys', () => {
  it.each(['alice', 'load-3', 'validator-0'])('can not have a name that means something else: %s', async (name) => {
    const made = await hearsay(`keys new ${name} --passphrase-file pass`)
    expect(made).toMatchObject({ code: 2, stderr: expect.stringContaining("can't be the name of a key") })
  })

  it('with a published name, made by an older version, are refused where they could be meant', async () => {
    await hearsay('keys new mine --passphrase-file pass')
    renameSync(join(cwd, 'keys', 'mine.json'), join(cwd, 'keys', 'alice.json'))
    await startNode()
    const sent = await hearsay('tx send --from alice --to bob --amount 1')
    expect(sent).toMatchObject({ code: 2, stderr: expect.stringContaining('two meanings') })
  })

  it('are made, shown, exported and imported without a secret in an argument or on a terminal', async () => {
    const made = await hearsay('keys new first --passphrase-file pass --json')
    expect(made.code, made.stderr).toBe(0)
    const key = JSON.parse(made.stdout)
    expect(key).toMatchObject({
      v: 1,
      name: 'first',
      address: expect.stringMatching(/^hs1/),
      devAddress: expect.stringMatching(/^ths1/),
    })
    expect(statSync(key.path).mode & 0o777).toBe(0o600)
    expect(JSON.parse((await hearsay('keys show first --json')).stdout)).toEqual(key)
    expect((await hearsay('keys export first --out secret.hex --passphrase-file pass')).code).toBe(0)
    expect(statSync(join(cwd, 'secret.hex')).mode & 0o777).toBe(0o600)
    const imported = await hearsay('keys import second secret.hex --passphrase-file pass --json')
    expect(JSON.parse(imported.stdout)).toMatchObject({ name: 'second', publicKey: key.publicKey })
    const { keys } = JSON.parse((await hearsay('keys list --json')).stdout)
    expect(keys.map(({ name }: { name: string }) => name)).toEqual(['first', 'second'])
  })

  it('open with their passphrase alone, and are never written over', async () => {
    writeFileSync(join(cwd, 'wrong'), 'wrong\n')
    await hearsay('keys new first --passphrase-file pass')
    const wrong = await hearsay('keys export first --out secret.hex --passphrase-file wrong')
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain('the passphrase does not open')
    expect(existsSync(join(cwd, 'secret.hex'))).toBe(false)
    const again = await hearsay('keys new first --passphrase-file pass')
    expect(again.code).toBe(2)
    expect(again.stderr).toContain('exists already')
  })

  it.each([
    ['keys new', 2, "missing required argument 'name'"],
    ['keys new ../evil --passphrase-file pass', 2, "can't be the name of a key"],
    ['keys new first', 2, '--passphrase-file'],
    ['keys show nobody', 6, 'there is no key "nobody"'],
    ['keys export nobody --out x --passphrase-file pass', 6, 'there is no key "nobody"'],
    ['keys import first nowhere --passphrase-file pass', 2, 'does not exist'],
    ['keys import first network.json --passphrase-file pass', 2, 'network.json'],
  ])('`%s` is exit %d', async (line, code, reason) => {
    const result = await hearsay(line)
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).toContain(reason)
  })
})
