/** The public library. */
export { verifySignature } from './adapters/crypto/verify-signature.ts'
