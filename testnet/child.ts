/**
 * A node process of a testnet: `node child.js MARK CONFIG…`, one configuration file a node; the mark is for those who
 * look for its process (src/home/proof.ts). It is the same node as `hearsay node run`, tied to its supervisor: the end
 * of the channel between them is the end of the process.
 */
import { openNode, type Node } from '../src/node/compose.ts'
import { guardProcess } from '../src/node/process-guard.ts'
import { STOP_GRACE_MS } from './limits.ts'
import { readNodeConfig } from './node-config-file.ts'
import type { NodeMessage } from './node-messages.ts'

const nodes: Node[] = []
let isStopping = false

async function main(): Promise<void> {
  guardProcess((line) => {
    console.error(line)
  })
  process.on('disconnect', stop)
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop)
  if (!process.connected) {
    stop()
    return
  }
  await Promise.all(process.argv.slice(3).map(start))
}

async function start(configFile: string): Promise<void> {
  const config = readNodeConfig(configFile)
  const opening = await openNode(config, { ownsProcess: true })
  if (!opening.ok) {
    log('error', config.name, `it did not start: ${opening.message}; ${opening.hint}`)
    tell({ kind: 'failed', name: config.name, message: opening.message })
    return
  }
  const { node } = opening
  nodes.push(node)
  if (isStopping) return
  log('info', config.name, `ready as ${node.peerId} at ${node.listen.join(' ')}, API ${node.apiUrl ?? 'none'}`)
  tell({ kind: 'ready', name: config.name, peerId: node.peerId, listen: node.listen, api: node.apiUrl ?? '' })
}

function stop(): void {
  if (isStopping) return
  isStopping = true
  log(
    'info',
    'process',
    process.connected ? 'stopping, since it was told to' : 'stopping, since the supervisor is gone',
  )
  // Whoever is gone cannot kill what hangs.
  setTimeout(() => process.exit(1), STOP_GRACE_MS).unref()
  void Promise.allSettled(nodes.map((node) => node.stop())).then(() => process.exit(0))
}

/** Beginning and end stand in the log too, in the form of the node's own lines. */
function log(level: 'info' | 'error', node: string, msg: string): void {
  console.error(JSON.stringify({ level, time: new Date().toISOString(), pid: process.pid, node, msg }))
}

function tell(message: NodeMessage): void {
  // The supervisor may be gone at any moment; 'disconnect' then says so.
  process.send?.(message, undefined, undefined, () => undefined)
}

await main()
