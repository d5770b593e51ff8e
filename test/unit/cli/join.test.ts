/** `invite` and `join` in this process: what is printed, and each wrong line with a message of its own. */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import decodeQR from 'qr/decode.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommand } from '../../../src/cli/run-inside.ts'
import { qrLines } from '../../../src/cli/qr-text.ts'
import { encodeInvitation } from '../../../src/domain/codec/invitation-codec.ts'
import type { Invitation } from '../../../src/domain/invitation.ts'
import { networkDocument, networkIdOf } from '../../../src/domain/params.ts'
import { peerIdOfKey } from '../../../src/domain/record.ts'
import { FakeControl } from '../../toolkit/api/fake-control.ts'
import { openTestApi, TOKEN } from '../../toolkit/api/http-api.ts'
import { TEST_NETWORK } from '../../toolkit/objects/transactions.ts'

let folder = ''
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'hearsay-join-')))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

async function hearsay(...words: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  const env = { HEARSAY_HOME: join(folder, 'home'), HEARSAY_KEYS: join(folder, 'keys'), XDG_STATE_HOME: folder }
  const { exitCode, stdout, stderr } = await runCommand(words, env)
  return { code: exitCode, out: stdout.trim(), error: stderr }
}

const invitation: Invitation = {
  networkId: networkIdOf(TEST_NETWORK),
  peer: peerIdOfKey(new Uint8Array(32).fill(9)),
  // Nobody listens there.
  addresses: ['/ip4/127.0.0.1/tcp/1'],
  expiresAtMs: Date.now() + 3_600_000,
  secret: null,
}
const line = encodeInvitation(invitation)
const secretLine = encodeInvitation({ ...invitation, secret: new Uint8Array(16).fill(7) })

/** What `join` says of a line. Nothing may be written. */
async function refusal(
  given: string,
  ...more: readonly string[]
): Promise<{ code: number; error: string; message: string }> {
  const { code, error } = await hearsay(
    'join',
    given,
    '--listen',
    '/ip4/127.0.0.1/tcp/0',
    '--api',
    '127.0.0.1:0',
    ...more,
  )
  const said = (JSON.parse(error.trim().split('\n').at(-1) ?? '') as { error: { code: string; message: string } }).error
  return { code, error: said.code, message: said.message }
}

describe('join', () => {
  it('has a message of its own for each wrong line, and writes nothing', async () => {
    const wrong = [
      ['usage', 2, ' '],
      ['not-an-invitation', 2, 'please join us'],
      ['not-an-invitation', 2, 'hs1cc784aqzqez6ae7z42534ajchyynxpa8kcn8hst0emwp2rpn4zhspjjpne'],
      ['invitation-cut-short', 2, line.slice(0, -1)],
      ['invitation-altered', 2, `${line.slice(0, 60)}${line[60] === 'q' ? 'p' : 'q'}${line.slice(61)}`],
      ['invitation-expired', 2, encodeInvitation({ ...invitation, expiresAtMs: Date.now() - 1 })],
      ['secret-in-arguments', 2, secretLine],
      ['no-node-reached', 3, line],
    ] as const
    const messages = new Set<string>()
    for (const [code, exit, given] of wrong) {
      const said = await refusal(given)
      expect([said.error, said.code], said.message).toEqual([code, exit])
      expect(said.message).not.toContain(secretLine)
      messages.add(said.message)
    }
    expect(messages.size).toBe(wrong.length)
    expect(readdirSync(folder)).toEqual([])
  })

  it('takes a secret from a file, where no other user sees it', async () => {
    const path = join(folder, 'line')
    writeFileSync(path, `${secretLine}\n`, { mode: 0o600 })
    expect(await refusal(`@${path}`)).toMatchObject({ code: 3, error: 'no-node-reached' })
    expect(await refusal(`@${path}x`)).toMatchObject({ code: 2, error: 'usage' })
  })

  it('leaves a node where it is: of another network, of this one, of nobody knows which', async () => {
    const dataDir = join(folder, 'data')
    mkdirSync(dataDir)
    const at = ['--data-dir', dataDir]
    writeFileSync(join(dataDir, 'identity'), '')
    expect(await refusal(line, ...at)).toMatchObject({ code: 2, error: 'data-there' })
    const put = (name: string): void =>
      writeFileSync(join(dataDir, 'network.json'), JSON.stringify(networkDocument({ ...TEST_NETWORK, name })))
    put(TEST_NETWORK.name)
    expect(await refusal(line, ...at)).toMatchObject({ code: 2, error: 'already-joined' })
    put('another')
    const other = await refusal(line, ...at)
    expect(other).toMatchObject({ code: 2, error: 'other-network' })
    expect(other.message).toContain('belongs to another')
    expect(readdirSync(dataDir).sort()).toEqual(['identity', 'network.json'])
  })

  it('looks whether it could start before anybody is asked', async () => {
    const taken = createServer()
    await new Promise<void>((settle) => taken.listen(0, '127.0.0.1', settle))
    const { port } = taken.address() as { port: number }
    try {
      const { error } = await hearsay('join', line, '--listen', `/ip4/127.0.0.1/tcp/${port}`, '--api', '127.0.0.1:0')
      expect(error).toMatch(/--listen: 127\.0\.0\.1 port \d+ is taken/)
      expect(error).not.toContain('asking')
      expect((await refusal(line, '--validator', 'nobody')).message).toContain('nobody')
    } finally {
      await new Promise((settle) => taken.close(settle))
    }
  })
})

describe('invite', () => {
  it('prints the line alone to stdout, and what it is to stderr', async () => {
    const { api, port } = await openTestApi({ control: new FakeControl() })
    const tokenFile = join(folder, 'token')
    writeFileSync(tokenFile, `${TOKEN}\n`)
    try {
      const ask = (...more: readonly string[]): ReturnType<typeof hearsay> =>
        hearsay('invite', '--api', `http://127.0.0.1:${port}`, '--token-file', tokenFile, ...more)
      const open = await ask('--expires', '90m')
      expect(open.out).toMatch(/^hsjoin1[a-z0-9]+$/)
      expect(open.error).toContain('1 h 30 min')
      expect(open.error).toContain('hearsay join LINE')
      const once = await ask('--once', '--qr')
      expect(once.error).toContain('hearsay join -')
      expect(once.error).toContain('█')
      const json = JSON.parse((await ask('--json')).out) as { line: string; once: boolean }
      expect(json).toMatchObject({ v: 1, once: false })
      expect((await ask('--expires', '400h')).code).toBe(2)
    } finally {
      await api.close()
    }
  })

  it('draws a picture that a reader of QR codes reads', () => {
    const lines = qrLines(secretLine.toUpperCase())
    const modules = lines.flatMap((row) => [
      [...row].map((block) => block === ' ' || block === '▄'),
      [...row].map((block) => block === ' ' || block === '▀'),
    ])
    const scale = 4
    const [height, width] = [modules.length * scale, (modules[0]?.length ?? 0) * scale]
    const data = new Uint8Array(height * width * 4)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        data.fill(
          modules[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true ? 0 : 255,
          4 * (y * width + x),
          4 * (y * width + x) + 4,
        )
    expect(decodeQR({ height, width, data }).toLowerCase()).toBe(secretLine)
    expect(lines[0]?.length).toBeLessThanOrEqual(80)
  })
})
