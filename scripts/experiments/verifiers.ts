// `npm run verifiers -- [--n N] [--seed S] [--noble-every K]`: whether the native checker, libsodium and noble agree on
// signatures of every kind. Without a native checker (`npm run build:native`) the two others are compared. JSON on
// stdout, faults on stderr.
import sodium from 'sodium-native'
import { loadNativeLibrary, type NativeLibrary } from '../../src/adapters/crypto/native-checker.ts'
import { createLibsodiumVerifier } from '../../src/adapters/crypto/libsodium-verifier.ts'
import { createNativeVerifier } from '../../src/adapters/crypto/native-verifier.ts'
import { createNobleVerifier } from '../../src/adapters/crypto/noble-verifier.ts'
import { agreement } from '../../test/toolkit/fuzz/verifiers.ts'
import { scriptArguments } from '../arguments.ts'

const { values } = scriptArguments(
  'usage: npm run verifiers -- [--n 1000000] [--seed 1] [--noble-every 50]: whether implementations of the signature rule agree',
  {
    options: {
      n: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      'noble-every': { type: 'string', default: '50' },
    },
  },
)
const native = loadNativeLibrary() as NativeLibrary | null
if (native === null) console.error('no native checker was built (`npm run build:native`): libsodium and noble alone')
const figures = await agreement({
  checks: Number(values.n),
  seed: Number(values.seed),
  verifiers: [
    { verifier: createLibsodiumVerifier(sodium), every: 1 },
    ...(native === null ? [] : [{ verifier: createNativeVerifier(native), every: 1 }]),
    { verifier: createNobleVerifier(), every: Number(values['noble-every']) },
  ],
  onFault: (text) => console.error(text),
  onProgress: (checks) => console.error(`${checks} signatures`),
})
const pass = figures.disagreements === 0
console.log(JSON.stringify({ v: 1, id: 'verifiers', pass, figures }))
process.exitCode = pass ? 0 : 1
