import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { openServiceManager } from '../../../src/cli/service-manager.ts'

it('is not there where nobody waits to be told', () => {
  expect(openServiceManager({ PATH: '/' }, 1, () => undefined)).toBe(null)
  expect(openServiceManager({ PATH: '/', NOTIFY_SOCKET: '' }, 1, () => undefined)).toBe(null)
})

it('that can not be told is given up, once', async () => {
  const lost: string[] = []
  const manager = openServiceManager({ PATH: '/nowhere', NOTIFY_SOCKET: '/run/nobody' }, 1, (why) => lost.push(why))
  manager?.ready('ready')
  manager?.reloading()
  await vi.waitUntil(() => lost.length > 0)
  manager?.stopping()
  await new Promise((resolve) => setImmediate(resolve))
  expect(lost).toEqual(['there is no systemd-notify'])
})

it('that fails once is told the next time all the same: a watchdog must not end a node for that', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-notify-'))
  try {
    const script = `#!/bin/sh\necho "$1" >> ${folder}/told; [ "$1" != READY=1 ]\n`
    writeFileSync(join(folder, 'systemd-notify'), script, { mode: 0o755 })
    const lost: string[] = []
    const env = { PATH: `${folder}:${process.env.PATH ?? ''}`, NOTIFY_SOCKET: '/run/nobody' }
    const manager = openServiceManager(env, 1, (why) => lost.push(why))
    manager?.ready('ready')
    await vi.waitUntil(() => lost.length > 0)
    manager?.stopping()
    await vi.waitUntil(() => readFileSync(join(folder, 'told'), 'utf8') === 'READY=1\nSTOPPING=1\n')
    expect(lost).toEqual([expect.stringContaining('Command failed')])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
