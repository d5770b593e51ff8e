import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect } from '../../src/client/connect.ts'
import { parseNetwork } from '../../src/domain/params.ts'
import { command, DEFAULT_PLAN, down, up, type UpOptions } from '../../testnet/control-client.ts'
import type { Command, ControlAnswers, ControlRequests, NodeStatus } from '../../testnet/control.ts'
import { manifestPath } from '../../testnet/manifest-file.ts'
import type { Manifest, ManifestNode } from '../../src/home/manifest.ts'
import { isAlive } from '../../src/home/process.ts'
import { readManifest as readTestnet } from '../../src/home/testnet-home.ts'
import { until } from '../toolkit/until.ts'

const supervisorEntry = fileURLToPath(new URL('../../dist/supervisor.js', import.meta.url))
const starter = fileURLToPath(new URL('../toolkit/processes/testnet-starter.ts', import.meta.url))

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hearsay-testnet-'))
})
afterEach(async () => {
  await down(home, { force: true })
  rmSync(home, { recursive: true, force: true })
})

function options(changes: Partial<UpOptions>): UpOptions {
  return { ...DEFAULT_PLAN, home, seed: 7, detach: true, onProgress: () => undefined, supervisorEntry, ...changes }
}

async function start(changes: Partial<UpOptions>): Promise<Manifest> {
  const outcome = await up(options(changes))
  if (outcome.kind !== 'ready') throw new Error(`not ready: ${JSON.stringify(outcome)}`)
  console.log(`${changes.count ?? 10} nodes ready in ${outcome.elapsedMs} ms, seed 7`)
  return outcome.manifest
}

async function ask<C extends Command>(name: C, request: ControlRequests[C]): Promise<ControlAnswers[C]> {
  const outcome = await command(home, name, request)
  if (outcome.kind !== 'done') throw new Error(`${name}: ${JSON.stringify(outcome)}`)
  return outcome.value
}

async function nodes(): Promise<readonly NodeStatus[]> {
  return (await ask('status', {})).nodes
}

function readManifest(folder: string): Manifest | null {
  const read = readTestnet(folder)
  return read.kind === 'found' ? read.manifest : null
}

function manifestNode(name: string): ManifestNode {
  const node = readManifest(home)?.nodes.find((each) => each.name === name)
  if (node === undefined) throw new Error(`no ${name} in the manifest`)
  return node
}

async function isRefused(port: number): Promise<boolean> {
  const socket = createConnection({ host: '127.0.0.1', port })
  const isOpen = await Promise.race([
    once(socket, 'connect').then(() => true),
    new Promise<boolean>((resolve) =>
      socket.once('error', () => {
        resolve(false)
      }),
    ),
  ]).catch(() => false)
  socket.destroy()
  return !isOpen
}

function pidsOf(manifest: Manifest): number[] {
  return [manifest.supervisor.pid, ...manifest.nodes.flatMap(({ pid }) => pid ?? [])]
}

describe('a testnet', () => {
  it('starts, shows every node, refuses a second one, loses and regains a node, and leaves nothing behind', async () => {
    const manifest = await start({ count: 3 })
    expect(manifest.nodes.map(({ name, state }) => [name, state])).toEqual([
      ['node-0', 'ready'],
      ['node-1', 'ready'],
      ['node-2', 'ready'],
    ])
    expect(new Set(manifest.nodes.map(({ pid }) => pid)).size).toBe(3)
    expect(statSync(manifestPath(home)).mode & 0o077).toBe(0)
    const network = parseNetwork(JSON.parse(readFileSync(manifest.networkFile, 'utf8')))
    expect(network.ok && [network.params.validators.length, network.params.accounts.length]).toEqual([3, 74])
    for (const node of await nodes()) {
      expect(node).toMatchObject({
        state: 'ready',
        peers: 2,
        mesh: 2,
        head: { height: expect.any(Number) },
        settled: { height: expect.any(Number) },
        mempool: { count: 0 },
      })
    }
    for (const { apiUrl, peerId } of manifest.nodes) {
      const identity = await connect(apiUrl).identity()
      expect(identity.ok && [identity.value.peerId, identity.value.networkId]).toEqual([peerId, manifest.networkId])
    }

    const second = await up(options({ count: 3 }))
    expect(second).toMatchObject({ kind: 'running', pid: manifest.supervisor.pid })

    const before = manifestNode('node-1')
    await ask('kill', { nodes: ['node-1'] })
    expect(manifestNode('node-1')).toMatchObject({ state: 'killed', pid: null })
    expect(await isRefused(before.p2pPort)).toBe(true)
    await until(async () => (await nodes()).filter(({ peers }) => peers === 1).length === 2, 'the others notice')
    expect((await nodes())[1]).toMatchObject({ state: 'killed', peers: null, head: null })
    const { elapsedMs } = await ask('restart', { nodes: ['node-1'] })
    console.log(`killed and ready again in ${elapsedMs} ms`)
    const after = manifestNode('node-1')
    expect([after.peerId, after.p2pPort, after.apiUrl]).toEqual([before.peerId, before.p2pPort, before.apiUrl])
    expect((await nodes()).map(({ peers }) => peers)).toEqual([2, 2, 2])

    const last = readManifest(home) ?? manifest
    expect(await down(home, { force: false })).toEqual({ kind: 'down', nodes: 3, forced: false })
    expect(pidsOf(last).filter(isAlive)).toEqual([])
    const ports = last.nodes.flatMap(({ apiUrl, p2pPort }) => [Number(new URL(apiUrl).port), p2pPort])
    for (const port of [...ports, Number(new URL(last.supervisor.url).port)])
      expect(await isRefused(port), `port ${port}`).toBe(true)
    expect(existsSync(manifestPath(home))).toBe(false)
    expect(await command(home, 'status', {})).toEqual({ kind: 'none', stale: false })
  })

  it('is parted and heals, pauses and goes on, and takes in another node', async () => {
    const manifest = await start({ count: 4, topology: 'full' })
    const parted = await ask('partition', {
      groups: [
        ['node-0', 'node-1'],
        ['node-2', 'node-3'],
      ],
      forMs: 2_000,
    })
    expect(parted).toMatchObject({ cutLinks: 4 })
    await until(async () => (await nodes()).every(({ peers }) => peers === 1), 'each half sees only itself')
    await until(async () => (await nodes()).every(({ peers }) => peers === 3), 'it heals by itself')
    expect((await ask('status', {})).partition).toBe(null)
    // Who is in no group is in one with the others.
    expect(await ask('partition', { groups: [['node-3']], forMs: null })).toMatchObject({
      cutLinks: 3,
      groups: [['node-3'], ['node-0', 'node-1', 'node-2']],
    })
    expect(await ask('heal', {})).toEqual({ healedLinks: 3 })
    await until(async () => (await nodes()).every(({ peers }) => peers === 3), 'all see all')

    await ask('pause', { nodes: ['node-3'], forMs: null })
    expect((await nodes())[3]).toMatchObject({ state: 'paused', pid: manifest.nodes[3]?.pid })
    expect(await command(home, 'pause', { nodes: ['node-9'], forMs: null })).toMatchObject({
      kind: 'refused',
      refusal: { code: 'unknown-node' },
    })
    await ask('resume', { nodes: ['node-3'] })
    expect(await command(home, 'resume', { nodes: ['node-3'] })).toMatchObject({
      kind: 'refused',
      refusal: { code: 'wrong-state', message: 'node-3 is ready, not paused' },
    })
    await until(async () => (await nodes())[3]?.state === 'ready', 'it answers again')
    await ask('pause', { nodes: ['node-2'], forMs: 300 })
    await until(async () => (await nodes())[2]?.state === 'ready', 'it goes on by itself')

    const added = await ask('add', { count: 1 })
    expect(added.nodes).toEqual(['node-4'])
    expect(manifestNode('node-4')).toMatchObject({ state: 'ready' })
    expect((await nodes())[4]).toMatchObject({ peers: 4, mesh: 4 })
  })

  it('packs several nodes into a process, which then share its fate', async () => {
    const manifest = await start({ count: 4, perProcess: 2 })
    expect(new Set(manifest.nodes.map(({ pid }) => pid)).size).toBe(2)
    const killed = await ask('kill', { nodes: ['node-3'] })
    expect(killed.nodes).toEqual(['node-2', 'node-3'])
  })

  it('dials directly where it shall, and then has no link to cut', async () => {
    await start({ count: 2, direct: true })
    const outcome = await command(home, 'partition', { groups: [['node-0'], ['node-1']], forMs: null })
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'no-shaper' } })
  })
})

describe('no node outlives', () => {
  it('its supervisor, also when that is killed and the node is paused; what is left is cleared away', async () => {
    const manifest = await start({ count: 3 })
    await ask('pause', { nodes: ['node-2'], forMs: null })
    process.kill(manifest.supervisor.pid, 'SIGKILL')
    await until(() => pidsOf(manifest).filter(isAlive).length === 0, 'every process is gone')
    expect(existsSync(manifestPath(home))).toBe(true)
    // Who only looks clears nothing away.
    expect(await command(home, 'status', {})).toEqual({ kind: 'none', stale: true })
    expect(existsSync(manifestPath(home))).toBe(true)
    expect(await down(home, { force: false })).toEqual({ kind: 'none', stale: true, killed: 0 })
    expect(existsSync(manifestPath(home))).toBe(false)
    const again = await start({ count: 2 })
    expect(again.supervisor.pid).not.toBe(manifest.supervisor.pid)
  })

  it('its starter, where it was not detached and the starter is killed', async () => {
    const child = fork(starter, [home, supervisorEntry])
    const [kind] = (await once(child, 'message')) as [string]
    expect(kind).toBe('ready')
    const manifest = readManifest(home)
    if (manifest === null) throw new Error('no manifest')
    expect(pidsOf(manifest).every(isAlive)).toBe(true)
    child.kill('SIGKILL')
    await until(() => pidsOf(manifest).filter(isAlive).length === 0, 'every process is gone')
    expect(existsSync(manifestPath(home))).toBe(false)
  })
})

describe('a start that is broken off', () => {
  it('stops what it had started', async () => {
    const abort = new AbortController()
    const seen: string[] = []
    const outcome = await up(
      options({
        count: 4,
        signal: abort.signal,
        onProgress: (text) => {
          seen.push(text)
          if (/nodes answer/.test(text)) abort.abort()
        },
      }),
    )
    expect(outcome).toEqual({ kind: 'aborted' })
    expect(readManifest(home)).toBe(null)
    expect(seen.some((text) => /nodes answer/.test(text))).toBe(true)
  })
})
