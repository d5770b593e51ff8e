import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isAlive, startOf } from '../../../src/home/process.ts'
import { isOfHome, markOf, nameProcess, signalOfHome, type ProcessName } from '../../../src/home/proof.ts'
import { isSupervised, readManifest } from '../../../src/home/testnet-home.ts'
import { clearStale, leftoversOf } from '../../../testnet/leftovers.ts'
import { manifestNodeOf, manifestOf, NONCE, putInHome, startIdle, startStandIn } from '../../toolkit/command/home.ts'

const isRoot = process.geteuid?.() === 0
/** A user that is neither root nor this one. */
const STRANGER = 4_242
const children: ChildProcess[] = []
let home = ''
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'hearsay-proof-')))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(home, { recursive: true, force: true })
})

const of = () => ({ home, nonce: NONCE })
async function idle(...args: string[]): Promise<ProcessName> {
  const { child, pid, started } = await startIdle(args)
  children.push(child)
  return { pid, started }
}
async function standIn(): Promise<ProcessName> {
  const { child, pid, started } = await startStandIn(home)
  children.push(child)
  return { pid, started }
}

describe('a process of a home', () => {
  it('is proven by its mark, its beginning and its user', async () => {
    const own = await standIn()
    expect(isOfHome(of(), own)).toBe(true)
    expect(isOfHome({ ...of(), home: `${home}-copy` }, own), 'a copy of the folder').toBe(false)
    expect(isOfHome({ ...of(), nonce: 'cd'.repeat(16) }, own), 'another run').toBe(false)
    expect(isOfHome(of(), { ...own, started: '1' }), 'a number that was another process’s').toBe(false)
  })

  it('is not one whose command line merely holds its path, its nonce, or something like its mark', async () => {
    for (const args of [
      [home],
      [`${home}/nodes/node-0/config.json`],
      [NONCE],
      [home, NONCE],
      [`${markOf(home, NONCE)}x`],
      [`x${markOf(home, NONCE)}`],
      [`--grep=${markOf(home, NONCE)}`],
      [markOf(home, 'cd'.repeat(16))],
    ]) {
      const decoy = await idle(...args)
      expect(isOfHome(of(), decoy), args.join(' ')).toBe(false)
      expect(signalOfHome(of(), decoy, 'SIGKILL')).toBe(false)
      expect(isAlive(decoy.pid)).toBe(true)
    }
  })

  it.skipIf(!isRoot)('is not one of another user', async () => {
    const child = spawn(
      'setpriv',
      ['--reuid', String(STRANGER), '--clear-groups', '/bin/sh', '-c', 'read x', markOf(home, NONCE)],
      {
        stdio: ['pipe', 'ignore', 'ignore'],
      },
    )
    children.push(child)
    await once(child, 'spawn')
    const name = nameProcess(child.pid ?? 0)
    expect(name).not.toBe(null)
    if (name === null) return
    // Before that it is this user's still.
    await expect.poll(() => statSync(`/proc/${name.pid}`).uid).toBe(STRANGER)
    expect(signalOfHome(of(), name, 'SIGKILL')).toBe(false)
    expect(isAlive(name.pid)).toBe(true)
  })

  it('is gone when it has ended, and its number says nothing', async () => {
    const own = await standIn()
    children[0]?.kill('SIGKILL')
    await expect.poll(() => isAlive(own.pid)).toBe(false)
    expect(isOfHome(of(), own)).toBe(false)
    expect(startOf(999_999_999)).toBe(null)
  })
})

describe('what a supervisor left behind', () => {
  const put = (manifest: ReturnType<typeof manifestOf>) => putInHome(home, 'testnet.json', JSON.stringify(manifest))

  it('is cleared away where it is proven, and nothing else is ended', async () => {
    const left = await standIn()
    const decoys = [await idle(home), await idle(`${home}/nodes`), await idle('.')]
    const named = [left, ...decoys, { ...left, started: '1' }]
    put(manifestOf(home, { nodes: named.map((name, index) => manifestNodeOf(home, index, name)) }))
    expect(await clearStale(home)).toBe(0)
    // One pid stands twice: the last entry says when it began, and lies.
    put(manifestOf(home, { nodes: named.slice(0, 4).map((name, index) => manifestNodeOf(home, index, name)) }))
    expect(await clearStale(home)).toBe(1)
    expect([left, ...decoys].map(({ pid }) => isAlive(pid))).toEqual([false, true, true, true])
    expect(readManifest(home)).toEqual({ kind: 'none' })
  })

  it('is nothing while the supervisor runs, and a planted supervisor is none', async () => {
    const { pid, started } = await standIn()
    const manifest = manifestOf(home)
    const supervised = { ...manifest, supervisor: { ...manifest.supervisor, pid, started } }
    put(supervised)
    expect(isSupervised(supervised)).toBe(true)
    expect(await clearStale(home)).toBe(0)
    expect(readManifest(home).kind).toBe('found')
    const planted = { ...supervised, nonce: 'cd'.repeat(16) }
    expect(isSupervised(planted)).toBe(false)
    expect(leftoversOf({ ...planted, nodes: [manifestNodeOf(home, 0, { pid, started })] })).toEqual([])
  })
})
