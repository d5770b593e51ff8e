/** Whoever waits on the other end of NOTIFY_SOCKET, as systemd does; the real one is in `npm run deploy`. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../../testnet/until.ts'
import { killWhole } from '../../../test/toolkit/command/shell-node.ts'
import type { Beside } from './host.ts'

const LISTENER = `import socket, sys
end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
end.bind(sys.argv[1])
while True: print(end.recv(4096).decode().replace(chr(10), ' '), flush=True)`
const TOLD_MS_MAX = 10_000

export async function waitingManager(folder: string): Promise<Beside> {
  const path = join(folder, 'notify')
  const listener = spawn('python3', ['-c', LISTENER, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  let told = ''
  listener.stdout.setEncoding('utf8').on('data', (text: string) => (told += text))
  const when = { timeoutMs: TOLD_MS_MAX, everyMs: 20 }
  await until(() => existsSync(path), when)
  return {
    env: { NOTIFY_SOCKET: path, WATCHDOG_USEC: '1000000' },
    look: async ({ child }) => {
      if (!(await until(() => /READY=1[^]*WATCHDOG=1[^]*WATCHDOG=1/.test(told), when))) return `it told ${told}`
      // A loop that hangs says nothing: what is stopped can't say that it turns.
      child.kill('SIGSTOP')
      const before = told
      await until(() => told !== before, { timeoutMs: 1_500, everyMs: 100 })
      child.kill('SIGCONT')
      return told === before ? null : 'it said that its loop turns while it did not'
    },
    close: () => killWhole(listener),
  }
}
