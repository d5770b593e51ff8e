/** Checks of the one rule for signatures, with transactions that laxer rules take. */
import { signingPrefix } from '../../domain/signing.ts'
import { concatBytes } from '../../lib/bytes.ts'
import { sign } from '../../wallet/keys.ts'
import type { Check } from '../check.ts'
import { accepted, ignored, rejected } from '../judged.ts'
import { notApplicable } from '../outcome.ts'
import type { Stage } from '../stage.ts'
import { cofactored, identityR, otherNonce, STRANGE_KEYS, strangeAccount, type StrangeKey } from '../strange-keys.ts'
import { scalarOf, withScalarPlusL } from '../torsion.ts'
import { asNetworkId } from '../../domain/ids.ts'

type Signing = (secret: Uint8Array, signedBytes: Uint8Array, body: Uint8Array) => Uint8Array

/** A transaction of an honest account that is signed in another way than it should be. */
const wrong = (id: string, sentence: string, what: string, how: Signing): Check => ({
  id: `signature-${id}`,
  section: 'Signatures',
  role: 'relay',
  sentence,
  async run(stage) {
    const { secret } = stage.payer()
    await rejected(stage, what, { data: signedBy(stage, secret, how) })
  },
})

function signedBy(stage: Stage, secret: Uint8Array, how: Signing): Uint8Array {
  const from = stage.setting.payers.find((keys) => keys.secret === secret) ?? notApplicable('no such payer')
  const bytes = stage.setting.transaction({ from, sign: (message, body) => how(secret, message, body) }, stage.now())
  return stage.setting.batch(bytes)
}

/** A funded account whose key no honest implementation makes. */
const strange = (key: StrangeKey): Check => ({
  id: `signature-key-${key.id}`,
  section: 'Signatures',
  role: 'relay',
  sentence: `rejects a transaction of an account whose key ${key.what}, though the equation holds`,
  async run(stage) {
    const { network } = stage.setting
    if (!network.accounts.some(({ key: funded }) => funded === strangeAccount(key)))
      notApplicable('the network funds no such account: that of --write-network does')
    const from = { publicKey: key.publicKey, secret: new Uint8Array(32) }
    const bytes = stage.setting.transaction({ from, sign: key.sign }, stage.now())
    await rejected(stage, `a transaction of an account whose key ${key.what}`, { data: stage.setting.batch(bytes) })
  },
})

function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const copy = bytes.slice()
  copy[at] = (copy[at] ?? 0) ^ bit
  return copy
}

export const signatureChecks: readonly Check[] = [
  {
    id: 'signature-right',
    section: 'Signatures',
    role: 'relay',
    sentence: 'accepts a valid signature with a nonce of its maker’s choice',
    async run(stage) {
      const { secret } = stage.payer()
      await accepted(stage, 'a transaction with such a signature', {
        data: signedBy(stage, secret, (_, message) => otherNonce(scalarOf(secret), message)),
      })
    },
  },
  wrong('s', 'rejects a signature of which one bit of S is wrong', 'a wrong signature', (secret, message) =>
    flipped(sign(secret, message), 40, 1),
  ),
  wrong(
    'r-sign',
    'rejects a signature whose R has the other sign',
    'a signature with the sign of R flipped',
    (secret, message) => flipped(sign(secret, message), 31, 0x80),
  ),
  wrong(
    's-plus-l',
    'rejects a valid signature with S + L in the place of S',
    'a signature with S + L',
    (secret, message) => withScalarPlusL(sign(secret, message), 1n) ?? sign(secret, message).fill(0xff, 32),
  ),
  wrong(
    'identity-r',
    'rejects a signature whose R is the identity, though the equation holds',
    'a signature with R = identity',
    (secret, message) => identityR(scalarOf(secret), message),
  ),
  wrong(
    'cofactor',
    'rejects a signature for which only the equation with the cofactor holds',
    'a signature with a small-order part in R',
    (secret, message) => cofactored(scalarOf(secret), message),
  ),
  wrong('zeros', 'rejects a signature of zeros', 'a signature of zeros', () => new Uint8Array(64)),
  wrong(
    'other-network',
    'rejects what is signed for another network',
    'a transaction that is signed for another network',
    (secret, _, body) => sign(secret, concatBytes(signingPrefix('hearsay/tx/1', asNetworkId('a5'.repeat(32))), body)),
  ),
  {
    id: 'signature-other-tag',
    section: 'Signatures',
    role: 'relay',
    sentence: 'rejects what is signed under the tag of another kind of object',
    async run(stage) {
      const { secret } = stage.payer()
      const prefix = signingPrefix('hearsay/block/1', stage.setting.networkId)
      await rejected(stage, 'a transaction that is signed under the tag of blocks', {
        data: signedBy(stage, secret, (key, _, body) => sign(key, concatBytes(prefix, body))),
      })
    },
  },
  ...STRANGE_KEYS.map(strange),
  {
    id: 'signature-second',
    section: 'Verdicts',
    role: 'relay',
    sentence: 'ignores a transaction that it has with another signature, and charges nobody',
    async run(stage) {
      const { bytes, batch, payer } = stage.fresh()
      await stage.handsOn(await stage.teller(), 'transactions', batch, 'a valid transaction')
      const message = concatBytes(signingPrefix('hearsay/tx/1', stage.setting.networkId), bytes.subarray(68))
      const other = concatBytes(bytes.subarray(0, 4), otherNonce(scalarOf(payer.secret), message), bytes.subarray(68))
      await ignored(stage, 'a second valid signature of one body', { data: stage.setting.batch(other) })
    },
  },
]
