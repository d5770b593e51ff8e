/** What was acknowledged is there after the process was killed, and after the disk took no more. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { openDiskStore } from '../../src/adapters/store/open-disk-store.ts'

const root = mkdtempSync(join(tmpdir(), 'hearsay-crash-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

const writer = fileURLToPath(new URL('../toolkit/store/store-writer.ts', import.meta.url))

/** Runs the writer and hands each line to `onLine`, until it ends or `onLine` says to kill it. */
async function runWriter(
  directory: string,
  shellLimits: string,
  onLine: (line: string) => 'go on' | 'kill',
): Promise<void> {
  const child = spawn(
    'sh',
    ['-c', `${shellLimits} exec "$0" "$@"`, process.execPath, '--no-warnings', writer, directory],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const ended = once(child, 'exit')
  for await (const line of createInterface(child.stdout)) if (onLine(line) === 'kill') child.kill('SIGKILL')
  await ended
}

async function keysIn(directory: string): Promise<string[]> {
  const opened = await openDiskStore(directory)
  if (!opened.ok) throw new Error(opened.message)
  try {
    const entries = await opened.store.entries('pool')
    for (const [key, value] of entries) expect(value, key).toEqual(new Uint8Array(1_000).fill(Number(key) % 256))
    return entries.map(([key]) => key)
  } finally {
    await opened.store.close()
  }
}

describe('a disk store', () => {
  it('has every acknowledged write after kill -9', async () => {
    const directory = join(root, 'killed')
    const acknowledged: string[] = []
    await runWriter(directory, '', (line) => {
      if (line.startsWith('ack ')) acknowledged.push(line.slice(4))
      return acknowledged.length >= 200 ? 'kill' : 'go on'
    })
    expect(acknowledged.length).toBeGreaterThanOrEqual(200)
    const found = new Set(await keysIn(directory))
    expect(acknowledged.filter((key) => !found.has(key))).toEqual([])
  })

  it('acknowledges nothing after the first failed write, and loses nothing from before', async () => {
    const directory = join(root, 'full')
    const lines: string[] = []
    // No file may grow past 128 blocks of 512 or 1024 bytes: the system refuses the write, as on a full disk.
    await runWriter(directory, 'ulimit -f 128;', (line) => {
      lines.push(line)
      return 'go on'
    })
    const acknowledged = lines.filter((line) => line.startsWith('ack ')).map((line) => line.slice(4))
    expect(acknowledged.length).toBeGreaterThan(10)
    expect(lines.slice(acknowledged.length)).toEqual([
      expect.stringMatching(/^failed ./),
      'healthy false',
      'later false',
    ])
    const found = new Set(await keysIn(directory))
    expect(acknowledged.filter((key) => !found.has(key))).toEqual([])
  })
})
