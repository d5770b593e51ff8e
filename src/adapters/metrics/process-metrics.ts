/**
 * How the process is doing. prom-client's own default metrics start an observer of garbage collection and a monitor of
 * the event loop for each registry, which fifty packed nodes would pay for fifty times; these are read when asked for.
 */
import { readdirSync } from 'node:fs'
import { Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import { readCounter } from './read-counter.ts'

export function registerProcessMetrics(registry: Registry): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `hearsay_process_${name}`,
      help,
      registers: [registry],
      collect() {
        // The system opens files to answer, and may have none left: then the last value stands, and all other metrics
        // are still told.
        try {
          this.set(read())
        } catch {
          return
        }
      },
    })
  }
  gauge('resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss())
  gauge('heap_bytes', 'Memory of live and dead JavaScript objects.', () => process.memoryUsage().heapUsed)
  gauge('external_memory_bytes', 'Memory of buffers and native objects.', () => process.memoryUsage().external)
  readCounter(registry, { name: 'hearsay_process_cpu_seconds_total', help: 'Processor time so far.' }, () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })
  gauge('open_files', 'Open files and sockets; -1 where the system does not say.', countOpenFiles)
  gauge('start_time_seconds', 'Start, in seconds since 1970.', () => performance.timeOrigin / 1_000)
}

function countOpenFiles(): number {
  try {
    // One of them is the folder being read.
    return readdirSync('/proc/self/fd').length - 1
  } catch {
    return -1
  }
}
