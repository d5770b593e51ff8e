/** Reads a network's JSON file for a command. */
import { readFile } from 'node:fs/promises'
import type { NetworkParams } from '../domain/params.ts'
import { parseNetwork } from '../domain/params.ts'
import { systemCode, usageFailure } from './failure.ts'

/** The parameters and bootstrap addresses in the file at `path`. `flag` is what the error calls it. */
export async function readNetworkFile(
  path: string,
  flag: string,
): Promise<{ readonly params: NetworkParams; readonly bootstrap: readonly string[] }> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw usageFailure(
      `${flag}: ${path} can't be read (${systemCode(error) ?? 'unknown reason'})`,
      'a testnet keeps its own in network.json of its home',
    )
  }
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
