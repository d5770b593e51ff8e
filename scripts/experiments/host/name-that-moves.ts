/** A name in a hosts file of the node's own, which first leads to where nobody listens and then to a peer. */
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { until } from '../../../testnet/until.ts'
import { startShellNode } from '../../../test/toolkit/command/shell-node.ts'
import { folderOf, type Beside } from './host.ts'

/** The node tries an address again after seconds at first. */
const FOUND_MS_MAX = 60_000

export async function nameThatMoves(folder: string): Promise<Beside> {
  const peer = await startShellNode(folderOf(dirname(folder), 'peer'), ['--data-dir', 'data'])
  const hosts = join(folder, 'hosts')
  writeFileSync(hosts, '127.0.0.9 relay.example\n')
  const port = /\/tcp\/(\d+)/.exec(peer.listen)?.[1] ?? ''
  return {
    args: ['--bootstrap', `/dns4/relay.example/tcp/${port}`],
    look: async ({ api }) => {
      const peers = async (): Promise<{ peers: unknown[]; dials: { failures: number }[] }> =>
        (await (await fetch(`${api ?? ''}/v1/peers`)).json()) as { peers: unknown[]; dials: { failures: number }[] }
      const when = { timeoutMs: FOUND_MS_MAX, everyMs: 100 }
      if (!(await until(async () => ((await peers()).dials[0]?.failures ?? 0) > 0, when))) return 'it was not dialled'
      writeFileSync(hosts, '127.0.0.1 relay.example\n')
      return (await until(async () => (await peers()).peers.length > 0, when)) ? null : 'it was not found again'
    },
    close: () => peer.stop(),
  }
}
