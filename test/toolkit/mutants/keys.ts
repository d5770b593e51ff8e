/** Defences of keys and of the files that hold secrets. */
import type { Mutant } from './mutant.ts'

export const KEYS_MUTANTS: readonly Mutant[] = [
  {
    name: 'an identity that others may read is used',
    threat: 'K1',
    file: 'src/adapters/store/identity-file.ts',
    from: 'if ((stat.mode & 0o077) !== 0)',
    to: 'if (stat.mode === 0)',
    test: ['test/unit/adapters/store/identity-file.test.ts'],
  },
  {
    name: 'a damaged identity is replaced in silence',
    threat: 'K2',
    file: 'src/adapters/store/identity-file.ts',
    from: 'if (secret?.byteLength !== IDENTITY_BYTES) return malformed(path)',
    to: 'if (secret?.byteLength !== IDENTITY_BYTES) return { ok: true, secret: new Uint8Array(IDENTITY_BYTES), created: true }',
    test: ['test/unit/adapters/store/identity-file.test.ts'],
  },
  {
    name: 'the cookie is readable by everybody',
    threat: 'K3',
    file: 'src/adapters/http/cookie-file.ts',
    from: "await open(beside, 'wx', 0o600)",
    to: "await open(beside, 'wx', 0o644)",
    test: ['test/unit/adapters/http/cookie-file.test.ts'],
  },
  {
    name: 'a key that others may read is used',
    threat: 'K4',
    file: 'src/wallet/secret-file.ts',
    from: 'if ((found.mode & 0o077) !== 0)',
    to: 'if (found.mode === 0)',
    test: ['test/unit/wallet/keystore.test.ts', '-t', 'refuses a file of mode'],
  },
  {
    name: 'a keystore may ask for any amount of memory',
    threat: 'K4',
    file: 'src/wallet/keystore-file.ts',
    from: '(n as number) <= SCRYPT_N_MAX &&',
    to: '',
    test: ['test/unit/wallet/keystore.test.ts', '-t', 'more than 1 GiB'],
  },
  {
    name: 'a passphrase is shown as it is typed',
    threat: 'K5',
    file: 'src/cli/passphrase.ts',
    from: 'stdin.setRawMode(true)',
    to: '',
    test: ['test/unit/cli/passphrase.test.ts', '-t', 'not echoed'],
  },
  {
    name: 'a keystore that was altered is opened',
    threat: 'K4',
    file: 'src/wallet/keystore-file.ts',
    from: 'decipher.setAuthTag(document.tag)',
    to: 'decipher.final = () => Buffer.alloc(0)',
    test: ['test/unit/wallet/keystore.test.ts', '-t', 'opens nothing that was altered'],
  },
  {
    name: 'a passphrase is stretched for a moment only',
    threat: 'K4',
    file: 'src/wallet/keystore-file.ts',
    from: 'export const SCRYPT_N = 262_144',
    to: 'export const SCRYPT_N = 1_024',
    test: ['test/unit/wallet/keystore.test.ts', '-t', 'where nothing else is said'],
  },
]
