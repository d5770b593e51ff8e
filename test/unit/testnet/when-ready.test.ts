import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import type { NodeRecord } from '../../../testnet/host.ts'
import { observeNode } from '../../../testnet/node-observer.ts'
import { whenReady } from '../../../testnet/when-ready.ts'

it('is not ready when a node dies while the others are waited for', async () => {
  const node: NodeRecord = {
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
  }
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
