import { expect, it } from 'vitest'
import { asPeerId } from '../../../src/domain/ids.ts'
import { readBootstrap } from '../../../src/node/bootstrap.ts'

const self = asPeerId('12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq')
const hosts = ['127.0.0.1', '192.0.2.7', '::1']
const read = (bootstrap: readonly string[], listen = ['/ip4/0.0.0.0/tcp/4601'], bootstrapIsShared = false) =>
  readBootstrap({ bootstrap, listen, bootstrapIsShared }, self, hosts)

it('refuses the own address, by its peer id or by where the node listens', () => {
  for (const own of [`/ip4/203.0.113.1/tcp/4601/p2p/${self}`, '/ip4/192.0.2.7/tcp/4601', '/ip4/127.0.0.1/tcp/4601'])
    expect(read([own]), own).toMatchObject({ ok: false, message: expect.stringContaining(own) })
  expect(read(['/ip4/192.0.2.7/tcp/4601'], ['/ip4/192.0.2.7/tcp/4601'])).toMatchObject({ ok: false })
})

it('takes others on this machine, and each address once', () => {
  expect(read(['/ip4/192.0.2.7/tcp/4602', '/ip4/192.0.2.8/tcp/4601', '/ip4/192.0.2.8/tcp/4601'])).toEqual({
    ok: true,
    bootstrap: ['/ip4/192.0.2.7/tcp/4602', '/ip4/192.0.2.8/tcp/4601'],
    own: [],
  })
  expect(read(['/ip4/192.0.2.7/tcp/4601'], ['/ip4/127.0.0.1/tcp/4601'])).toMatchObject({ ok: true })
})

it("leaves the own address out of the network's document, which all nodes share", () => {
  const own = `/ip4/192.0.2.7/tcp/4601/p2p/${self}`
  expect(read([own, '/ip4/192.0.2.8/tcp/4601'], undefined, true)).toEqual({
    ok: true,
    bootstrap: ['/ip4/192.0.2.8/tcp/4601'],
    own: [own],
  })
})

it('refuses what can never be reached, in the document too', () => {
  expect(read(['localhost:4601'], undefined, true)).toMatchObject({
    ok: false,
    hint: expect.stringContaining('/dns4/localhost'),
  })
  expect(read([], ['/ip4/0.0.0.0/udp/1/quic-v1'])).toMatchObject({ ok: false })
})
