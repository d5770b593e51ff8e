import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../../src/lib/bytes.ts'
import { DEV_ACCOUNT_NAMES, devAccount, isDevAccountName } from '../../../src/wallet/dev-accounts.ts'

describe('development accounts', () => {
  it('have the secret that their name says', () => {
    for (const name of [...DEV_ACCOUNT_NAMES, 'load-0', 'load-7', 'load-999999']) {
      const account = devAccount(name, 'dev-test')
      const secret = createHash('sha256').update('hearsay/dev-account/1\0').update(name).digest('hex')
      expect(account.ok && toHex(account.keys.secret)).toBe(secret)
    }
  })

  it('are golden: presets and other clients know these keys', () => {
    const alice = devAccount('alice', 'dev-a')
    expect(alice.ok && toHex(alice.keys.publicKey)).toBe(
      'c63c7af4020645aee7c2aaa91af658b9093307a7b6267bc16fcedc150c33a8af',
    )
    expect(devAccount('alice', 'dev-b')).toEqual(alice)
  })

  it('are refused on every network that is not for development', () => {
    for (const network of ['main', 'production', 'DEV-x', 'a-dev-x', 'dev', '']) {
      expect(devAccount('alice', network)).toEqual({ ok: false, reason: 'not-a-dev-network' })
      expect(devAccount('load-3', network)).toEqual({ ok: false, reason: 'not-a-dev-network' })
    }
  })

  it('have no other names', () => {
    for (const name of [
      '',
      'mallory',
      'Alice',
      'alice ',
      'load-',
      'load-01',
      'load--1',
      'load-1000000',
      'load-1\n',
      '__proto__',
      'constructor',
    ]) {
      expect(devAccount(name, 'dev-test'), name).toEqual({ ok: false, reason: 'not-a-dev-account' })
      expect(isDevAccountName(name), name).toBe(false)
    }
  })
})
