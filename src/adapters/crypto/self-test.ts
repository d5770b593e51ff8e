/**
 * Known answers that a verifier must give before it is trusted with the rule. Builds of a library may follow another
 * rule than ours, and a node that loaded one would split from the others: it must notice at start and use noble. The
 * points are computed anew by the test of this file.
 */
import { fromHex, utf8 } from '../../lib/bytes.ts'
import type { SignatureVerifier } from '../../ports/signature-verifier.ts'

/** a·B for a = SHA-256("hearsay/self-test/key") mod 2^252. */
const KEY = 'f54575d005ae809b10d558f40c05b54176e0c4cccc1fa30575e697aef625710d'

const KEYS: readonly { readonly what: string; readonly key: string; readonly valid: boolean }[] = [
  { what: 'a key of prime order', key: KEY, valid: true },
  {
    what: 'a key with a part of order 8',
    key: 'e66ee18fcd7fb3d171107b517be9c79fa3c3384e04dc0e96f1db839ee78896b4',
    valid: false,
  },
  {
    what: 'a key with a part of order 4',
    key: 'f24322e6e2f99fd75b5fd471b2dd2704430089263c8c9e61ec89745714eefb8d',
    valid: false,
  },
  {
    what: 'a key with a part of order 2',
    key: 'f8b98a2ffa517f64ef2aa70bf3fa4abe891f3b3333e05cfa8a19685109da8ef2',
    valid: false,
  },
  { what: 'the identity as a key', key: `01${'00'.repeat(31)}`, valid: false },
  { what: 'the identity as a key, not reduced', key: `ee${'ff'.repeat(30)}7f`, valid: false },
]

const MESSAGE = utf8('hearsay/self-test')

/** By KEY over MESSAGE, with the nonce r = SHA-256("hearsay/self-test/nonce") mod 2^252 where nothing else is said. */
const SIGNATURES: readonly { readonly what: string; readonly signature: string; readonly valid: boolean }[] = [
  {
    what: 'an honest signature',
    signature:
      '2d8f5cbaa8f79f495ad889474784a5655c05aadac80bb8ac5872f70afe57711a' +
      '444bad4e15c85f41254bed71881b0593dd1dcfe8f96653459c59baf52c9a1202',
    valid: true,
  },
  {
    what: 'S + L',
    signature:
      '2d8f5cbaa8f79f495ad889474784a5655c05aadac80bb8ac5872f70afe57711a' +
      '311fa3ab2f2b7299fbe7e4146715e4a7dd1dcfe8f96653459c59baf52c9a1212',
    valid: false,
  },
  {
    what: 'an R with a part of order 8',
    signature:
      '39fad93a8b3ce8742aa1df96c5bdec1265441ca0d864387850b54ae809870f98' +
      '2d610dbdf80c8fa1c18059e16910aa046a7e3daacef12858dc51ea4cbe787408',
    valid: false,
  },
  {
    what: 'an R with a part of order 4',
    signature:
      '0c9eade604263dcc8ed4c5fa6ecba4cd05fe4f8893e27a332cd41c412c6d2baa' +
      '35af9575ead5c46d91692f6b0cae8a1bb3f9e18b6751e218ccafd3aac3351e05',
    valid: false,
  },
  {
    what: 'an R with a part of order 2',
    signature:
      'c070a345570860b6a52776b8b87b5a9aa3fa552537f44753a78d08f501a88ee5' +
      'f5a067c75ea0c1fb239c5cd9dc1d9b7d691b4b9c60e0ae37064b94df55639b08',
    valid: false,
  },
  {
    what: 'the identity as R',
    signature:
      '0100000000000000000000000000000000000000000000000000000000000000' +
      '0d8c9fbd9602188256db8986b145385e413a97014356c6710e7556e5dae9e80c',
    valid: false,
  },
]

/** The first known answer that `verifier` gets wrong, in words, or null. Takes under a millisecond with libsodium. */
export function findFault(verifier: Pick<SignatureVerifier, 'isValidKey' | 'verify'>): string | null {
  for (const { what, key, valid } of KEYS) {
    if (verifier.isValidKey(bytes(key)) !== valid) return `it ${valid ? 'refuses' : 'accepts'} ${what}`
  }
  for (const { what, signature, valid } of SIGNATURES) {
    const accepted = verifier.verify({ publicKey: bytes(KEY), message: MESSAGE, signature: bytes(signature) })
    if (accepted !== valid) return `it ${valid ? 'refuses' : 'accepts'} ${what}`
  }
  return null
}

function bytes(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array(0)
}
