/** A key of the keystore as it is shown: with both addresses, since the keystore belongs to no network. */
import { encodeAddress } from '../domain/address.ts'
import { toHex } from '../lib/bytes.ts'
import type { KeyEntry } from '../wallet/keystore.ts'
import { fieldsText } from './table-text.ts'

export interface KeyDocument {
  readonly name: string
  readonly publicKey: string
  /** Address on production networks. */
  readonly address: string
  /** Address on dev-* networks. */
  readonly devAddress: string
  readonly path: string
}

/** The key as JSON: never its secret. */
export function keyDocument(entry: KeyEntry): KeyDocument {
  return {
    name: entry.name,
    publicKey: toHex(entry.publicKey),
    address: encodeAddress(entry.publicKey, 'production'),
    devAddress: encodeAddress(entry.publicKey, 'development'),
    path: entry.path,
  }
}

/** The key as text. */
export function keyText(entry: KeyEntry): string {
  const { name, publicKey, address, devAddress, path } = keyDocument(entry)
  return fieldsText([
    ['name', name],
    ['address', address],
    ['on dev-*', devAddress],
    ['key', publicKey],
    ['file', path],
  ])
}
