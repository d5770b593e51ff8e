/** The line of an invitation: whole, or refused for a reason of its own. */
import { describe, expect, it } from 'vitest'
import { decodeInvitation, encodeInvitation } from '../../../src/domain/codec/invitation-codec.ts'
import { asNetworkId } from '../../../src/domain/ids.ts'
import { invitedTo, type Invitation } from '../../../src/domain/invitation.ts'
import { peerIdOfKey } from '../../../src/domain/record.ts'
import { bytesToWords, decodeBech32m, encodeBech32m, wordsToBytes } from '../../../src/lib/bech32.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { toHex } from '../../../src/lib/bytes.ts'

const SEED = 20_261_201
const CHARACTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const prng = createPrng(SEED)
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => prng.below(256))

function drawn(): Invitation {
  const [a, b, c] = [prng.below(256), prng.below(256), prng.below(256)]
  const all = [`/ip4/10.${a}.${b}.${c}/tcp/4601`, `/ip6/2001:db8::${a.toString(16)}/tcp/1`, '/dns4/node.example/tcp/7']
  return {
    networkId: asNetworkId(toHex(bytes(32))),
    peer: peerIdOfKey(bytes(32)),
    addresses: all.slice(0, 1 + prng.below(3)),
    expiresAtMs: prng.below(2 ** 31) * 1_000,
    secret: prng.below(2) === 0 ? null : bytes(16),
  }
}

const faultOf = (line: string): string | null => {
  const read = decodeInvitation(line)
  return read.ok ? null : read.fault
}

describe(`a line (seed ${SEED})`, () => {
  it('comes back as it was, in upper case and wrapped too', () => {
    for (let n = 0; n < 200; n++) {
      const invitation = drawn()
      const line = encodeInvitation(invitation)
      expect(decodeInvitation(line)).toEqual({ ok: true, invitation })
      expect(decodeInvitation(` ${line.toUpperCase().replace(/(.{40})/g, '$1\r\n  ')}\n`)).toEqual({
        ok: true,
        invitation,
      })
    }
  })

  it('with any one character altered is refused', () => {
    const line = encodeInvitation(drawn())
    for (let at = 0; at < line.length; at++)
      for (const character of CHARACTERS) {
        const altered = `${line.slice(0, at)}${character}${line.slice(at + 1)}`
        if (altered !== line) expect(faultOf(altered), altered).not.toBeNull()
      }
  })

  it('cut anywhere says that it was cut', () => {
    const line = encodeInvitation(drawn())
    for (let length = 1; length < line.length; length++) expect(faultOf(line.slice(0, length))).toBe('cut-short')
  })

  it('altered at random, in the middle of its words, is refused and breaks nothing: 20,000 lines', () => {
    let accepted = 0
    for (let n = 0; n < 20_000; n++) {
      const line = [...encodeInvitation(drawn())]
      for (let times = 1 + prng.below(6); times > 0; times--) {
        const at = prng.below(line.length)
        const other = prng.below(4) === 0 ? String.fromCodePoint(32 + prng.below(0x2000)) : CHARACTERS[prng.below(32)]
        line.splice(at, prng.below(2), ...(prng.below(3) === 0 ? [] : [other ?? '']))
      }
      const text = line.join('')
      // What is left of it may be whole: white space that was put in, a character for itself.
      if (faultOf(text) === null) {
        const read = decodeInvitation(text)
        expect(read.ok && encodeInvitation(read.invitation) === text.replace(/\s/g, '').toLowerCase(), text).toBe(true)
        accepted++
      }
    }
    expect(accepted).toBeLessThan(2_000)
  })

  it.each([
    ['of nothing', 'not-an-invitation', ''],
    ['of an account', 'not-an-invitation', 'hs1cc784aqzqez6ae7z42534ajchyynxpa8kcn8hst0emwp2rpn4zhspjjpne'],
    ['of prose', 'not-an-invitation', 'please join us'],
    ['of a megabyte', 'altered', `hsjoin1${'q'.repeat(1_000_000)}`],
  ])('%s is %s', (_, fault, line) => {
    expect(faultOf(line)).toBe(fault)
  })

  it('of a later version says so, and one with another length or rubbish in it is refused', () => {
    const read = decodeBech32m(encodeInvitation(drawn()), 1_023)
    const body = read.ok ? wordsToBytes(read.words) : null
    if (body === null) throw new Error('unreadable')
    const remade = (change: (bytes: Uint8Array) => void): string => {
      const copy = body.slice()
      change(copy)
      return encodeBech32m('hsjoin', bytesToWords(copy), 1_023)
    }
    expect(faultOf(remade(() => undefined))).toBeNull()
    expect(faultOf(remade((copy) => void (copy[2] = 2)))).toBe('later-version')
    expect(faultOf(remade((copy) => void (copy[2] = 0)))).toBe('altered')
    expect(faultOf(remade((copy) => void (copy[1] = (copy[1] ?? 0) ^ 1)))).toBe('altered')
    expect(faultOf(remade((copy) => copy.fill(255, 70)))).toBe('altered')
  })
})

describe('the addresses of a line', () => {
  it('are what others reach, the likeliest first', () => {
    expect(
      invitedTo([
        '/ip4/127.0.0.1/tcp/4601/p2p/12D3KooWPACP7Rw9W77BD9frjuv9XLsYE2MuVfpvyycxY1TcSUA2',
        '/ip4/10.0.0.1/tcp/4601',
        '/ip6/fe80::1/tcp/4601',
        '/ip4/8.8.8.8/tcp/4601',
        '/ip4/10.0.0.1/tcp/4601',
      ]),
    ).toEqual(['/ip4/8.8.8.8/tcp/4601', '/ip4/10.0.0.1/tcp/4601'])
  })

  it('are those of this machine where it has no others, and none where nobody can dial any', () => {
    expect(invitedTo(['/ip4/127.0.0.1/tcp/4601'])).toEqual(['/ip4/127.0.0.1/tcp/4601'])
    expect(invitedTo(['/ip6/fe80::1/tcp/4601', '/ip4/0.0.0.0/tcp/4601'])).toEqual([])
  })
})
