import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { proofTimeMs, readProof } from '../../../src/domain/read-proof.ts'

it('a proof is the one that PROTOCOL.md shows, and says when it was made', () => {
  const proof = readProof('c0ffee00'.repeat(8), '127.0.0.1:4600', '/v1/node/status', 1_700_000_000_999)
  expect(readFileSync('PROTOCOL.md', 'utf8')).toContain(`\n${proof}\n`)
  expect(proofTimeMs(proof)).toBe(1_700_000_000_000)
})

it.each(['', 'Proof', 'Bearer x', 'Proof 1.ab', `Proof -1.${'a'.repeat(64)}`, `Proof 1.${'a'.repeat(65)}`])(
  '"%s" is no proof',
  (header) => {
    expect(proofTimeMs(header)).toBeNull()
  },
)
