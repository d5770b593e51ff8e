/** One machine: the node starts, ends in good order at SIGTERM, and starts again; or it says one sentence. */
import { once } from 'node:events'
import { readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { refusalIn, startShellNode, type ShellNode } from '../../../test/toolkit/command/shell-node.ts'
import { folderOf, type Host } from './host.ts'

const STOP_MS_MAX = 5_000

/** What came of it in words, with a cross in front where it is not what was to come. */
export async function runHost(host: Host, root: string): Promise<string> {
  const folder = folderOf(root, host.name.replaceAll(/[^a-z0-9]/gi, '-'))
  const data = join(folder, 'data')
  const beside = await host.beside?.(folder)
  const start = (): Promise<ShellNode> =>
    startShellNode(folder, ['--data-dir', 'data', ...(host.args ?? []), ...(beside?.args ?? [])], {
      shell: (host.shell ?? 'exec').replaceAll('DATA', data),
      env: beside?.env ?? {},
    })
  let node = await start()
  try {
    if (host.refusal !== undefined) return refusalOf(node, host.refusal)
    const ends: number[] = []
    for (const time of ['first', 'second'] as const) {
      if (time === 'second') node = await start()
      if (node.api === null) return `✗ it did not start the ${time} time: ${node.log().slice(-300)}`
      const look = time === 'first' ? (host.look ?? beside?.look) : undefined
      const fault = (await look?.(node)) ?? null
      if (fault !== null) return `✗ ${fault}`
      const askedMs = performance.now()
      process.kill(nodeOf(node.child.pid ?? 0), 'SIGTERM')
      if (node.exit() === null) await once(node.child, 'exit')
      ends.push(performance.now() - askedMs)
      if (node.exit() !== 0) return `✗ it ended with ${node.exit() ?? node.child.signalCode ?? ''}`
    }
    const slowest = Math.max(...ends)
    return `${slowest <= STOP_MS_MAX ? '✓' : '✗'} starts twice, stops within ${Math.round(slowest)} ms`
  } finally {
    await node.stop()
    await beside?.close()
    for (const base of ['/sys/fs/cgroup/memory', '/sys/fs/cgroup'])
      if (readdirSync(base).includes('hearsay-host')) rmdirSync(join(base, 'hearsay-host'))
  }
}

function refusalOf(node: ShellNode, words: RegExp): string {
  const told = refusalIn(node.log()) ?? `nothing but ${node.log().slice(-300)}`
  return `${node.exit() === 2 && words.test(told) ? '✓' : '✗'} says: ${told}`
}

/** What stands in front of the node may stay there as its parent. */
function nodeOf(pid: number): number {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  return child === undefined || !/unshare/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '')
    ? pid
    : Number(child)
}
