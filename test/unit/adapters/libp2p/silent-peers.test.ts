import { describe, expect, it } from 'vitest'
import { SILENT_MESSAGES, SILENT_MS } from '../../../../src/adapters/libp2p/limits.ts'
import { SilentPeers, type MeshState } from '../../../../src/adapters/libp2p/silent-peers.ts'
import { asPeerId } from '../../../../src/domain/ids.ts'

const [mute, honest, dialled, outside] = ['mute', 'honest', 'dialled', 'outside'].map(asPeerId) as [
  ReturnType<typeof asPeerId>,
  ReturnType<typeof asPeerId>,
  ReturnType<typeof asPeerId>,
  ReturnType<typeof asPeerId>,
]

const MESH = [mute, honest, dialled]

function stage(others = [...MESH, outside]) {
  const peers = new SilentPeers()
  const state: MeshState = { mesh: MESH, subscribers: others, isOurs: (peer) => peer === dialled }
  peers.review(state, 0)
  const relay = (messages: number): void => {
    for (let i = 0; i < messages; i++) {
      peers.accepted()
      peers.gave(honest)
    }
  }
  return { peers, state, relay }
}

describe('silent peers (A11)', () => {
  it('notices a mesh peer that gave none of a hundred messages, and forgives it after a minute', () => {
    const { peers, state, relay } = stage()
    relay(SILENT_MESSAGES - 1)
    expect(peers.review(state, 1_000)).toBeNull()
    relay(1)
    expect(peers.review(state, 2_000)).toBe(mute)
    expect(peers.isSilent(mute, 2_000)).toBe(true)
    expect(peers.isSilent(honest, 2_000)).toBe(false)
    expect(peers.isSilent(mute, 2_000 + SILENT_MS)).toBe(false)
  })

  it('counts from the last message that a peer gave', () => {
    const { peers, state, relay } = stage()
    relay(SILENT_MESSAGES - 1)
    peers.gave(mute)
    relay(SILENT_MESSAGES - 1)
    expect(peers.review(state, 1_000)).toBeNull()
  })

  it('takes announcements for messages from whom it told that its copies come too late, and from nobody else', () => {
    const { peers, state, relay } = stage()
    relay(SILENT_MESSAGES)
    peers.announced(mute, 1_000)
    expect(peers.review(state, 1_000)).toBe(mute)
    const told = stage()
    told.peers.toldLate(mute, 0)
    told.relay(SILENT_MESSAGES - 1)
    told.peers.announced(mute, 1_000)
    told.relay(SILENT_MESSAGES - 1)
    expect(told.peers.review(told.state, 1_000)).toBeNull()
    // Who was told and then announces nothing either is silent.
    told.relay(1)
    expect(told.peers.review(told.state, 2_000)).toBe(mute)
  })

  it('spares those that we dialled, and everybody while nobody could take the place', () => {
    const { peers, relay } = stage()
    relay(10 * SILENT_MESSAGES)
    const ours = { mesh: [honest, dialled], subscribers: [outside], isOurs: () => true }
    expect(peers.review(ours, 1_000)).toBeNull()
    const star = stage(MESH)
    star.relay(10 * SILENT_MESSAGES)
    expect(star.peers.review(star.state, 1_000)).toBeNull()
  })

  it('takes one a review, the longest silent first, and gives who comes into the mesh its hundred messages', () => {
    const { peers, state, relay } = stage()
    relay(SILENT_MESSAGES)
    const both = { ...state, mesh: [...MESH, outside], subscribers: [...MESH, outside, asPeerId('another')] }
    expect(peers.review(both, 1_000)).toBe(mute)
    expect(peers.review(both, 2_000)).toBeNull()
    relay(SILENT_MESSAGES)
    expect(peers.review(both, 3_000)).toBe(outside)
    expect(peers.size.silent).toBe(2)
  })
})
