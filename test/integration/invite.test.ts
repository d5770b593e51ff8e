/** Real nodes over libp2p: who was invited gets the document, and who was not gets nothing. */
import { afterEach, expect, it } from 'vitest'
import { decodeInvitation } from '../../src/domain/codec/invitation-codec.ts'
import { encodeInviteAnswer } from '../../src/domain/codec/invite-codec.ts'
import { asPeerId } from '../../src/domain/ids.ts'
import { INVITATION_SECRET_BYTES, type Invitation } from '../../src/domain/invitation.ts'
import { networkBytes, networkIdOf } from '../../src/domain/params.ts'
import { splitIdentity } from '../../src/lib/endpoint.ts'
import type { Node } from '../../src/node/compose.ts'
import { fetchDocument, type FetchedDocument } from '../../src/node/fetch-document.ts'
import { HostilePeer } from '../toolkit/hostile/hostile-peer.ts'
import { LIVE_NETWORK, startNode } from '../toolkit/processes/nodes.ts'

const nodes: Node[] = []
const hostile: HostilePeer[] = []
afterEach(async () => {
  await Promise.all([...nodes.splice(0), ...hostile.splice(0)].map((each) => each.stop()))
})

async function host(): Promise<Node> {
  const node = await startNode({ name: 'host' })
  nodes.push(node)
  return node
}

async function invitedBy(node: Node, once: boolean): Promise<Invitation> {
  const invited = await node.control.invite({ holdsMs: 60_000, once })
  if (invited.kind !== 'invited') throw new Error(invited.kind)
  const read = decodeInvitation(invited.invitation.line)
  if (!read.ok) throw new Error(read.fault)
  return read.invitation
}

const fetched = (invitation: Invitation): Promise<FetchedDocument> => fetchDocument(invitation, AbortSignal.abort())

it('whoever was invited gets the document of the network that the line names', async () => {
  const invitation = await invitedBy(await host(), false)
  expect(invitation.secret).toBeNull()
  expect(await Promise.all([fetched(invitation), fetched(invitation)])).toEqual([
    { kind: 'document', params: LIVE_NETWORK },
    { kind: 'document', params: LIVE_NETWORK },
  ])
})

it('a secret is good for one, and one that nobody made for none', async () => {
  const node = await host()
  const invitation = await invitedBy(node, true)
  expect(invitation.secret?.byteLength).toBe(INVITATION_SECRET_BYTES)
  // Nobody was invited without one.
  expect(await fetched({ ...invitation, secret: null })).toEqual({ kind: 'refused', why: 'closed' })
  expect(await fetched({ ...invitation, secret: new Uint8Array(INVITATION_SECRET_BYTES) })).toEqual({
    kind: 'refused',
    why: 'unknown',
  })
  expect(await fetched(invitation)).toEqual({ kind: 'document', params: LIVE_NETWORK })
  expect(await fetched(invitation)).toEqual({ kind: 'refused', why: 'used' })
})

it('where nobody is, or somebody else than the line names, it says so', async () => {
  const [first, second] = [await host(), await host()]
  const invitation = await invitedBy(first, false)
  const other = await fetched({ ...invitation, peer: asPeerId(second.peerId) })
  expect(other).toMatchObject({ kind: 'unreachable', tried: [{ failure: { kind: 'other-peer' } }] })
  await first.stop()
  nodes.splice(0, 1)
  expect(await fetched(invitation)).toMatchObject({ kind: 'unreachable', tried: [{ failure: { kind: 'refused' } }] })
})

it.each([
  [
    'of another network',
    encodeInviteAnswer({ kind: 'document', bytes: networkBytes({ ...LIVE_NETWORK, slotMs: 9_999 }) }),
  ],
  ['that is none', [Uint8Array.of(9)]],
])('a document %s is not believed', async (_, frames) => {
  const liar = await HostilePeer.create({
    name: 'liar',
    ip: '127.66.0.1',
    network: LIVE_NETWORK,
    listen: '/ip4/127.0.0.1/tcp/0',
  })
  hostile.push(liar)
  await liar.serve('invite', () => frames)
  const invitation = {
    networkId: networkIdOf(LIVE_NETWORK),
    peer: asPeerId(liar.peerId),
    addresses: [splitIdentity(liar.listensAt).place],
    expiresAtMs: Date.now() + 1_000,
    secret: null,
  }
  expect(await fetched(invitation)).toEqual({ kind: 'other-document' })
})
