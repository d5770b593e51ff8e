import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { createPrng } from '../../../src/lib/prng.ts'
import { sha256OneBlock } from '../../../src/lib/sha256-block.ts'

it('agrees with node:crypto on every length and every division of one block', () => {
  const random = createPrng(256)
  const target = new Uint32Array(24)
  for (let length = 0; length <= 55; length++) {
    for (const head of [0, Math.floor(length / 2), length]) {
      const text = random.bytes(length)
      sha256OneBlock(text.subarray(0, head), text.subarray(head), target, 8)
      const found = Buffer.from(target.slice(8, 16).buffer).toString('hex')
      expect(found, `length ${length}, head ${head}`).toBe(createHash('sha256').update(text).digest('hex'))
    }
  }
  expect(target.slice(0, 8)).toEqual(new Uint32Array(8))
  expect(target.slice(16)).toEqual(new Uint32Array(8))
})

it('refuses a text that needs a second block', () => {
  expect(() => sha256OneBlock(new Uint8Array(32), new Uint8Array(24), new Uint32Array(8), 0)).toThrow(/one block/)
})
