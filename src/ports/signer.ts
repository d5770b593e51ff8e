/** The key with which a validator signs its blocks. */
export interface Signer {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** 64 bytes, by RFC 8032: the same message gives the same signature. */
  sign(message: Uint8Array): Uint8Array
}
