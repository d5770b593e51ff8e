import { describe, expect, it } from 'vitest'
import { isLoopbackUrl } from '../../../src/home/loopback.ts'
import { parseManifest } from '../../../src/home/manifest.ts'
import { manifestNodeOf, manifestOf } from '../../toolkit/command/home.ts'

const HOME = '/nets/one'
const TOKEN = 'ab'.repeat(32)

/** The manifest with one node, and one field of it, or of its node or supervisor, changed. */
function changed(path: string, value: unknown): unknown {
  const document = structuredClone(manifestOf(HOME, { nodes: [manifestNodeOf(HOME, 0)] })) as unknown
  const steps = path.split('.')
  const last = steps.pop() ?? ''
  let at = document as Record<string, unknown>
  for (const step of steps) at = at[step] as Record<string, unknown>
  if (value === undefined) Reflect.deleteProperty(at, last)
  else at[last] = value
  return document
}

describe('a manifest', () => {
  it('is believed as a supervisor writes it', () => {
    const manifest = manifestOf(HOME, {
      recording: '/elsewhere/run.ndjson',
      supervisor: {
        pid: 7,
        started: 'Mon Nov 30 10:00:00 2026',
        url: 'http://127.0.0.1:4000',
        cookieFile: `${HOME}/supervisor.cookie`,
        pageUrl: `http://127.0.0.1:4001/#key=${TOKEN}`,
      },
      nodes: [
        manifestNodeOf(HOME, 0, { pid: 8, started: '99', dials: ['node-1'] }),
        manifestNodeOf(HOME, 1, { apiUrl: '', peerId: '', state: 'starting' }),
      ],
    })
    expect(parseManifest(JSON.parse(JSON.stringify(manifest)), HOME)).toEqual({ ok: true, manifest })
  })

  it.each<[string, readonly unknown[]]>([
    ['v', [2, '1', undefined]],
    ['home', ['/nets/two', '/nets/one/', '.', '', 7, undefined]],
    ['nonce', ['', 'AB'.repeat(16), 'ab'.repeat(8), 7, undefined]],
    ['network', [7, null, 'x'.repeat(129)]],
    ['networkId', ['', 'z'.repeat(64)]],
    ['networkFile', ['/etc/passwd', '../two/network.json', HOME, 7]],
    ['seed', ['1', null, Number.NaN]],
    ['recording', [7, null]],
    ['nodes', [{}, 'node', null, undefined, [null], [7], [[]]]],
    ['supervisor', [null, [], 'x', undefined]],
    ['supervisor.pid', [0, -1, 1, 1.5, '7', null, 2 ** 53]],
    ['supervisor.started', ['', '\u001b[2J', null, 'x'.repeat(65)]],
    ['supervisor.url', ['http://192.0.2.1:80', 'http://localhost:80', 'https://127.0.0.1:80', 'http://127.0.0.1']],
    ['supervisor.cookieFile', ['/etc/shadow', '../../secret', '']],
    ['supervisor.pageUrl', ['http://192.0.2.1:80/#key=' + TOKEN, 'http://127.0.0.1:80/', 7]],
    ['nodes.0.name', ['', 'node-', 'node-01', '__proto__', 'node-0\n', 'x', 7]],
    ['nodes.0.peerId', ['\u001b[31m', 'a b', 7, 'x'.repeat(129)]],
    ['nodes.0.pid', [0, -1, 1, '8']],
    ['nodes.0.state', ['fine', '', null]],
    ['nodes.0.apiUrl', ['http://192.0.2.1:4600', 'http://127.0.0.1.example.org:4600', 'http://u@127.0.0.1:4600', null]],
    ['nodes.0.cookieFile', ['/root-of-all/.cookie', `${HOME}/../.cookie`, `${HOME}-two/.cookie`]],
    ['nodes.0.logFile', ['/etc/passwd', '']],
    ['nodes.0.dataDir', ['/', '..']],
    ['nodes.0.p2pPort', [-1, 65_536, '1']],
    ['nodes.0.dials', [null, ['node-1', 7], 'node-1']],
  ])('is refused where its %s is not what it must be', (path, values) => {
    for (const value of values) expect(parseManifest(changed(path, value), HOME).ok, JSON.stringify(value)).toBe(false)
  })

  it('is refused where it is no object, or names more nodes than a testnet may have', () => {
    for (const document of [null, [], 'x', 7, true]) expect(parseManifest(document, HOME).ok).toBe(false)
    const nodes = Array.from({ length: 1_001 }, (_, index) => manifestNodeOf(HOME, index))
    expect(parseManifest(manifestOf(HOME, { nodes }), HOME)).toMatchObject({ ok: false })
    expect(parseManifest(manifestOf(HOME, { nodes: nodes.slice(1) }), HOME)).toMatchObject({ ok: true })
  })

  it('that was copied says for which folder it was written', () => {
    expect(parseManifest(manifestOf('/nets/two'), HOME)).toEqual({
      ok: false,
      detail: 'was written for /nets/two: a copy is no testnet',
    })
  })
})

describe('an address of this machine', () => {
  it.each(['http://127.0.0.1:1', 'http://127.255.0.9:65535', 'http://[::1]:4600'])('is %s', (url) => {
    expect(isLoopbackUrl(url)).toBe(true)
  })

  it.each([
    '',
    'http://127.0.0.1',
    'http://127.0.0.1:0',
    'http://127.0.0.1:65536',
    'http://127.0.0.1:80/',
    'http://127.0.0.1:80/path',
    'http://127.0.0.1:80#x',
    'http://127.0.0.1:80\n',
    'http://127.0.0.256:80',
    'http://127.1:80',
    'http://2130706433:80',
    'http://0x7f.0.0.1:80',
    'http://localhost:80',
    'http://127.0.0.1.example.org:80',
    'http://user@127.0.0.1:80',
    'http://192.0.2.1:80',
    'https://127.0.0.1:80',
    'HTTP://127.0.0.1:80',
    ' http://127.0.0.1:80',
    'http://[::ffff:127.0.0.1]:80',
  ])('is not %j', (url) => {
    expect(isLoopbackUrl(url)).toBe(false)
  })
})
