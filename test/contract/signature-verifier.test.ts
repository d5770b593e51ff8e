import sodium from 'sodium-native'
import { createLibsodiumVerifier } from '../../src/adapters/crypto/libsodium-verifier.ts'
import { createNobleVerifier } from '../../src/adapters/crypto/noble-verifier.ts'
import { createNodeCryptoVerifier } from '../../src/adapters/crypto/node-crypto-verifier.ts'
import type { Libsodium } from '../../src/adapters/crypto/libsodium-verifier.ts'
import { signatureVerifierContract } from './signature-verifier.ts'

// The typings ask for Buffers where the binding takes any typed array.
const binding = sodium as unknown as Libsodium

signatureVerifierContract('libsodium', (limits) => createLibsodiumVerifier(binding, limits))
signatureVerifierContract('node-crypto', createNodeCryptoVerifier)
signatureVerifierContract('noble', createNobleVerifier)
