import type { Connection, Stream } from '@libp2p/interface'
import { expect, it } from 'vitest'
import { LargeRpcs } from '../../../../src/adapters/libp2p/large-rpcs.ts'
import { LARGE_RPC_BYTES } from '../../../../src/adapters/libp2p/limits.ts'

it('knows on which gossip streams something large has left, and hands all of it on', async () => {
  const sent: number[] = []
  const newStream = (protocol: string): Promise<Stream> =>
    Promise.resolve({ protocol, send: (data: Uint8Array) => sent.push(data.byteLength) > 0 } as unknown as Stream)
  const connection = { newStream } as unknown as Connection
  const large = new LargeRpcs()
  large.watch(connection)
  const [gossip, other] = [await connection.newStream('/meshsub/1.2.0'), await connection.newStream('/other/1')]
  const sizes = [LARGE_RPC_BYTES, LARGE_RPC_BYTES + 1, 1]
  const told = sizes.map((size) => {
    for (const stream of [gossip, other]) stream.send(new Uint8Array(size))
    return [large.has(gossip), large.has(other)]
  })
  expect(told).toEqual([
    [false, false],
    [true, false],
    [true, false],
  ])
  expect(sent).toEqual(sizes.flatMap((size) => [size, size]))
})
