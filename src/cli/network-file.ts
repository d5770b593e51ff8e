/** Reads a network's JSON file for a command. */
import type { NetworkParams } from '../domain/params.ts'
import { parseNetwork } from '../domain/params.ts'
import { usageFailure } from './failure.ts'
import { readNamed } from './input.ts'

/**
 * Largest network file, bytes: 1,048,576 accounts, as many as a network may have, of 110 bytes each, laid out over
 * lines.
 */
const NETWORK_FILE_BYTES_MAX = 256 * 1024 * 1024

/** The parameters and bootstrap addresses in the file at `path`. `flag` is what the error calls it. */
export async function readNetworkFile(
  path: string,
  flag: string,
): Promise<{ readonly params: NetworkParams; readonly bootstrap: readonly string[] }> {
  const hint = 'a testnet keeps its own in network.json of its home'
  const bytes = await readNamed('/', path, { bytesMax: NETWORK_FILE_BYTES_MAX, name: flag, hint })
  const text = new TextDecoder().decode(bytes)
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    throw usageFailure(`${flag}: ${path} is not JSON`, 'PROTOCOL.md, Network, describes the file')
  }
  const network = parseNetwork(document)
  if (!network.ok)
    throw usageFailure(`${flag}: ${path}: ${network.message}`, 'PROTOCOL.md, Network, describes the file')
  return network
}
