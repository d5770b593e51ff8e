/** What the errors of a dial mean: the library's and the system's words to the closed list of domain/dial. */
import type { DialFailure, DialFailureKind } from '../../domain/dial.ts'

/** Looked at in order: the first that fits the names or the text of an error. */
const MEANINGS: readonly (readonly [RegExp, DialFailureKind])[] = [
  [/UnexpectedPeer|unexpected peer|peer id mismatch/i, 'other-peer'],
  [/dial self/i, 'self'],
  [/certificate is not valid yet|certificate has expired|not yet valid/i, 'clocks'],
  [/ECONNREFUSED/, 'refused'],
  [/ENOTFOUND|EAI_AGAIN|EAI_NODATA|ENODATA|ESERVFAIL|queryTxt/, 'no-such-name'],
  [/ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|ENETDOWN|EHOSTDOWN|EINVAL|EACCES|EPERM/, 'no-route'],
  [/EMFILE|ENFILE/, 'no-files'],
  [/ETIMEDOUT|TimeoutError|timed out/i, 'no-answer'],
  [/ConnectionDenied|DialDenied|gater/i, 'banned'],
  [
    /ECONNRESET|EPIPE|EncryptionFailed|Encryption failed|Unexpected EOF|Missing newline|UnsupportedProtocol|MuxerUnavailable|stream (closed|reset)|protocol error|message length/i,
    'no-handshake',
  ],
]

/** @param error what the dial rejected with */
export function dialFailureOf(error: unknown): DialFailure {
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error
  if (!(first instanceof Error)) return { kind: 'no-handshake', detail: 'the connection was reset' }
  const text = `${first.name} ${first.message}`
  const meaning = MEANINGS.find(([pattern]) => pattern.test(text))
  return { kind: meaning?.[1] ?? 'other', detail: first.message }
}
