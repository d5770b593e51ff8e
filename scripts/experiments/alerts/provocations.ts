/** What provokes each alert on real nodes, and what ends the cause. */
import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { encodeBatch } from '../../../src/domain/codec/transaction-codec.ts'
import { PAYLOAD_BYTES_MAX } from '../../../src/domain/params.ts'
import { HostilePeer } from '../../../test/toolkit/hostile/hostile-peer.ts'
import { HONEST_ACCOUNTS, transactionOf } from '../../../test/toolkit/processes/funded-network.ts'
import { pause } from '../../../test/toolkit/processes/live-network.ts'
import type { Stage } from './stage.ts'

export interface Provocation {
  /** The alert's name in alerts.yml. */
  readonly alert: string
  readonly cause: string
  /** Brings the cause about, and keeps it up until `signal` fires where it does not last by itself. */
  readonly provoke: (stage: Stage, signal: AbortSignal) => Promise<void>
  /** Ends the cause. */
  readonly mend: (stage: Stage) => Promise<void>
}

const PAGE = new Uint8Array(4_096)

/** Forgers at once: each is banned at its tenth offence, and the alert asks for more than one a second. */
const FORGERS = 6
const FORGERIES = 12
/** An offset within the signature of a signed transaction (PROTOCOL.md, Transactions). */
const IN_SIGNATURE = 40

/** Peers that send more than waits of one peer, all at once. */
const FLOODERS = 3
const FLOOD_ACCOUNTS = 40
const FLOOD_NONCES = 16
/** The largest transactions that there are: 10 MiB of one peer, of which 3 may wait for room. */
const FLOOD_PAYLOAD = new Uint8Array(PAYLOAD_BYTES_MAX)
/** Messages of one RPC: below a MiB, which other libraries allow at most. */
const RPC_MESSAGES = 60
/** Time to read what was written before its sender hangs up, ms. */
const READ_MS = 2_000

const nothing = (): Promise<void> => Promise.resolve()

export const PROVOCATIONS: readonly Provocation[] = [
  {
    alert: 'HearsayNodeAlone',
    cause: 'all its peers are killed',
    provoke: async ({ neighbours }) => {
      for (const node of neighbours) await node.end('SIGKILL')
    },
    mend: startNeighbours,
  },
  {
    alert: 'HearsayMeshThin',
    cause: 'two of its three peers are killed',
    provoke: async ({ neighbours }) => {
      for (const node of neighbours.slice(1)) await node.end('SIGKILL')
    },
    mend: startNeighbours,
  },
  {
    alert: 'HearsaySpreadSlow',
    cause: 'transactions that are handed in eight seconds after they were made',
    provoke: async (stage, signal) => {
      const [neighbour = stage.subject] = stage.neighbours
      while (!signal.aborted) {
        await stage.send(neighbour, 8_000)
        await pause(200)
      }
    },
    mend: nothing,
  },
  {
    alert: 'HearsayOverloaded',
    cause: 'three peers that send 640 valid messages of 16 KiB each at once',
    provoke: async (stage) => {
      const peers: HostilePeer[] = []
      try {
        for (let number = 0; number < FLOODERS; number++) {
          const first = HONEST_ACCOUNTS + number * FLOOD_ACCOUNTS
          const messages = Array.from({ length: FLOOD_ACCOUNTS * FLOOD_NONCES }, (_, i) =>
            encodeBatch([
              transactionOf(stage.network, first + (i % FLOOD_ACCOUNTS), Math.floor(i / FLOOD_ACCOUNTS), {
                payload: FLOOD_PAYLOAD,
              }),
            ]),
          )
          const peer = await strangerOf(stage, `flooder-${number}`, `127.71.0.${number + 1}`)
          peers.push(peer)
          const parts = Array.from({ length: Math.ceil(messages.length / RPC_MESSAGES) }, (_, part) =>
            messages.slice(part * RPC_MESSAGES, (part + 1) * RPC_MESSAGES),
          )
          await Promise.all(parts.map((part) => peer.messages('transactions', part)))
        }
        await pause(READ_MS)
      } finally {
        await Promise.all(peers.map((peer) => peer.stop()))
      }
    },
    mend: nothing,
  },
  {
    alert: 'HearsayEventLoopLate',
    cause: 'its event loop is busy for 650 ms, again and again',
    provoke: async ({ subject }, signal) => {
      while (!signal.aborted) {
        process.kill(subject.pid, 'SIGUSR2')
        await pause(1_300)
      }
    },
    mend: nothing,
  },
  {
    alert: 'HearsayEventLoopStalled',
    cause: 'its process stands still for three seconds, once',
    provoke: async ({ subject }) => {
      process.kill(subject.pid, 'SIGSTOP')
      await pause(3_000)
      process.kill(subject.pid, 'SIGCONT')
    },
    mend: nothing,
  },
  {
    alert: 'HearsayUnderAttack',
    cause: 'six strangers that send twelve transactions with forged signatures each',
    provoke: async (stage) => {
      const peers: HostilePeer[] = []
      try {
        for (let number = 0; number < FORGERS; number++) {
          const peer = await strangerOf(stage, `forger-${number}`, `127.72.0.${number + 1}`)
          peers.push(peer)
          for (let count = 0; count < FORGERIES; count++) {
            const forged = transactionOf(stage.network, 300 + number, count)
            forged[IN_SIGNATURE] = (forged[IN_SIGNATURE] ?? 0) ^ 1
            await peer.messages('transactions', [encodeBatch([forged])])
          }
        }
        await pause(READ_MS)
      } finally {
        await Promise.all(peers.map((peer) => peer.stop()))
      }
    },
    mend: nothing,
  },
  {
    alert: 'HearsayStoreFailed',
    cause: 'its disk is full (a file system of its own)',
    provoke: async (stage, signal) => {
      const filler = stage.onDisk('filler')
      writeFileSync(filler, '')
      try {
        for (;;) appendFileSync(filler, PAGE)
      } catch {
        // No space is left: what we are here for.
      }
      while (!signal.aborted) {
        if ((await stage.send(stage.subject)) === 'storage-failed') return
        await pause(100)
      }
    },
    mend: async (stage) => {
      await stage.subject.end('SIGTERM')
      rmSync(stage.onDisk('filler'))
      await stage.subject.start()
    },
  },
]

async function startNeighbours({ neighbours }: Stage): Promise<void> {
  for (const node of neighbours) if (!node.isRunning) await node.start()
}

async function strangerOf({ network, subject }: Stage, name: string, ip: string): Promise<HostilePeer> {
  const peer = await HostilePeer.create({ name, ip, network })
  if (!(await peer.connect(subject.place.address))) throw new Error(`${name} finds no place at the node`)
  await peer.greet()
  await peer.subscribe()
  return peer
}
