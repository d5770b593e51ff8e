/**
 * A process that opens disk stores, for tests of who may. Each line on stdin is a command, each answered by one line:
 * `open PATH`, `thread PATH` (in a worker thread), `touch PATH` (opens and closes the database's LOCK file, as a copy
 * of the directory would), `close`.
 */
import { closeSync, openSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { Store } from '../../../src/ports/store.ts'
import { openDiskStore } from '../../../src/adapters/store/open-disk-store.ts'

const stores: Store[] = []

async function open(path: string): Promise<string> {
  const opened = await openDiskStore(path)
  if (!opened.ok) return `refused ${opened.kind}: ${opened.message}`
  stores.push(opened.store)
  return 'open'
}

async function obey(line: string): Promise<string> {
  const [command = '', path = ''] = line.split(' ')
  switch (command) {
    case 'open':
      return open(path)
    case 'thread': {
      const worker = new Worker(new URL(import.meta.url), { workerData: path })
      const [answer] = (await once(worker, 'message')) as [string]
      return answer
    }
    case 'touch':
      closeSync(openSync(join(path, 'LOCK'), 'r'))
      return 'touched'
    default:
      for (const store of stores.splice(0)) await store.close()
      return 'closed'
  }
}

if (isMainThread) for await (const line of createInterface(process.stdin)) console.log(await obey(line))
else parentPort?.postMessage(await open(workerData as string))
