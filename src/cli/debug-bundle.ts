/**
 * What of a node's answers may be shown to somebody else: everything but addresses and identities of others. Its own
 * addresses stay, since most faults are about them.
 */

/** Addresses as they stand in multiaddrs, logs and metrics, with or without a port. */
const IPV4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g
const IPV6 =
  /(?<![\w:])(?:[\da-f]{1,4}(?::[\da-f]{1,4}){7}|(?:[\da-f]{1,4}(?::[\da-f]{1,4})*)?::(?:[\da-f]{1,4}(?::[\da-f]{1,4})*)?)(?![\w:])/gi
const NAME = /\/(dns|dns4|dns6|dnsaddr)\/[^/"\s]+/g
const PEER = /\b(?:12D3Koo\w{40,50}|Qm[1-9A-HJ-NP-Za-km-z]{44})\b/g
/** A token is 64 hex digits, as an id is: all ids go with it. */
const TOKEN = /\b[\da-f]{64}\b/gi

/**
 * @param own texts of this node that stay: its peer id, its listen addresses
 * @returns the text with every other address, name of a machine, peer id and 64 digits replaced
 */
export function withoutOthers(text: string, own: readonly string[]): string {
  const stays = new Set(
    own.flatMap((address) => [address, ...(address.match(IPV4) ?? []), ...(address.match(PEER) ?? [])]),
  )
  const names = new Map<string, string>()
  const hide =
    (kind: string) =>
    (found: string): string => {
      if (stays.has(found)) return found
      const name = names.get(found) ?? `${kind}-${names.size + 1}`
      names.set(found, name)
      return name
    }
  return text
    .replace(PEER, hide('peer'))
    .replace(TOKEN, hide('id'))
    .replace(NAME, (_found, kind: string) => `/${kind}/name`)
    .replace(IPV4, hide('address'))
    .replace(IPV6, hide('address'))
}
