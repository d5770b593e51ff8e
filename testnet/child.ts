/**
 * A node process of a testnet: `node child.js MARK CONFIG…`, one configuration file a node; the mark is for those who
 * look for its process (src/home/proof.ts). It is the same node as `hearsay node run`, tied to its supervisor: the end
 * of the channel between them is the end of the process.
 */
import { openNode, type Node } from '../src/node/compose.ts'
import { guardProcess } from '../src/node/process-guard.ts'
import { STOP_GRACE_MS } from './limits.ts'
import { readNodeConfig } from './node-config-file.ts'
import type { NodeMessage, SupervisorOrder } from './node-messages.ts'
import { obey } from './obey.ts'

const nodes = new Map<string, Node>()
let isStopping = false

async function main(): Promise<void> {
  guardProcess((line) => {
    console.error(line)
  })
  process.on('disconnect', stop)
  process.on('message', onOrder)
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
  nodes.set(config.name, node)
  if (isStopping) return
  log('info', config.name, `ready as ${node.peerId} at ${node.listen.join(' ')}, API ${node.apiUrl ?? 'none'}`)
  tell({ kind: 'ready', name: config.name, peerId: node.peerId, listen: node.listen, api: node.apiUrl ?? '' })
}

/** What the supervisor wants of a node; one that is not there, or is not for development, answers nothing. */
function onOrder({ order, node, what }: SupervisorOrder): void {
  const place = obey(nodes.get(node)?.blocksOnDemand, what)
  if (place !== null) tell({ kind: 'place', order, place })
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
  void Promise.allSettled([...nodes.values()].map((node) => node.stop())).then(() => process.exit(0))
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
