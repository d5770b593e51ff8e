/** What went wrong with a key file, in words for the user. */
import { assertNever } from '../lib/assert.ts'
import type { KeystoreFailure } from '../wallet/keystore.ts'
import { Failure, usageFailure } from './failure.ts'

/**
 * The failure of the keystore as the failure of the command: wrong files and passphrases are exit code 2, a missing key
 * is 6.
 */
export function keystoreFailure(failure: KeystoreFailure): Failure {
  switch (failure.kind) {
    case 'exists':
      return usageFailure(
        `${failure.path} exists already, and nothing is ever overwritten`,
        'choose another name, or move the file away',
      )
    case 'not-found':
      return new Failure('not-found', 'no-key', `${failure.path} does not exist`, '`hearsay keys list` shows your keys')
    case 'bad-name':
      return usageFailure(
        `"${failure.name}" can't be the name of a key`,
        'use lower-case letters, digits, - and _, at most 64 of them',
      )
    case 'empty-passphrase':
      return usageFailure('the passphrase is empty', 'a key without one is open to whoever can read the file')
    case 'insecure':
      return usageFailure(
        `others can get at ${failure.path} (mode ${failure.mode.toString(8)})`,
        `chmod ${failure.path.endsWith('.json') ? '600' : 'go-rwx'} ${failure.path}`,
      )
    case 'not-owned':
      return usageFailure(`${failure.path} belongs to another user`, 'use a folder of your own: HEARSAY_KEYS names it')
    case 'not-a-secret-file':
      return usageFailure(`${failure.path} is not a key file: ${failure.detail}`)
    case 'malformed':
      return usageFailure(
        `${failure.path} is not a key file: ${failure.detail}`,
        'a key file is what `hearsay keys new` writes',
      )
    case 'wrong-passphrase':
      return usageFailure(`the passphrase does not open ${failure.path}`, 'try again; a damaged file looks the same')
    case 'no-memory':
      return new Failure(
        'failed',
        'no-memory',
        `there is not enough memory to open ${failure.path} (256 MiB)`,
        'free some, or raise the limit of this process',
      )
    case 'io':
      return new Failure(
        'failed',
        'io',
        `${failure.path}: the system says ${failure.code}`,
        'check the disk and the permissions of the folder',
      )
    default:
      return assertNever(failure)
  }
}
