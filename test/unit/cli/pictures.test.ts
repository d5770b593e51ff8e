import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/cli/failure.ts'
import { agreementText, pictureOf, viewOf, type Picture } from '../../../src/cli/pictures.ts'
import type { NetworkView } from '../../../src/domain/views.ts'

const seen = (name: string, viewDigest: string, members: number): Picture => ({
  name,
  network: { viewDigest, members: Array.from({ length: members }) } as unknown as NetworkView,
  failure: null,
})
const silent: Picture = {
  name: 'dora',
  network: null,
  failure: new Failure('unreachable', 'unreachable', 'nobody there'),
}

describe('pictures of several nodes', () => {
  const pictures = [silent, seen('ann', 'aaaaaaaaaa', 2), seen('ben', 'bbbbbbbbbb', 3), seen('cleo', 'bbbbbbbbbb', 3)]

  it('show what most see, who sees it otherwise, and who could not be asked', () => {
    expect(pictureOf(pictures).viewDigest).toBe('bbbbbbbbbb')
    expect(agreementText(pictures)).toBe(
      'seen by ben, cleo\nann sees it otherwise (2 members, digest aaaaaaaa)\ndora could not be asked: nobody there',
    )
    expect(pictures.map(viewOf)).toMatchObject([
      { name: 'dora', viewDigest: null, members: null, trouble: 'nobody there' },
      { name: 'ann', viewDigest: 'aaaaaaaaaa', members: 2, trouble: null },
      { members: 3 },
      { members: 3 },
    ])
  })

  it('fail as the first does where none answers', () => {
    expect(() => pictureOf([silent])).toThrow('nobody there')
  })
})
