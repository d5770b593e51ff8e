import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { networkDocument, networkIdOf, parseNetwork } from '../../../src/domain/params.ts'
import { devAccount } from '../../../src/wallet/dev-accounts.ts'
import { toHex } from '../../../src/lib/bytes.ts'
import { devNetwork, devValidator } from '../../../testnet/dev-network.ts'
import { logTail } from '../../../testnet/log-tail.ts'
import { manifestPath, removeManifest, writeManifest } from '../../../testnet/manifest-file.ts'
import { readManifest } from '../../../src/home/testnet-home.ts'
import { manifestOf, NONCE, startStandIn } from '../../toolkit/command/home.ts'
import { readNodeConfig, writeNodeConfig } from '../../../testnet/node-config-file.ts'
import { startOf } from '../../../src/home/process.ts'
import { DEFAULT_PLAN, up } from '../../../testnet/control-client.ts'
import { lockHome } from '../../../testnet/supervisor-lock.ts'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hearsay-home-'))
})
afterEach(() => {
  rmSync(home, { recursive: true, force: true })
})

const network = devNetwork({ genesisTimeMs: 1_795_000_000_000, slotMs: 2_000, validators: 4, seed: 7 })

describe('the manifest', () => {
  it('is read as it was written, by its owner alone, and leaves no other file', () => {
    writeManifest(manifestOf(home))
    writeManifest(manifestOf(home, { degree: 4 }))
    expect(readManifest(home)).toEqual({ kind: 'found', manifest: manifestOf(home, { degree: 4 }) })
    expect(statSync(manifestPath(home)).mode & 0o077).toBe(0)
    expect(readdirSync(home)).toEqual(['testnet.json'])
    removeManifest(home)
    removeManifest(home)
    expect(readManifest(home)).toEqual({ kind: 'none' })
  })
})

describe('the development network', () => {
  it('funds every named account and 64 for load, and lists validators with known secrets', () => {
    const parsed = parseNetwork(networkDocument(network))
    expect(parsed.ok && networkIdOf(parsed.params)).toBe(networkIdOf(network))
    expect(network.name).toMatch(/^dev-/)
    expect(network.accounts).toHaveLength(74)
    expect(new Set(network.accounts.map(({ balance }) => balance))).toEqual(new Set([1_000_000_000_000n]))
    for (const name of ['alice', 'judy', 'load-0', 'load-63']) {
      const account = devAccount(name, network.name)
      expect(account.ok && network.accounts.some(({ key }) => key === toHex(account.keys.publicKey)), name).toBe(true)
    }
    expect(network.validators).toEqual([0, 1, 2, 3].map((index) => toHex(devValidator(index).publicKey)))
  })

  it('has another name, and so another id, with another seed or time', () => {
    const names = [
      { genesisTimeMs: 1, seed: 1 },
      { genesisTimeMs: 1, seed: 2 },
      { genesisTimeMs: 2, seed: 1 },
    ].map((changes) => devNetwork({ slotMs: 2_000, validators: 0, ...changes }).name)
    expect(new Set(names).size).toBe(3)
  })
})

describe("a node's configuration file", () => {
  const path = (): string => join(home, 'nodes', 'node-1', 'config.json')
  const document = () => ({
    name: 'node-1',
    network: join(home, 'network.json'),
    dataDir: join(home, 'data'),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootstrap: ['/ip4/127.0.0.1/tcp/4001'],
    api: '127.0.0.1:0',
    validator: 1,
    logLevel: 'info' as const,
    connectionsMax: 28,
  })

  it('gives the configuration that was written, with the network and the secret of its validator', () => {
    writeFileSync(join(home, 'network.json'), JSON.stringify(networkDocument(network)))
    writeNodeConfig(path(), document())
    const config = readNodeConfig(path())
    expect(config).toMatchObject({
      name: 'node-1',
      profile: 'dev',
      bootstrap: ['/ip4/127.0.0.1/tcp/4001'],
      connectionsMax: 28,
    })
    expect(networkIdOf(config.network)).toBe(networkIdOf(network))
    expect(config.validator?.key).toBe(network.validators[1])
    writeNodeConfig(path(), { ...document(), validator: null })
    expect(readNodeConfig(path()).validator).toBe(null)
  })

  it('throws, naming the file, where its network is none', () => {
    writeFileSync(join(home, 'network.json'), '{"name":"x"}')
    writeNodeConfig(path(), document())
    expect(() => readNodeConfig(path())).toThrow('network.json')
  })
})

describe('the lock of a home', () => {
  const path = (): string => join(home, 'supervisor.lock')

  it('is taken over from a process that is gone or is not proven to be its supervisor, and freed when released', () => {
    const own = startOf(process.pid) ?? ''
    // This process runs and is no supervisor of this home, as one that got a dead supervisor's number.
    for (const content of [`999999999 ${NONCE} 1\n`, `${process.pid} ${NONCE} ${own}\n`, 'nonsense', '']) {
      writeFileSync(path(), content, { mode: 0o600 })
      const lock = lockHome(home, NONCE)
      expect(lock.ok, JSON.stringify(content)).toBe(true)
      expect(readFileSync(path(), 'utf8')).toBe(`${process.pid} ${NONCE} ${own}\n`)
      if (lock.ok) lock.release()
      expect(readdirSync(home)).toEqual([])
    }
  })

  it('is left to the supervisor that has it', async () => {
    const { pid, started, child } = await startStandIn(home)
    try {
      writeFileSync(path(), `${pid} ${NONCE} ${started}\n`, { mode: 0o600 })
      expect(lockHome(home, 'cd'.repeat(16))).toEqual({ ok: false, pid, copies: false })
    } finally {
      child.kill()
    }
  })

  it('is left to a command that copies the network, while that runs', () => {
    const copier = lockHome(home)
    expect(copier.ok).toBe(true)
    expect(lockHome(home, NONCE)).toEqual({ ok: false, pid: process.pid, copies: true })
    expect(lockHome(home)).toEqual({ ok: false, pid: process.pid, copies: true })
    if (copier.ok) copier.release()
    // One that was killed, and whose number another process has by now.
    writeFileSync(path(), `${process.pid} ${'0'.repeat(32)} 1\n`, { mode: 0o600 })
    const lock = lockHome(home, NONCE)
    expect(lock.ok).toBe(true)
    if (lock.ok) lock.release()
  })

  it('is replaced, not followed, where it is a link', () => {
    const elsewhere = join(home, 'precious')
    writeFileSync(elsewhere, 'precious')
    symlinkSync(elsewhere, path())
    const lock = lockHome(home, NONCE)
    expect(lock.ok).toBe(true)
    expect(readFileSync(elsewhere, 'utf8')).toBe('precious')
    if (lock.ok) lock.release()
  })
})

describe('a network that goes for another', () => {
  it.each([
    ['damaged', '{"v":1', 'is damaged'],
    ['of another version', '{"v":2}', 'does not describe a network of version 1'],
  ])('is told before it goes, though its description is %s', async (_, text, why) => {
    writeFileSync(join(home, 'resume.json'), text, { mode: 0o600 })
    const told: string[] = []
    const outcome = await up({
      ...DEFAULT_PLAN,
      home,
      seed: 1,
      detach: false,
      supervisorEntry: join(home, 'no-supervisor.js'),
      onProgress: () => undefined,
      onReplaceUnknown: ({ message }) => told.push(message),
    })
    expect(outcome.kind).toBe('failed')
    expect(told).toEqual([expect.stringContaining(why)])
    expect(readFileSync(join(home, 'resume.json'), 'utf8')).toBe(text)
  })
})

describe('the tail of a log', () => {
  it('is its last whole lines', () => {
    const path = join(home, 'node.log')
    writeFileSync(path, 'first\nsecond\nthird\n')
    expect(logTail(path, 100)).toBe('first\nsecond\nthird')
    expect(logTail(path, 9)).toBe('third')
    expect(logTail(join(home, 'none.log'), 100)).toBe('')
  })
})
