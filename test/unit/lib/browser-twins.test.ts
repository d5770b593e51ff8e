/** Files that take the place of others in the library for browsers: the same names, the same results. */
import { describe, expect, it } from 'vitest'
import * as portableBytes from '../../../src/lib/buffer.browser.ts'
import * as nativeBytes from '../../../src/lib/buffer.ts'
import * as portable from '../../../src/lib/hash.browser.ts'
import * as native from '../../../src/lib/hash.ts'
import { keyPairOf } from '../../../src/wallet/keys.ts'
import { quickSigner as portableSigner } from '../../../src/wallet/quick-signer.browser.ts'
import { quickSigner } from '../../../src/wallet/quick-signer.ts'
import { projectFiles, read } from '../../tidy/project-files.ts'

const samples = [0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 1_000].map((length) =>
  Uint8Array.from({ length }, (_, index) => (index * 7 + length) % 256),
)

describe('hashes', () => {
  it('are the same, whole and in parts', () => {
    for (const bytes of samples) {
      expect(portable.sha256(bytes)).toEqual(native.sha256(bytes))
      expect(portable.sha256Hex(bytes)).toBe(native.sha256Hex(bytes))
      const parts = [bytes.subarray(0, 50), bytes.subarray(50)]
      expect(portable.sha256Of(parts)).toEqual(native.sha256(bytes))
      expect(portable.sha512Of(parts)).toEqual(native.sha512Of([bytes]))
      expect(portable.hmacSha256(bytes, samples[3] as Uint8Array)).toEqual(
        native.hmacSha256(bytes, samples[3] as Uint8Array),
      )
    }
  })
})

describe('bytes', () => {
  it('are the same', () => {
    for (const bytes of samples) {
      expect(portableBytes.hexOf(bytes)).toBe(nativeBytes.hexOf(bytes))
      expect(portableBytes.bytesOfHex(nativeBytes.hexOf(bytes))).toEqual(bytes)
      expect(portableBytes.keyOf(bytes)).toBe(nativeBytes.keyOf(bytes))
      expect(portableBytes.briefBytes(bytes.byteLength).byteLength).toBe(bytes.byteLength)
      for (const other of samples)
        expect(Math.sign(portableBytes.compare(bytes, other))).toBe(nativeBytes.compare(bytes, other))
    }
    for (const text of ['', 'a', 'é€😀', '\u0000', '\ud800'])
      expect(portableBytes.utf8Of(text)).toEqual(nativeBytes.utf8Of(text))
  })
})

describe('signatures', () => {
  it('are the same', () => {
    const { secret } = keyPairOf(Uint8Array.from({ length: 32 }, (_, index) => index))
    for (const bytes of samples) expect(portableSigner(secret)(bytes)).toEqual(quickSigner(secret)(bytes))
  })
})

it('every twin exports what the file exports whose place it takes', () => {
  const twins = projectFiles().filter((path) => path.startsWith('src/') && path.endsWith('.browser.ts'))
  expect(twins.length).toBeGreaterThan(3)
  const valuesOf = (path: string): string[] =>
    [...read(path).matchAll(/^export (?:async )?(?:function|class|const) (\w+)/gm)].map(([, name = '']) => name).sort()
  for (const twin of twins) expect([twin, valuesOf(twin)]).toEqual([twin, valuesOf(twin.replace('.browser.ts', '.ts'))])
})
