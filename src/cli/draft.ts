/** The transaction that the arguments of `tx send` and `tx sign` describe, signed. */
import { utf8 } from '../lib/bytes.ts'
import { asNetworkId } from '../domain/ids.ts'
import { PAYLOAD_BYTES_MAX, U64_MAX } from '../domain/params.ts'
import type { TransactionDraft } from '../domain/transaction.ts'
import { makeTransaction } from '../wallet/make-transaction.ts'
import { publicKeyOf, secretOf } from './accounts.ts'
import { required, value, valueOr } from './command.ts'
import type { Context } from './context.ts'
import { usageFailure } from './failure.ts'
import { readInput } from './input.ts'
import { readAmount, readText } from './parse.ts'

/** The options that describe a transaction, the same for every command that makes one. */
export const DRAFT_OPTIONS = {
  from: required('--from <who>', 'who pays: a key of yours, or alice, bob, … on a dev-* network', readText),
  to: required('--to <who>', 'who is paid: an address, a key of yours, or alice, bob, … on a dev-* network', readText),
  amount: required('--amount <units>', 'how much', readAmount),
  fee: valueOr('--fee <units>', 'what it costs the sender, once a block has it', readAmount, '1'),
  nonce: value('--nonce <number>', 'number of the transaction; by default the next free one of the sender', readAmount),
  payload: value(
    '--payload <text>',
    'text to send along, at most 16 KiB; @FILE takes the bytes of a file, @- stdin',
    readText,
  ),
  passphraseFile: value(
    '--passphrase-file <file>',
    "file with the key's passphrase on its first line, instead of asking",
    readText,
  ),
}

export interface DraftValues {
  readonly from: string
  readonly to: string
  readonly amount: bigint
  readonly fee: bigint
  readonly nonce: bigint | undefined
  readonly payload: string | undefined
  readonly passphraseFile: string | undefined
}

export interface SignedDraft {
  readonly id: string
  /** SSZ of the signed transaction. */
  readonly bytes: Uint8Array
  readonly draft: TransactionDraft
  /** The same with the nonce that is free now; null where the user chose one. */
  readonly again: (() => Promise<SignedDraft>) | null
}

/**
 * Checks, completes and signs.
 * @param network name and id of the network that the signature is for
 * @param nextNonce asks for the sender's next free nonce; called only where none is given
 */
export async function signDraft(
  context: Context,
  values: DraftValues,
  network: { readonly name: string; readonly id: string },
  nextNonce: (senderKey: Uint8Array) => Promise<bigint>,
): Promise<SignedDraft> {
  const { amount, fee } = values
  if (amount + fee > U64_MAX)
    throw usageFailure(`--amount and --fee together are more than 64 bits hold (${U64_MAX})`, 'lower one of them')
  const payload = await payloadOf(context, values.payload)
  const recipient = await publicKeyOf(context, values.to, network.name, '--to')
  const { secret, publicKey } = await secretOf(context, values.from, network.name, '--from', values.passphraseFile)
  const { sign } = await import('../wallet/keys.ts')
  const signed = async (): Promise<SignedDraft> => {
    const nonce = values.nonce ?? (await nextNonce(publicKey))
    const place = { sender: publicKey, nonce, recipient }
    const draft: TransactionDraft = { ...place, amount, fee, createdAtMs: Date.now(), payload }
    const made = makeTransaction(draft, asNetworkId(network.id), (message) => sign(secret, message))
    return { ...made, draft, again: values.nonce === undefined ? signed : null }
  }
  return signed()
}

async function payloadOf(context: Context, text: string | undefined): Promise<Uint8Array> {
  if (text === undefined) return new Uint8Array()
  const bytes = text.startsWith('@')
    ? await readInput(context, text.slice(1), PAYLOAD_BYTES_MAX, '--payload')
    : utf8(text)
  if (bytes.byteLength > PAYLOAD_BYTES_MAX) {
    throw usageFailure(
      `--payload: it has ${bytes.byteLength} bytes, and the longest allowed has ${PAYLOAD_BYTES_MAX}`,
      'shorten it, or send its hash',
    )
  }
  return bytes
}
