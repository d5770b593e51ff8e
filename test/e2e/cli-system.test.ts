/** What a system may do to a node: few files, output that nobody takes, signals that were inherited otherwise. */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeRun, writeNetwork } from '../toolkit/command/dev-folder.ts'
import { killWhole, startShellNode, type ShellNode } from '../toolkit/command/shell-node.ts'
import { freshFolder, removeFolders, runCli } from '../toolkit/command/cli.ts'
import { until } from '../toolkit/until.ts'

const program = fileURLToPath(new URL('../../scripts/hearsay.js', import.meta.url))
const running: ChildProcess[] = []
const sockets: Socket[] = []
let cwd = ''
beforeEach(() => {
  cwd = freshFolder()
  writeNetwork(cwd, 'dev-cli')
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const child of running.splice(0)) await killWhole(child)
  removeFolders()
})

type Ready = ShellNode & { readonly api: string }

/** A node that a shell starts after these words (`ulimit -n 256; exec`), and that goes on in its place. */
async function startNode(shell: string, more: readonly string[] = [], stdio?: StdioOptions): Promise<Ready> {
  const node = await startShellNode(cwd, more, { shell, ...(stdio !== undefined && { stdio }) })
  running.push(node.child)
  const { api } = node
  if (api === null) throw new Error(`the node is not ready: ${node.log()}`)
  return { ...node, api }
}

async function statusOf(api: string): Promise<unknown> {
  try {
    return await (await fetch(`${api}/v1/node/status`, { signal: AbortSignal.timeout(2_000) })).json()
  } catch {
    return null
  }
}

const answers = async (node: Ready): Promise<boolean> => (await statusOf(node.api)) !== null

async function ended(child: ChildProcess): Promise<number | string | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode ?? child.signalCode
}

describe('a node that a service manager runs', () => {
  it('tells it what it waits for, and opens its log anew when it reloads', async () => {
    const [told, log] = [join(cwd, 'told'), join(cwd, 'node.log')]
    // What comes with systemd, written down instead of sent: `npm run host` has a real socket.
    writeFileSync(join(cwd, 'systemd-notify'), `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> ${told}\n`, { mode: 0o755 })
    const env = { PATH: `${cwd}:${process.env.PATH ?? ''}`, NOTIFY_SOCKET: '@given', WATCHDOG_USEC: '300000' }
    const node = await startShellNode(cwd, ['--log-file', log, '--announce', '/ip4/10.0.0.7/tcp/4601'], { env })
    running.push(node.child)
    const hasTold = (words: RegExp) => () => existsSync(told) && words.test(readFileSync(told, 'utf8'))
    await until(hasTold(/^@given READY=1 STATUS=alone: 0 peers, height 0/m), 'it is ready')
    await until(hasTold(/(WATCHDOG=1 STATUS=.*\n[^]*){2}/), 'its loop turns')
    expect(node.log()).not.toContain('"level"')
    const members = await (await fetch(`${node.api ?? ''}/v1/network`)).json()
    expect(members).toMatchObject({ members: [{ addresses: ['/ip4/10.0.0.7/tcp/4601'] }] })
    renameSync(log, `${log}.1`)
    node.child.kill('SIGHUP')
    await until(hasTold(/RELOADING=1 MONOTONIC_USEC=\d+\n[^]*READY=1/), 'it has reloaded')
    expect(readFileSync(log, 'utf8')).toBe('')
    node.child.kill('SIGTERM')
    expect(await ended(node.child)).toBe(0)
    expect(readFileSync(told, 'utf8')).toContain('STOPPING=1')
  })
})

describe('a node with few files', () => {
  it('outlives a burst of connections, and takes transactions during it', async () => {
    const node = await startNode('ulimit -n 256; exec')
    const port = Number(/\/tcp\/(\d+)/.exec(node.listen)?.[1])
    const apiPort = Number(new URL(node.api).port)
    for (let count = 0; count < 600; count++) {
      const socket = connect(count % 2 === 0 ? port : apiPort, '127.0.0.1')
      socket.on('error', () => undefined)
      sockets.push(socket)
    }
    // The kernel looks at its memory and its loop while all of them hold on.
    const until5s = Date.now() + 3_000
    await until(() => Date.now() > until5s || node.child.exitCode !== null, 'three seconds under the burst')
    expect(node.child.exitCode, node.log()).toBe(null)
    for (const socket of sockets.splice(0)) socket.destroy()
    await until(() => answers(node), 'the node answers after the burst')
    const sent = await runCli(['tx', 'send', '--from', 'alice', '--to', 'bob', '--amount', '5', '--json'], { cwd })
    expect(sent.code, sent.stderr + node.log()).toBe(0)
  })
})

describe('the output of a node', () => {
  it('may lose its readers: the node goes on, and stops in good order when it is told to', async () => {
    const node = await startNode('exec', ['--log-level', 'debug'])
    node.child.stdout?.destroy()
    node.child.stderr?.destroy()
    for (let time = 0; time < 3; time++) {
      const sent = await runCli(['tx', 'send', '--from', 'alice', '--to', 'bob', '--amount', '5'], { cwd })
      expect(sent.code, sent.stderr).toBe(0)
    }
    node.child.kill('SIGTERM')
    expect(await ended(node.child)).toBe(0)
    expect(existsSync(join(cwd, '.hearsay', 'node', 'runtime.json'))).toBe(false)
  })

  it('may wait for ever for a reader that stands still: the node goes on, and ends when it is told to', async () => {
    // The test never reads stderr: 64 KiB fill the pipe.
    const node = await startNode(
      'dd if=/dev/zero bs=1024 count=64 1>&2 2>/dev/null; exec',
      ['--log-level', 'debug'],
      ['ignore', 'pipe', 'overlapped'],
    )
    expect(await answers(node)).toBe(true)
    node.child.kill('SIGTERM')
    expect(await ended(node.child)).toBe(0)
  })

  it('may find its disk full: the node goes on, says so in its health, and logs again', async () => {
    const node = await startNode('exec 2>/dev/full; exec', ['--log-level', 'debug'])
    await until(async () => {
      const status = (await statusOf(node.api)) as { problems?: { code: string }[] } | null
      return status?.problems?.some(({ code }) => code === 'log-lost') ?? false
    }, 'health tells that the log is lost')
    node.child.kill('SIGTERM')
    expect(await ended(node.child)).toBe(0)
  })

  it('may be closed before it begins', async () => {
    const child = spawn('sh', ['-c', 'exec "$0" "$@" <&- >&- 2>&-', process.execPath, program, ...nodeRun()], {
      cwd,
      stdio: 'ignore',
      env: { PATH: process.env.PATH ?? '' },
    })
    running.push(child)
    const runtime = join(cwd, '.hearsay', 'node', 'runtime.json')
    await until(() => existsSync(runtime) || child.exitCode !== null, 'the node says where it is')
    const { apiUrl } = JSON.parse(readFileSync(runtime, 'utf8')) as { apiUrl: string }
    expect(await statusOf(apiUrl)).not.toBe(null)
    child.kill('SIGTERM')
    expect(await ended(child)).toBe(0)
  })
})

describe('signals', () => {
  it('that were ignored or blocked by whoever started it stop a node all the same; without a terminal SIGHUP does not', async () => {
    const node = await startNode(
      "trap '' TERM INT HUP; exec nohup env --block-signal=TERM --block-signal=INT --ignore-signal=TERM",
    )
    node.child.kill('SIGHUP')
    expect(await answers(node)).toBe(true)
    node.child.kill('SIGTERM')
    expect(await ended(node.child)).toBe(0)
  })
})

describe('the output of a command', () => {
  /** Its exit code and what came on stderr. */
  async function sh(line: string): Promise<{ code: number | string | null; stderr: string }> {
    const child = spawn(
      'bash',
      ['-o', 'pipefail', '-c', line.replaceAll('hearsay', `"${process.execPath}" "${program}"`)],
      {
        cwd,
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { PATH: process.env.PATH ?? '' },
      },
    )
    running.push(child)
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    return { code: await ended(child), stderr }
  }

  it('that is lost makes it fail, and what nobody wants to read does not', async () => {
    const node = await startNode('exec')
    const full = await sh(`hearsay status --api ${node.api} >/dev/full`)
    expect(full).toMatchObject({ code: 1, stderr: expect.stringContaining("the result can't be written (ENOSPC)") })
    expect((await sh(`hearsay status --api ${node.api} | true`)).code).toBe(0)
    let isOver = false
    const follower = sh(`hearsay events --follow --topics transactions --api ${node.api} | head -n 1 >/dev/null`)
    void follower.then(() => (isOver = true))
    // Who follows learns that its reader is gone when it writes the next time.
    for (let time = 0; !isOver && time < 50; time++) await sh('hearsay tx send --from alice --to bob --amount 5')
    expect((await follower).code).toBe(0)
  })

  it('that nobody reads does not keep it from what it was told to do', async () => {
    const node = await startNode('exec')
    expect((await sh('hearsay tx send --from alice --to bob --amount 5 2>&1 | true')).code).toBe(0)
    expect((await sh('hearsay tx send --from alice --to bob --amount 5 >/dev/null 2>/dev/full')).code).toBe(0)
    const status = (await statusOf(node.api)) as { mempool: { count: number } }
    expect(status.mempool.count).toBe(2)
  })
})
