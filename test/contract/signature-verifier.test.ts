import sodium from 'sodium-native'
import { createLibsodiumVerifier } from '../../src/adapters/crypto/libsodium-verifier.ts'
import { createNobleVerifier } from '../../src/adapters/crypto/noble-verifier.ts'
import { createNodeCryptoVerifier } from '../../src/adapters/crypto/node-crypto-verifier.ts'
import { signatureVerifierContract } from './signature-verifier.ts'

signatureVerifierContract('libsodium', (limits) => createLibsodiumVerifier(sodium, limits))
signatureVerifierContract('node-crypto', createNodeCryptoVerifier)
signatureVerifierContract('noble', createNobleVerifier)
