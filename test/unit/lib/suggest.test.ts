import { describe, expect, it } from 'vitest'
import { didYouMean, nearestWord } from '../../../src/lib/suggest.ts'

describe('the nearest word', () => {
  it('is one that a slip of the finger away from what was typed', () => {
    const words = ['listen', 'logLevel', 'bootstrap']
    expect(nearestWord('listn', words)).toBe('listen')
    expect(nearestWord('loglevel', words)).toBe('logLevel')
    expect(nearestWord('bootsrtap', words)).toBe('bootstrap')
  })

  it('is none where nothing is near: a wrong guess is worse than none', () => {
    expect(nearestWord('validator', ['listen', 'api'])).toBeNull()
    expect(nearestWord('ap', ['up'])).toBeNull()
    expect(nearestWord('', ['a'])).toBeNull()
    expect(didYouMean('__proto__', ['profile'])).toBe('')
  })
})
