/**
 * What observes a network: follows every node's event stream and records it, as a testnet's supervisor does, in a
 * process of its own.
 */
import type { ManifestNode } from '../../../src/home/manifest.ts'
import { NetworkWatch } from '../../../testnet/network-watch.ts'
import { RECORDED_TRANSACTIONS_MAX } from '../../../testnet/limits.ts'
import { RecordFile } from '../../../testnet/record-file.ts'
import { taskOf } from './processes.ts'

export interface WatchTask {
  readonly apiUrls: readonly string[]
  /** Where to record to. */
  readonly path: string
}

export type WatchMessage = { readonly kind: 'lines'; readonly count: number }

const { apiUrls, path } = taskOf<WatchTask>()
const nodes = apiUrls.map((apiUrl, index): ManifestNode => ({
  name: `node-${index}`,
  peerId: `peer-${index}`,
  pid: null,
  started: null,
  state: 'ready',
  apiUrl,
  cookieFile: '',
  p2pPort: 0,
  dataDir: '',
  logFile: '',
  dials: [],
}))
const head = {
  v: 1,
  line: 'network',
  network: 'bench',
  networkId: '',
  seed: null,
  topology: 'full',
  degree: null,
  link: 'direct',
  createdAt: Date.now(),
  version: 'bench',
  clockErrorMs: 0,
  nodes,
} as const

let count = 0
const file = new RecordFile(path, head, (reason) => {
  throw new Error(reason)
})
const watch = new NetworkWatch({
  isFromStart: true,
  transactionsMax: RECORDED_TRANSACTIONS_MAX,
  onLine: (line) => {
    count++
    file.write(line)
  },
})
watch.update({ nodes })
process.on('message', () => process.send?.({ kind: 'lines', count } satisfies WatchMessage))
process.on('disconnect', () => {
  watch.close()
  void file.close().then(() => process.exit())
})
