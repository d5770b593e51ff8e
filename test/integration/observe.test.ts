/** Real nodes over libp2p, asked through one of them: what all saw, over whom, and how far their clocks are apart. */
import { afterEach, expect, test } from 'vitest'
import type { NetworkParams } from '../../src/domain/params.ts'
import type { ObservationsView } from '../../src/domain/views.ts'
import type { Node } from '../../src/node/compose.ts'
import { alignedRecords } from '../../src/trace/clocks.ts'
import { journeyOf } from '../../src/trace/journey.ts'
import { signedTransaction } from '../toolkit/objects/transactions.ts'
import { addressOf, LIVE_NETWORK, startNode } from '../toolkit/processes/nodes.ts'
import { until } from '../toolkit/until.ts'

/** No validators: what is in the pool stays there. */
const DEV: NetworkParams = { ...LIVE_NETWORK, validators: [] }
const OPEN: NetworkParams = { ...DEV, name: 'open-test' }
const nodes: Node[] = []

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
})

/** A line: each node dials the one before. */
async function line(names: readonly string[], config: Parameters<typeof startNode>[0]): Promise<Node[]> {
  for (const name of names) {
    const before = nodes.at(-1)
    nodes.push(await startNode({ ...config, name, bootstrap: before === undefined ? [] : [addressOf(before)] }))
  }
  const marks = (node: Node): number => node.control.network().members.length
  await until(() => nodes.every((node) => marks(node) === names.length), 'every node knows of every other')
  return nodes
}

async function send(network: NetworkParams, through: Node | undefined): Promise<string> {
  const [result] =
    (await through?.control.submit([signedTransaction(0, 0, { network, createdAtMs: Date.now() })])) ?? []
  if (result?.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(result)}`)
  return result.id
}

async function observed(through: Node | undefined, id: string, waitMs = 3_000): Promise<ObservationsView> {
  const lookup = await through?.control.observations(id, { samples: 3, waitMs })
  if (lookup?.kind !== 'found') throw new Error(`not found: ${lookup?.kind}`)
  return lookup.value
}

test('one node tells the whole way of a transaction along a line of six, with the clocks compared', async () => {
  const [first, second] = await line(['a', 'b', 'c', 'd', 'e', 'f'], { network: DEV })
  const id = await send(DEV, second)
  await until(() => nodes.every((node) => node.control.status().mempool.count === 1), 'all have it')
  let view = await observed(first, id)
  // Records name neighbours a moment after the connections stand.
  await until(async () => (view = await observed(first, id)).answered === 5, 'all five others answer')
  expect(view).toMatchObject({ asked: 5, answered: 5, unreachable: 0 })
  expect(view.nodes.map(({ name, over, known }) => [name, over.join(' '), known]).sort()).toEqual([
    ['a', '', true],
    ['b', '', true],
    ['c', 'b', true],
    ['d', 'b c', true],
    ['e', 'b c d', true],
    ['f', 'b c d e', true],
  ])
  const { records, clockErrorMs } = alignedRecords(view.nodes)
  for (const { clock, name } of view.nodes) {
    if (clock === null) throw new Error(`${name}'s clock was not compared`)
    // One machine: whatever offset is found lies within its error (and the microsecond to which it is rounded).
    expect(Math.abs(clock.offsetMs)).toBeLessThanOrEqual(clock.errorMs + 0.002)
  }
  const journey = journeyOf(id, view.nodes, records, clockErrorMs)
  expect(journey.nodes.map(({ name, from }) => `${name}<${from ?? ''}`).sort()).toEqual([
    'a<b',
    'b<',
    'c<b',
    'd<c',
    'e<d',
    'f<e',
  ])
  // What the nodes say through one of them is what each says itself.
  for (const node of nodes) {
    const own = node.control.propagation(id)
    if (own.kind !== 'found') throw new Error('unknown')
    const told = view.nodes.find(({ name }) => name === own.value.node)
    expect(told?.copies).toBe(own.value.copies)
    expect(told?.records).toEqual(own.value.records.map((record) => ({ queueMs: null, checkMs: null, ...record })))
  }
})

test('who is gone is named, and nobody waits for it longer than asked', async () => {
  const [first, , third] = await line(['a', 'b', 'c'], { network: DEV })
  const id = await send(DEV, first)
  await third?.stop()
  await until(() => nodes[1]?.control.status().peers === 1, 'b has lost c')
  const startedMs = performance.now()
  const view = await observed(first, id, 1_000)
  expect(performance.now() - startedMs).toBeLessThan(2_000)
  expect(view.nodes.find(({ name }) => name === 'b')?.trouble).toBeNull()
  // c said goodbye, and is asked no more; or its record still names b, which has no connection with it.
  expect(view.nodes.filter(({ name }) => name === 'c').map(({ trouble }) => trouble)).not.toContain(null)
})

test('on the open network nobody says what they saw unless it is switched on', async () => {
  const [first, second] = await line(['a', 'b'], { network: OPEN })
  const id = await send(OPEN, first)
  expect(await first?.control.observations(id, { samples: 1, waitMs: 1_000 })).toEqual({ kind: 'off' })
  await first?.stop()
  await second?.stop()
  nodes.length = 0
  // One that has it on learns nothing from one that has it off.
  nodes.push(await startNode({ network: OPEN, name: 'silent' }))
  const [silent] = nodes
  if (silent === undefined) throw new Error('no node')
  nodes.push(await startNode({ network: OPEN, name: 'curious', observe: true, bootstrap: [addressOf(silent)] }))
  const curious = nodes[1]
  await until(() => curious?.control.network().members.length === 2, 'it knows of the other')
  expect(await observed(curious, id, 1_000)).toMatchObject({
    asked: 1,
    answered: 0,
    unreachable: 1,
    nodes: [{ name: 'curious' }, { name: 'silent', trouble: 'not-served', records: [] }],
  })
})

test('what nobody has is told as that', async () => {
  const [first] = await line(['a', 'b'], { network: DEV })
  const empty = await observed(first, 'ef'.repeat(32))
  expect(empty.nodes.map(({ known, copies, records }) => [known, copies, records.length])).toEqual([
    [false, 0, 0],
    [false, 0, 0],
  ])
})
