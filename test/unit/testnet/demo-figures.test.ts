import { describe, expect, it } from 'vitest'
import type { PropagationEvent } from '../../../src/domain/propagation.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import { verifySignature } from '../../../src/index.ts'
import { decodeTransaction } from '../../../src/domain/codec/transaction-codec.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import { devNetwork } from '../../../testnet/dev-network.ts'
import { nodeFigures, spreadFigures } from '../../../testnet/demo/figures.ts'
import { forge, FORGERIES } from '../../../testnet/demo/forgeries.ts'
import type { NodeRecord } from '../../../testnet/demo/records.ts'
import { reportHtml } from '../../../testnet/demo/report.ts'

function record(node: string, id: string, event: PropagationEvent, atMs: number): NodeRecord {
  const t_ns = String(atMs * 1_000_000)
  return { node, record: { t_ns, node, kind: 'transaction', id, event, from: null, bytes: 1, reason: null } }
}

const NODES = ['a', 'b', 'c']
const RECORDS = [
  // A stream may bring a delivery before the origin's own record.
  record('b', 'x', 'DELIVER', 1_010),
  record('a', 'x', 'PUBLISH', 1_000),
  record('c', 'x', 'DELIVER', 1_030),
  record('c', 'x', 'DUPLICATE', 1_031),
  record('b', 'y', 'PUBLISH', 2_000),
  record('a', 'y', 'DELIVER', 2_020),
  record('c', 'z', 'REJECT', 2_050),
]

describe("the demo's figures", () => {
  it('count from the origin, over the nodes that were reached', () => {
    const { curve, ...figures } = spreadFigures(['x', 'y'], NODES, RECORDS)
    expect(figures).toEqual({ sent: 2, nodes: 3, everywhere: 1, p50Ms: 20, p95Ms: 30, maxMs: 30, copies: 4 / 3 })
    expect(curve.map(({ ms }) => ms)).toEqual([0, 10, 20, 30])
    expect(curve[0]?.share).toBeCloseTo(2 / 6)
    expect(curve.at(-1)?.share).toBeCloseTo(5 / 6)
  })

  it('of a node are its own', () => {
    expect(nodeFigures('c', ['x', 'y'], RECORDS)).toEqual({
      name: 'c',
      delivered: 1,
      duplicates: 1,
      refused: 1,
      p50Ms: 30,
    })
    expect(nodeFigures('a', ['x', 'y'], RECORDS)).toMatchObject({ delivered: 2, p50Ms: 20 })
  })
})

describe("the demo's forgeries", () => {
  it('are all readable and all invalid, five of a kind, each with an id of its own', () => {
    const network = devNetwork({ genesisTimeMs: 1_795_000_000_000, slotMs: 2_000, validators: 4, seed: 1 })
    const id = networkIdOf(network)
    const forged = forge(20, { name: network.name, id })
    expect(new Set(forged.map((each) => each.id)).size).toBe(20)
    for (const kind of FORGERIES) expect(forged.filter((each) => each.kind === kind)).toHaveLength(5)
    for (const each of forged) {
      const decoded = decodeTransaction(each.bytes, signingPrefix('hearsay/tx/1', id))
      if (!decoded.ok) throw new Error(decoded.code)
      const { senderKey, signedBytes, signature } = decoded.value
      expect(decoded.value.id).toBe(each.id)
      expect(verifySignature(senderKey, signedBytes, signature), each.kind).toBe(false)
    }
  })
})

describe("the demo's report", () => {
  it('asks nobody for anything and shows no markup that came from outside', () => {
    const html = reportHtml({
      network: 'dev-<script>"&',
      startedAt: new Date(0),
      spread: spreadFigures(['x', 'y'], NODES, RECORDS),
      nodes: [{ ...nodeFigures('a', ['x'], RECORDS), peers: 2, mesh: null, pool: 1 }],
      refusals: [{ kind: 'S + L', sent: 5, refusedBy: ['a'], stored: 0, forwarded: 0 }],
      checks: [{ name: 'it works', detail: 'yes', pass: true }],
    })
    expect(html).not.toMatch(/https?:|<script|<link|<img|@import|url\(/)
    expect(html).toContain('dev-&#60;script&#62;&#34;&#38;')
  })
})
