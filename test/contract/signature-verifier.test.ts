import sodium from 'sodium-native'
import { loadNativeLibrary, type NativeLibrary } from '../../src/adapters/crypto/native-checker.ts'
import { createNativeVerifier } from '../../src/adapters/crypto/native-verifier.ts'
import { createLibsodiumVerifier } from '../../src/adapters/crypto/libsodium-verifier.ts'
import { createNobleVerifier } from '../../src/adapters/crypto/noble-verifier.ts'
import { createNodeCryptoVerifier } from '../../src/adapters/crypto/node-crypto-verifier.ts'
import { signatureVerifierContract } from './signature-verifier.ts'

signatureVerifierContract('libsodium', (limits) => createLibsodiumVerifier(sodium, limits))
// Where somebody has built it (`npm run build:native`).
const native = loadNativeLibrary() as NativeLibrary | null
if (native !== null) signatureVerifierContract('dalek', (limits) => createNativeVerifier(native, limits))
signatureVerifierContract('node-crypto', createNodeCryptoVerifier)
signatureVerifierContract('noble', createNobleVerifier)
