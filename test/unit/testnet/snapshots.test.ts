import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_PLAN } from '../../../testnet/control-client.ts'
import { readSaved, writeSaved, type SavedNetwork } from '../../../testnet/resume-file.ts'
import {
  isSnapshotName,
  listSnapshots,
  loadSnapshot,
  removeSnapshot,
  saveSnapshot,
} from '../../../testnet/snapshots.ts'

let home = ''
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'hearsay-saved-')))
})
afterEach(() => {
  rmSync(home, { recursive: true, force: true })
})

function savedOf(changes: Partial<SavedNetwork> = {}): SavedNetwork {
  return {
    v: 1,
    network: 'dev-a',
    createdAt: 1_795_000_000_000,
    plan: { ...DEFAULT_PLAN, link: { delayMs: 40, jitterMs: 20, bytesPerSecond: null }, seed: 7 },
    pagePort: 4_710,
    nodes: [
      { name: 'node-0', host: 0, dials: ['node-1', 'node-2'], apiPort: 4_711, p2pPort: 4_712 },
      { name: 'node-1', host: 0, dials: [], apiPort: 4_713, p2pPort: 4_714 },
      { name: 'node-2', host: 2, dials: ['node-1'], apiPort: 0, p2pPort: 0 },
    ],
    ...changes,
  }
}

/** A home whose network has written `chain` as its chain. */
function putNetwork(chain: string, saved = savedOf()): void {
  mkdirSync(join(home, 'nodes', 'node-0', 'data', 'store'), { recursive: true })
  for (const [name, text] of [
    ['config.json', '{}'],
    ['node.log', 'a line'],
    ['data/identity.key', 'its key'],
    ['data/.cookie', 'a token'],
    ['data/store/000001.log', chain],
    ['data/store/LOCK', ''],
    ['data/store/OWNER', 'a process'],
  ] as const)
    writeFileSync(join(home, 'nodes', 'node-0', name), text)
  writeFileSync(join(home, 'network.json'), `{"name":"${saved.network}"}`)
  writeSaved(home, saved)
}

const chain = (): string => readFileSync(join(home, 'nodes/node-0/data/store/000001.log'), 'utf8')

describe('what a home remembers of its network', () => {
  it('is read as it was written, jitter and packed processes included', () => {
    writeSaved(home, savedOf())
    expect(readSaved(home)).toEqual({ kind: 'found', saved: savedOf() })
    const fixed = savedOf({ plan: { ...savedOf().plan, discovery: true, portBase: 4_710, direct: true } })
    writeSaved(home, fixed)
    expect(readSaved(home)).toEqual({ kind: 'found', saved: fixed })
  })

  it('is none in an empty home, and is not believed where it is not what it must be', () => {
    expect(readSaved(home)).toEqual({ kind: 'none' })
    writeSaved(home, savedOf())
    const path = join(home, 'resume.json')
    const whole = JSON.parse(readFileSync(path, 'utf8'))
    const [first, second, third] = whole.nodes
    const wrongs: object[] = [
      { v: 2 },
      { network: 7 },
      { nodes: [] },
      { pagePort: 65_536 },
      { nodes: [first, third, second] },
      { nodes: [{ ...first, dials: ['node-9'] }, second, third] },
      { nodes: [{ ...first, dials: ['node-0'] }, second, third] },
      { nodes: [first, second, { ...third, host: 1 }] },
      { nodes: [first, second, { ...third, apiPort: -1 }] },
      { plan: { ...whole.plan, topology: 'moebius' } },
      { plan: { ...whole.plan, link: 'long' } },
      { plan: { ...whole.plan, slotMs: '2000' } },
    ]
    for (const wrong of wrongs) {
      writeFileSync(path, JSON.stringify({ ...whole, ...wrong }))
      expect(readSaved(home), JSON.stringify(wrong)).toMatchObject({
        kind: 'distrusted',
        distrust: { kind: 'malformed' },
      })
    }
    writeFileSync(path, JSON.stringify(whole))
    expect(readSaved(home).kind).toBe('found')
    chmodSync(path, 0o666)
    expect(readSaved(home)).toMatchObject({ kind: 'distrusted', distrust: { kind: 'open-to-others' } })
  })
})

describe('snapshots', () => {
  it('bring back the network as it was, as often as one likes', async () => {
    putNetwork('first')
    const saved = await saveSnapshot(home, 'one')
    expect(saved).toMatchObject({ kind: 'done', value: { name: 'one', network: 'dev-a', nodes: 3 } })
    for (const later of ['second', 'third']) {
      rmSync(join(home, 'nodes'), { recursive: true })
      putNetwork(later, savedOf({ network: 'dev-b' }))
      writeFileSync(join(home, 'nodes', 'node-0', 'data', 'store', '000002.log'), 'of another network')
      const loaded = await loadSnapshot(home, 'one')
      expect(loaded).toMatchObject({
        kind: 'done',
        value: { snapshot: { name: 'one' }, replaced: { network: 'dev-b' } },
      })
      expect(chain()).toBe('first')
      expect(readSaved(home)).toEqual({ kind: 'found', saved: savedOf() })
      expect(readFileSync(join(home, 'network.json'), 'utf8')).toContain('dev-a')
      expect(readdirSync(join(home, 'nodes/node-0/data/store'))).toEqual(['000001.log'])
    }
    expect(readdirSync(join(home, 'snapshots'))).toEqual(['one'])
  })

  it('hold no token, no lock, no log, and nothing that leads elsewhere', async () => {
    putNetwork('first')
    symlinkSync('/etc', join(home, 'nodes/node-0/data/elsewhere'))
    await saveSnapshot(home, 'one')
    const files = readdirSync(join(home, 'snapshots', 'one'), { recursive: true })
      .map(String)
      .filter((name) => !lstatSync(join(home, 'snapshots/one', name)).isDirectory())
    expect(files.sort()).toEqual([
      'network.json',
      'nodes/node-0/config.json',
      'nodes/node-0/data/identity.key',
      'nodes/node-0/data/store/000001.log',
      'resume.json',
    ])
  })

  it('are whole or not there, and change nothing where they are refused', async () => {
    expect(await saveSnapshot(home, 'one')).toEqual({ kind: 'no-network' })
    putNetwork('first')
    rmSync(join(home, 'network.json'))
    await expect(saveSnapshot(home, 'one')).rejects.toThrow('ENOENT')
    expect(readdirSync(join(home, 'snapshots'))).toEqual([])
    putNetwork('first')
    await saveSnapshot(home, 'one')
    expect(await saveSnapshot(home, 'one')).toEqual({ kind: 'exists' })
    expect(await loadSnapshot(home, 'two')).toEqual({ kind: 'unknown', names: ['one'] })
    expect(await removeSnapshot(home, '..')).toEqual({ kind: 'unknown', names: ['one'] })
    expect(chain()).toBe('first')
    await saveSnapshot(home, 'two')
    expect((await listSnapshots(home)).map(({ name }) => name).sort()).toEqual(['one', 'two'])
    expect(await removeSnapshot(home, 'one')).toEqual({ kind: 'done', value: { name: 'one' } })
    expect(readdirSync(join(home, 'snapshots'))).toEqual(['two'])
  })

  it('have names that are those of folders', () => {
    for (const name of ['a', '1', 'before-upgrade', 'v1.2_b', 'x'.repeat(64)])
      expect(isSnapshotName(name), name).toBe(true)
    for (const name of ['', '.', '..', '.one', '-f', 'a/b', 'a b', 'x'.repeat(65), 'ä'])
      expect(isSnapshotName(name), name).toBe(false)
  })
})
