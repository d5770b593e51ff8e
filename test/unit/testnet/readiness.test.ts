import { describe, expect, it } from 'vitest'
import { readinessWaits, type ObservedNode } from '../../../testnet/readiness.ts'

const LINKS = [
  { from: 'node-0', to: 'node-1' },
  { from: 'node-1', to: 'node-2' },
  { from: 'node-2', to: 'node-0' },
]

/** A triangle in which everything stands; changes are laid over one node. */
function triangle(changes: Readonly<Record<string, Partial<ObservedNode>>> = {}): ObservedNode[] {
  return [0, 1, 2].map((index) => {
    const others = [0, 1, 2].filter((other) => other !== index).map((other) => `peer-${other}`)
    const topics = ['transactions', 'blocks'].map((topic) => ({ topic, subscribers: others, mesh: others }))
    return { name: `node-${index}`, peerId: `peer-${index}`, peers: others, topics, ...changes[`node-${index}`] }
  })
}

const PEERS = ['peer-0', 'peer-1', 'peer-2']
const meshOf = (...mesh: string[]): ObservedNode['topics'] => [
  { topic: 'transactions', subscribers: PEERS, mesh },
  { topic: 'blocks', subscribers: PEERS, mesh: PEERS },
]

describe('readiness', () => {
  it('holds where all stands', () => {
    expect(readinessWaits(triangle(), LINKS)).toEqual([])
  })

  it('waits for a node that does not answer, and for nothing else meanwhile', () => {
    const nodes = triangle({ 'node-1': { peers: null, topics: [] }, 'node-0': { peers: [] } })
    expect(readinessWaits(nodes, LINKS)).toEqual([
      { node: 'node-1', waitsFor: 'its API to answer', isUnanswered: true },
    ])
  })

  it('waits for each planned connection, at both ends', () => {
    const nodes = triangle({ 'node-0': { peers: ['peer-2'] }, 'node-1': { peers: ['peer-2'] } })
    expect(readinessWaits(nodes, LINKS)).toEqual([
      { node: 'node-0', waitsFor: 'a connection with node-1' },
      { node: 'node-1', waitsFor: 'a connection with node-0' },
    ])
    expect(readinessWaits(nodes, LINKS.slice(1))).toEqual([])
  })

  it('waits for topics and subscriptions', () => {
    expect(readinessWaits(triangle({ 'node-2': { topics: [] } }), LINKS)).toEqual([
      { node: 'node-2', waitsFor: 'its topics' },
    ])
    const deaf = [{ topic: 'blocks', subscribers: ['peer-0'], mesh: ['peer-0'] }]
    expect(readinessWaits(triangle({ 'node-2': { topics: deaf } }), LINKS)).toEqual([
      { node: 'node-2', waitsFor: 'the subscription of node-1 to blocks' },
    ])
  })

  it('asks of the mesh what the subscribers allow, and no more than the low bound', () => {
    const nodes = triangle({ 'node-1': { topics: meshOf('peer-0') } })
    expect(readinessWaits(nodes, LINKS, 4)).toEqual([
      { node: 'node-1', waitsFor: 'a mesh of 3 on transactions; it has 1' },
    ])
    expect(readinessWaits(nodes, LINKS, 1)).toEqual([])
  })

  it('waits for a way over mesh links on which both ends agree', () => {
    const nodes = triangle({
      'node-0': { topics: meshOf('peer-1') },
      'node-1': { topics: meshOf('peer-0') },
      'node-2': { topics: meshOf('peer-0', 'peer-1') },
    })
    expect(readinessWaits(nodes, LINKS, 1)).toEqual([
      { node: 'node-2', waitsFor: 'a way to node-0 over the mesh of transactions' },
    ])
  })

  it('does not ask for a way where the links themselves leave two parts', () => {
    const nodes = triangle({
      'node-0': { peers: ['peer-1'], topics: [{ topic: 'transactions', subscribers: ['peer-1'], mesh: ['peer-1'] }] },
      'node-1': { peers: ['peer-0'], topics: [{ topic: 'transactions', subscribers: ['peer-0'], mesh: ['peer-0'] }] },
      'node-2': { peers: [], topics: [{ topic: 'transactions', subscribers: [], mesh: [] }] },
    })
    expect(readinessWaits(nodes, LINKS.slice(0, 1))).toEqual([])
  })

  it('holds for a node alone', () => {
    expect(readinessWaits([{ name: 'node-0', peerId: 'peer-0', peers: [], topics: [] }], [])).toEqual([])
  })
})
