import { describe, expect, it } from 'vitest'
import { networkText, tagsText } from '../../../src/cli/network-text.ts'
import { fakeMember, fakeNetwork } from '../../toolkit/api/fake-control.ts'

describe('the network as text', () => {
  const members = [
    fakeMember({ tags: { service_version: 'v1.2.4' }, neighbour: true, rttMs: 1.25 }),
    fakeMember({ name: 'node-1', state: 'dead', lag: 7, phi: 12.34, ageMs: 95_000 }),
    fakeMember({ name: 'node-2', state: 'alive', equivocated: true }),
  ]

  it('has the totals, then a line a member', () => {
    const lines = networkText(fakeNetwork(members), false).split('\n')
    expect(lines[0]).toBe('3 members: 2 alive, 1 dead')
    expect(lines[1]).toContain('3 × hearsay/0.1.0')
    expect(lines[3]).toBe(`digest ${'0'.repeat(64)}`)
    expect(lines[6]).toMatch(/^node-0 \*.* alive .*1\.3 ms.*service_version=v1\.2\.4$/)
    expect(lines[7]).toMatch(/^node-1 .* dead .* 7 .*1 m 35 s +12\.3 /)
    expect(lines[8]).toContain('alive (two records)')
  })

  it('says what to do in an alarm', () => {
    const text = networkText({ ...fakeNetwork(members), gossip: { usualBytesPerSecond: 9, alarm: true } }, false)
    expect(text).toMatch(/ALARM.*hearsay network reset/)
  })

  it('does not let a peer write on the terminal', () => {
    const hostile = fakeMember({
      name: 'a\x1b[2J',
      version: 'b\rc',
      tags: { k: '\x07' },
      addresses: ['\x1b]0;x'],
      peerId: '\x1b',
    })
    expect(networkText(fakeNetwork([hostile]), true)).not.toMatch(/[\x1b\r\x07]/)
  })

  it('lists tags, or says how to make one', () => {
    expect(tagsText({ a: '1', b: '' })).toBe('a=1\nb=')
    expect(tagsText({})).toContain('hearsay tags set')
  })
})
