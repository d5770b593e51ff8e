import { expect, it } from 'vitest'
import { peerIdFromSeed, privateKeyFromSeed } from '../../../../src/adapters/libp2p/identity.ts'

it('gives one identity for a seed, in its text form', async () => {
  const seed = new Uint8Array(32).fill(1)
  expect(await peerIdFromSeed(seed)).toMatch(/^12D3Koo[1-9A-HJ-NP-Za-km-z]{45}$/)
  expect(await peerIdFromSeed(new Uint8Array(seed))).toBe(await peerIdFromSeed(seed))
  expect(await peerIdFromSeed(new Uint8Array(32).fill(2))).not.toBe(await peerIdFromSeed(seed))
  expect((await privateKeyFromSeed(seed)).type).toBe('Ed25519')
})

it.each([0, 31, 33, 64])('refuses a seed of %i bytes', async (length) => {
  await expect(peerIdFromSeed(new Uint8Array(length))).rejects.toThrow('32 bytes')
})
