/** A folder with a network's file, for nodes that are to be hurt; gone at the end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { networkDocument, type NetworkParams } from '../../../src/domain/params.ts'
import { attackNetwork } from '../processes/funded-network.ts'

export interface Stage {
  readonly home: string
  readonly network: NetworkParams
  readonly networkFile: string
  clear(): void
}

/** @param given what of the network shall be otherwise */
export function setStage(purpose: string, given: Partial<NetworkParams> = {}): Stage {
  const home = mkdtempSync(join(tmpdir(), `hearsay-${purpose}-`))
  const network = { ...attackNetwork(Date.now() - 60_000), ...given }
  const networkFile = join(home, 'network.json')
  writeFileSync(networkFile, JSON.stringify(networkDocument(network)))
  return { home, network, networkFile, clear: () => rmSync(home, { recursive: true, force: true }) }
}
