import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import type { NodeRecord } from '../../../testnet/host.ts'
import { observeNode } from '../../../testnet/node-observer.ts'
import { whenReady } from '../../../testnet/when-ready.ts'

const newNode = (): NodeRecord => ({
  name: 'node-0',
  index: 0,
  dataDir: '',
  configFile: '',
  cookieFile: '',
  logFile: '/log',
  validator: null,
  dials: [],
  state: 'ready',
  peerId: 'peer-0',
  apiUrl: '',
  apiPort: 0,
  p2pPort: 0,
  reason: null,
  states: [],
})

it('is not ready when a node dies while the others are waited for', async () => {
  const node = newNode()
  // It answers once, with nothing that anybody could use, and is dead.
  const server = createServer((_, response) => {
    node.state = 'failed'
    node.reason = 'ended by SIGKILL'
    response.writeHead(503).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  node.apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const readiness = await whenReady({
      concerned: [node],
      nodes: () => [node],
      links: () => [],
      observe: observeNode,
      everyMs: 100,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    })
    expect(readiness).toMatchObject({
      ok: false,
      gaps: [{ node: 'node-0', waitsFor: 'a restart: ended by SIGKILL', logFile: '/log' }],
    })
  } finally {
    server.close()
  }
})

afterEach(() => {
  vi.useRealTimers()
})

/** A network of one node, each look at which takes 2 s, and which is `state` until `untilMs`. */
async function waited(state: 'unanswered' | 'without its mesh', untilMs: number) {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] })
  const startMs = performance.now()
  const told: string[] = []
  const waiting = whenReady({
    concerned: [newNode()],
    nodes: () => [newNode()],
    links: () => [],
    observe: async ({ name, peerId }) => {
      // Time of the fake clock: nobody waits for it.
      const { promise, resolve } = Promise.withResolvers<null>()
      setTimeout(resolve, 2_000, null)
      await promise
      const isOver = performance.now() - startMs >= untilMs
      const peers = isOver || state !== 'unanswered' ? ['a'] : null
      return { name, peerId, peers, topics: [{ topic: 't', subscribers: ['a'], mesh: isOver ? ['a'] : [] }] }
    },
    everyMs: 100,
    signal: new AbortController().signal,
    onProgress: (text) => told.push(text),
  })
  await vi.advanceTimersByTimeAsync(600_000)
  return { readiness: await waiting, told }
}

it('waits longer where nodes do not answer since the machine is busy, and says what would help', async () => {
  const { readiness, told } = await waited('unanswered', 150_000)
  expect(readiness.ok).toBe(true)
  expect(told.filter((text) => text.includes('--per-process'))).toEqual([
    expect.stringContaining('1 of 1 nodes run and do not answer in time'),
  ])
})

it('does not wait longer for a network that is not ready, nor for ever for a machine', async () => {
  const unready = await waited('without its mesh', 100_000)
  expect(unready.readiness).toMatchObject({ ok: false, gaps: [{ waitsFor: 'a mesh of 1 on t; it has 0' }] })
  expect(unready.told).toEqual(['0 of 1 nodes have their mesh'])
  const busy = await waited('unanswered', 400_000)
  expect(busy.readiness).toMatchObject({ ok: false, refusal: { hint: expect.stringContaining('--per-process 8') } })
})
