/**
 * A process that writes to a disk store until it is stopped: one line `ack <key>` for each durable write, `failed` for
 * the first that fails, and then `healthy <bool>` and `later <ok>` for one more attempt. Run as `node store-writer.ts
 * DIRECTORY`.
 */
import { writeSync } from 'node:fs'
import { openDiskStore } from '../../../src/adapters/store/open-disk-store.ts'

const STDOUT = 1
const [, , directory = ''] = process.argv
// Synchronous: an acknowledgement must not wait in this process when it dies.
const say = (line: string): void => void writeSync(STDOUT, `${line}\n`)

const opened = await openDiskStore(directory)
if (!opened.ok) throw new Error(opened.message)
const { store } = opened
for (let index = 0; ; index++) {
  const key = String(index).padStart(6, '0')
  const outcome = await store.write([{ kind: 'put', space: 'pool', key, value: Buffer.alloc(1_000, index % 256) }], {
    durable: true,
  })
  if (!outcome.ok) {
    say(`failed ${outcome.reason}`)
    break
  }
  say(`ack ${key}`)
}
say(`healthy ${store.healthy}`)
const later = await store.write([{ kind: 'delete', space: 'pool', key: 'x' }], { durable: true })
say(`later ${later.ok}`)
process.exit(0)
