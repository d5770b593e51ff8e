/** Commands that need no network, run in this process. */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { leadingOn } from '../../../src/cli/open-browser.ts'
import { runCommand } from '../../../src/cli/run-inside.ts'
import type { TransactionView } from '../../../src/domain/views.ts'
import { toHex } from '../../../src/lib/bytes.ts'
import { createKey } from '../../../src/wallet/keystore.ts'
import { FakeControl } from '../../toolkit/api/fake-control.ts'
import { openTestApi } from '../../toolkit/api/http-api.ts'
import { A_NODE_IS_THERE, isNodeAtDefault } from '../../toolkit/command/default-node.ts'
import { manifestNodeOf, manifestOf, putInHome, startStandIn } from '../../toolkit/command/home.ts'

let folder = ''
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'hearsay-commands-')))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const home = (): string => join(folder, '.hearsay')
const keys = (): string => join(folder, 'keys')
async function hearsay(
  line: string,
  more: Readonly<Record<string, string>> = {},
): Promise<{ code: number; out: string; error: string }> {
  const env = { HEARSAY_HOME: home(), HEARSAY_KEYS: keys(), XDG_STATE_HOME: join(folder, 'state'), ...more }
  const { exitCode, stdout, stderr } = await runCommand(line.split(' '), env)
  return { code: exitCode, out: stdout.trim(), error: stderr }
}

describe('runs of many seeds', () => {
  it.each(['run quiet', 'chaos'])('%s refuses seeds beyond the largest before the first of them', async (line) => {
    const { code, error } = await hearsay(`${line} --seed 4294967294 --seeds 3`)
    expect(code).toBe(2)
    expect(error).toContain('3 seeds from 4294967294 on end at 4294967296')
    expect(error).toContain('begin at 4294967293 or before')
  })
})

describe('keys', () => {
  it('are renamed, and deleted only where it is said twice', async () => {
    await createKey({
      directory: keys(),
      name: 'savings',
      secret: new Uint8Array(32).fill(7),
      passphrase: 'x',
      n: 1_024,
    })
    expect((await hearsay('keys rename savings alice')).error).toContain('published accounts')
    const same = await hearsay('keys rename savings savings')
    expect(same.code).toBe(2)
    expect(same.error).toContain('savings has this name already')
    const renamed = await hearsay('keys rename savings old --json')
    expect(JSON.parse(renamed.out)).toMatchObject({ v: 1, name: 'old' })
    const warned = await hearsay('keys delete old')
    expect(warned.code).toBe(2)
    expect(warned.error).toMatch(/hs1.*nobody can ever pay.*--yes deletes it/)
    expect(readdirSync(keys())).toEqual(['old.json'])
    expect(JSON.parse((await hearsay('keys delete old --yes --json')).out)).toMatchObject({ v: 1, name: 'old' })
    expect(readdirSync(keys())).toEqual([])
    for (const line of ['keys delete old --yes', 'keys rename old older', 'keys rename old old', 'keys show old']) {
      const { code, error } = await hearsay(line)
      expect(code, line).toBe(6)
      expect(error).toContain('there is no key \\"old\\"')
    }
  })

  it.each(['keys delete alice --yes', 'keys show validator-0', 'keys rename load-3 mine'])(
    'that are published are none of the user: %s',
    async (line) => {
      const { code, error } = await hearsay(line)
      expect(code).toBe(6)
      expect(error).toMatch(/one of the published (accounts|validators) of development networks, and no key of yours/)
    },
  )

  it('are not deleted while a node of this home signs with them', async () => {
    const secret = new Uint8Array(32).fill(9)
    const made = await createKey({ directory: keys(), name: 'maker', secret, passphrase: 'x', n: 1_024 })
    if (!made.ok) throw new Error(made.failure.kind)
    const control = new FakeControl()
    const validator = { key: toHex(made.entry.publicKey), lastSignedSlot: null, silentUntil: null }
    const status = control.status()
    control.status = () => ({ ...status, validator }) as never
    const { api } = await openTestApi({ control })
    try {
      const used = await hearsay('keys delete maker --yes', { HEARSAY_API: api.url })
      expect(used.code).toBe(2)
      expect(used.error).toContain(`signs the blocks of the node that runs at ${api.url}`)
      expect(readdirSync(keys())).toEqual(['maker.json'])
    } finally {
      await api.close()
    }
  })
})

describe('a link without gossip', () => {
  it.each([
    ['in', 'we are not heard'],
    ['out', 'says nothing'],
    ['none', 'no gossip'],
    ['deaf', 'deaf to us'],
    ['both', 'transactions'],
  ] as const)('%s is told in the place of its meshes: %s', async (gossip, words) => {
    const control = new FakeControl()
    const { peers, ...rest } = control.peers()
    control.peers = () => ({ ...rest, peers: peers.map((peer) => ({ ...peer, gossip })) }) as never
    const { api } = await openTestApi({ control })
    try {
      const { out, error } = await hearsay('peers', { HEARSAY_API: api.url })
      expect(error).toBe('')
      const [head = '', row = ''] = out.split('\n')
      expect(row.slice(head.indexOf('MESH')).split('  ')[0]).toBe(words)
    } finally {
      await api.close()
    }
  })
})

describe('where things are', () => {
  it('is told to a shell, with the files and never the token, and taken back', async () => {
    const { child, pid, started } = await startStandIn(home())
    try {
      const { supervisor, ...rest } = manifestOf(home(), {
        nodes: [manifestNodeOf(home(), 0, { apiUrl: 'http://127.0.0.1:4711' })],
      })
      const pageUrl = `http://127.0.0.1:4710/#key=${'ab'.repeat(32)}`
      putInHome(
        home(),
        'testnet.json',
        JSON.stringify({ ...rest, supervisor: { ...supervisor, pid, started, pageUrl } }),
      )
      const shell = await hearsay('env')
      expect(shell.out.split('\n').slice(0, -1)).toEqual([
        `export HEARSAY_HOME=${home()}`,
        'export HEARSAY_API=http://127.0.0.1:4711',
        `export HEARSAY_TOKEN_FILE=${join(home(), 'nodes/node-0/data/.cookie')}`,
        `export HEARSAY_KEYS=${keys()}`,
      ])
      expect(JSON.parse((await hearsay('env --json')).out)).toMatchObject({
        v: 1,
        node: 'node-0',
        HEARSAY_HOME: home(),
      })
      expect((await hearsay('env --unset')).out).toContain('unset HEARSAY_API\n')
      expect((await hearsay('page')).out).toBe(pageUrl)
      const ofOne = await hearsay('page --node 0')
      expect(ofOne.out).toBe('http://127.0.0.1:4711/')
      expect(ofOne.error).toContain('what this node sees')
      expect(JSON.parse((await hearsay('page --node 0 --json')).out)).toEqual({
        v: 1,
        url: 'http://127.0.0.1:4711/',
        of: 'node-0',
      })
      expect(JSON.parse((await hearsay('testnet list --json')).out).testnets).toMatchObject([
        { home: home(), state: 'running', supervisorPid: pid },
      ])
      // A copy that is not there is no reason to stop a network.
      expect((await hearsay('testnet snapshot load one')).code).toBe(6)
      const logs = await hearsay('testnet logs 0-2')
      expect(logs.code).toBe(6)
      expect(logs.error).toContain('the testnet has no node-1 and no node-2')
      expect(logs.error).toContain('it has node-0 only')
      expect((await hearsay('testnet logs 2-9')).error).toContain('no node-2 to node-9')
    } finally {
      child.kill('SIGKILL')
    }
  })

  it('is asked of both nodes: one that was restarted has a transaction of whose way it remembers nothing', async () => {
    const { child, pid, started } = await startStandIn(home())
    const id = '3f'.repeat(32)
    const nodes = await Promise.all(
      [0, 1].map(async (number) => {
        const control = new FakeControl()
        control.propagations.set(id, { kind: 'missing' })
        if (number === 0)
          control.lookups.set(id, { kind: 'found', value: { v: 1, id, state: 'settled' } as TransactionView })
        return openTestApi({ control })
      }),
    )
    try {
      const { supervisor, ...rest } = manifestOf(home(), {
        nodes: nodes.map(({ url }, number) => manifestNodeOf(home(), number, { apiUrl: url })),
      })
      putInHome(home(), 'testnet.json', JSON.stringify({ ...rest, supervisor: { ...supervisor, pid, started } }))
      const told = await hearsay(`why ${id} --node 0 --to 1`)
      expect(told.error).not.toContain('"error"')
      expect(told.out).toContain('node-0 and node-1 are not connected  (link-down)')
      expect(told.out).not.toContain('does not have it')
      expect((await hearsay(`why ${id} --node 1 --to 0`)).out).toContain('node-1 does not have it  (not-held)')
    } finally {
      child.kill('SIGKILL')
      for (const { api } of nodes) await api.close()
    }
  })

  it('of a page goes to a browser by a file that only its owner can read', () => {
    expect(leadingOn('http://127.0.0.1:1/#key=ab</script>')).toContain(
      'location.replace("http://127.0.0.1:1/#key=ab\\u003c/script>")',
    )
  })
})

describe('a mistake', () => {
  it.each([
    ['events --since x', '"x" is not the id of an event'],
    ['status --api ftp://x', 'asks for ftp, and a node speaks http'],
    ['block list --before 0', 'the first block has height 1'],
    ['block list --follow --before 9', '--follow and --before exclude one another'],
    ['tags set hs/x=1', '"hs/x" cannot be the name of a tag'],
    ['tx foo', "unknown command 'foo'"],
    ['testnet snapshot save -- -x', 'is not a name'],
    ['testnet up --preset small-33', 'did you mean "small-3"'],
    ['testnet up --port-base 65530', 'need the ports 65530 to 65550'],
    ['testnet up --resume --link 40ms', '--resume and --link exclude one another'],
    ['testnet fund alice 1.5', 'has a fraction'],
    ['testnet mine 0', 'is not a whole number from 1 to 100'],
    ['testnet mine --hold 3', '--hold makes no block'],
    ['testnet mine --hold --release', 'exclude one another'],
  ])('%s is told in words of the user', async (line, message) => {
    const { code, out, error } = await hearsay(line)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error).toContain(JSON.stringify(message).slice(1, -1))
  })

  it('below a group leads to its help', async () => {
    expect((await hearsay('tx foo')).error).toContain('see `hearsay tx --help`')
    expect((await hearsay('testnet snapshot lod')).error).toContain('did you mean load')
    expect((await hearsay('testnet snapshot x')).error).toContain('see `hearsay testnet snapshot --help`')
  })
})

describe('without a network', () => {
  it.each([
    'testnet up --resume',
    'testnet status',
    'testnet logs',
    'testnet kill 0',
    'testnet fund alice 5',
    'testnet mine',
    'testnet snapshot save one',
    'testnet resume 0',
    'testnet restart 0',
    'testnet add',
    'testnet partition 0',
    'testnet heal',
    'tags remove a --node 0',
    'tx show 3f1a --node 0',
  ])('%s says so with one code', saysSo)

  // These show a lone node as well, where one is.
  it('nor a node, testnet report and top say so with one code', async (context) => {
    context.skip(await isNodeAtDefault(), A_NODE_IS_THERE)
    for (const line of ['testnet report', 'top --once']) await saysSo(line)
  })

  async function saysSo(line: string): Promise<void> {
    mkdirSync(home(), { recursive: true, mode: 0o700 })
    const { code, error } = await hearsay(line)
    expect(code, error).toBe(7)
    // What is under way is told before it.
    expect(JSON.parse(error.trim().split('\n').at(-1) ?? '')).toMatchObject({
      v: 1,
      error: { code: 'no-testnet', hint: expect.stringContaining('testnet up') },
    })
  }

  it('there are no copies of it, and none that could be removed', async () => {
    mkdirSync(home(), { mode: 0o700 })
    expect(await hearsay('testnet snapshot list')).toMatchObject({
      code: 0,
      error: expect.stringContaining('no snapshots'),
    })
    const removed = await hearsay('testnet snapshot remove one')
    expect(removed.code).toBe(6)
    expect(removed.error).toContain('unknown-snapshot')
  })
})

describe('scenarios of the package', () => {
  it('are listed, shown, held against their schema, and their schema is there', async () => {
    const listed = await hearsay('scenario list')
    expect(listed.code).toBe(0)
    const name = /^([a-z]+-[a-z-]+) /m.exec(listed.out)?.[1] ?? ''
    expect(JSON.parse((await hearsay(`scenario show ${name}`)).out)).toMatchObject({ v: 1, name })
    expect((await hearsay(`scenario check ${name}`)).code).toBe(0)
    expect(JSON.parse((await hearsay('scenario schema')).out)).toMatchObject({ title: 'A scenario of hearsay' })
  })

  it('that do not exist are named as such wherever one is asked for', async () => {
    for (const line of ['scenario show nowhere', 'run nowhere', 'testnet run nowhere']) {
      const { code, error } = await hearsay(line)
      expect([2, 6], error).toContain(code)
      expect(error, line).toContain('nowhere')
    }
  })
})

it.each([
  ['sim spread --nodes many', '\\"many\\" is not a whole number'],
  ['sim sweep nowhere', 'too many arguments'],
  ['sim example', 'missing required argument'],
])('%s runs nothing and says what is wrong', async (line, words) => {
  const { code, error } = await hearsay(line)
  expect(code).toBe(2)
  expect(error).toContain(words)
})
