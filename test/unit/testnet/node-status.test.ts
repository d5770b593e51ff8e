import { expect, it } from 'vitest'
import type { StatusView } from '../../../src/domain/views.ts'
import { problemView } from '../../../src/domain/problems.ts'
import { testnetStatusText } from '../../../src/cli/testnet-status-text.ts'
import { nodeStatusOf } from '../../../testnet/node-status.ts'

const node = { name: 'node-0', peerId: 'p', state: 'ready', validator: null, apiUrl: 'http://x', reason: null } as const
const full = problemView({ code: 'store-failed', reason: 'ENOSPC: no space left on device' })
const notice = problemView({ code: 'log-lost', lines: 3 })

function view(state: StatusView['state'], problems: StatusView['problems'] = []): StatusView {
  return { state, problems, peers: 2, mesh: 2, mempool: { count: 1, fingerprint: 'f' }, rssBytes: 1 } as never
}

it('says of a node on a full disk that it fails, and why, though its process runs and answers', () => {
  const status = nodeStatusOf(node, 7, view('failing', [notice, full]))
  expect(status).toMatchObject({ state: 'failing', pid: 7, peers: 2 })
  expect(status.reason).toContain('ENOSPC')
  const network = { network: 'dev-x', nodes: [{ ...status, lag: 0 }], uptimeMs: 0, partition: null, pageUrl: null }
  const text = testnetStatusText(network as never, 0)
  expect(text).toMatch(/node-0 +failing/)
  expect(text).toContain('node-0: the store failed: ENOSPC: no space left on device: free or mend the disk')
})

it('tells apart who is well, who does not answer, and what the supervisor knows better', () => {
  expect(nodeStatusOf(node, 7, view('ready', [notice]))).toMatchObject({ state: 'ready', reason: null })
  expect(nodeStatusOf(node, 7, view('alone'))).toMatchObject({ state: 'ready', reason: null })
  expect(nodeStatusOf(node, 7, null)).toMatchObject({ state: 'unresponsive', peers: null, mempool: null })
  const killed = { ...node, state: 'killed' } as const
  expect(nodeStatusOf(killed, null, null)).toMatchObject({ state: 'killed', pid: null })
})
