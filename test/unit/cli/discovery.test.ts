import type { ChildProcess } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '../../../src/cli/context.ts'
import { findTarget, homeOf, runningTestnet } from '../../../src/cli/discovery.ts'
import { Failure } from '../../../src/cli/failure.ts'
import { startOf } from '../../../src/home/process.ts'
import { manifestNodeOf, manifestOf, putInHome, startStandIn } from '../../toolkit/command/home.ts'

const TOKEN = 'ab'.repeat(32)
const OTHER = 'cd'.repeat(32)
const API = 'http://127.0.0.1:4711'

let cwd = ''
const children: ChildProcess[] = []
beforeEach(() => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), 'hearsay-walk-')))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(cwd, { recursive: true, force: true })
})

const home = (): string => join(cwd, '.hearsay')
const context = (given: Partial<Context['shared']> = {}, env: Context['env'] = {}, folder = cwd): Context =>
  ({ shared: { json: false, ...given }, env, cwd: folder }) as unknown as Context

/** Whose testnet runs, with one node that has a token. */
async function putTestnet(): Promise<void> {
  const { child, pid, started } = await startStandIn(home())
  children.push(child)
  const { supervisor, ...rest } = manifestOf(home(), { nodes: [manifestNodeOf(home(), 0, { apiUrl: API })] })
  putInHome(home(), 'testnet.json', JSON.stringify({ ...rest, supervisor: { ...supervisor, pid, started } }))
  putInHome(home(), 'nodes/node-0/data/.cookie', `${TOKEN}\n`)
}

function putRuntime(changes: object = {}): void {
  const runtime = {
    v: 1,
    pid: process.pid,
    started: startOf(process.pid),
    name: 'n',
    peerId: 'p',
    network: 'dev-x',
    apiUrl: API,
    cookieFile: join(home(), 'node', '.cookie'),
    ...changes,
  }
  putInHome(home(), 'node/runtime.json', JSON.stringify(runtime))
  putInHome(home(), 'node/.cookie', `${TOKEN}\n`)
}

function failureOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof Failure && error.outcome === 'usage') return error.code
    throw error
  }
  return 'none'
}

describe('the node of a home', () => {
  it('is asked with its token where its supervisor is proven', async () => {
    await putTestnet()
    const target = findTarget(context())
    expect([target.apiUrl, target.nodeName, target.token()]).toEqual([API, 'node-0', TOKEN])
    expect(findTarget(context({ api: API })).token()).toBe(TOKEN)
  })

  it('is not asked where a manifest merely names a process that runs', async () => {
    await putTestnet()
    const { supervisor, ...rest } = manifestOf(home(), { nodes: [manifestNodeOf(home(), 0, { apiUrl: API })] })
    const planted = { ...supervisor, pid: process.pid, started: startOf(process.pid) ?? '' }
    putInHome(home(), 'testnet.json', JSON.stringify({ ...rest, supervisor: planted }))
    expect(findTarget(context())).toMatchObject({ source: 'the default port', manifest: null })
    expect(findTarget(context({ api: API })).token()).toBe(null)
    expect(() => runningTestnet(context())).toThrow('has ended without being stopped')
  })

  it('gets no token of a home on another machine, and the one that the user names', async () => {
    await putTestnet()
    putRuntime({ apiUrl: 'http://192.0.2.1:4600' })
    expect(findTarget(context({ api: 'http://192.0.2.1:4600' })).token()).toBe(null)
    writeFileSync(join(cwd, 'named'), OTHER)
    const named = { api: 'http://192.0.2.1:4600', tokenFile: 'named' }
    expect(findTarget(context(named)).token()).toBe(OTHER)
    writeFileSync(join(cwd, 'named'), 'hunter2\n')
    expect(failureOf(() => findTarget(context(named)))).toBe('usage')
  })

  it('that runs alone is found while the very process runs, with a token of its own folder', () => {
    putRuntime()
    expect(findTarget(context()).token()).toBe(TOKEN)
    putRuntime({ started: '1' })
    expect(findTarget(context()).source).toBe('the default port')
    for (const changes of [
      { apiUrl: 'http://192.0.2.1:80' },
      { cookieFile: join(cwd, 'named') },
      { pid: -1 },
      { name: 7 },
    ]) {
      putRuntime(changes)
      expect(
        failureOf(() => findTarget(context())),
        JSON.stringify(changes),
      ).toBe('distrusted-malformed')
    }
  })

  it('has no token where others may read it', () => {
    putRuntime()
    chmodSync(join(home(), 'node', '.cookie'), 0o644)
    expect(failureOf(() => findTarget(context()).token())).toBe('distrusted-open-to-others')
    rmSync(join(home(), 'node', '.cookie'))
    expect(findTarget(context()).token()).toBe(null)
  })
})

describe('a home', () => {
  it('that is found by walking is refused where it is a link, others may write to it, or it is a copy', async () => {
    await putTestnet()
    const below = join(cwd, 'a', 'b')
    mkdirSync(below, { recursive: true })
    expect(homeOf(context({}, {}, below))).toBe(home())
    chmodSync(home(), 0o777)
    expect(failureOf(() => homeOf(context({}, {}, below)))).toBe('distrusted-open-to-others')
    chmodSync(home(), 0o700)
    const elsewhere = join(cwd, 'elsewhere')
    renameSync(home(), elsewhere)
    symlinkSync(elsewhere, home())
    expect(failureOf(() => homeOf(context({}, {}, below)))).toBe('distrusted-malformed')
    putInHome(elsewhere, 'testnet.json', JSON.stringify(manifestOf(elsewhere)))
    expect(failureOf(() => homeOf(context({}, {}, below)))).toBe('usage')
    // Named, the link is the user's word.
    expect(findTarget(context({ home: home() })).source).toBe('the default port')
  })

  it('that is not believed does not keep from a node that is named, which then has no token', async () => {
    await putTestnet()
    chmodSync(home(), 0o777)
    expect(failureOf(() => findTarget(context()))).toBe('distrusted-open-to-others')
    expect(findTarget(context({ api: API })).token()).toBe(null)
    expect(findTarget(context({}, { HEARSAY_API: API })).token()).toBe(null)
  })
})
