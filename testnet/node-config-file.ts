/** The configuration file of one node of a testnet: what the supervisor writes and a node process reads. */
import { readFileSync } from 'node:fs'
import { toHex } from '../src/lib/bytes.ts'
import { asAccountId } from '../src/domain/ids.ts'
import { parseNetwork } from '../src/domain/params.ts'
import type { NodeConfig } from '../src/node/config.ts'
import { replaceFile } from '../src/home/own-file.ts'
import { devValidator } from './dev-network.ts'

export interface NodeConfigDocument {
  readonly name: string
  readonly network: string
  readonly dataDir: string
  readonly listen: readonly string[]
  readonly bootstrap: readonly string[]
  readonly api: string
  /** Number of the development validator whose blocks this node makes; null: none. */
  readonly validator: number | null
  readonly logLevel: NodeConfig['logLevel']
  readonly connectionsMax: number
  /** Left out: no. */
  readonly discovery?: boolean
  /** Left out: no. */
  readonly blocksOnDemand?: boolean
  /** `dev` unless given: an attack is met as on the open network. */
  readonly profile?: NodeConfig['profile']
}

export function writeNodeConfig(path: string, document: NodeConfigDocument): void {
  replaceFile(path, `${JSON.stringify(document, null, 2)}\n`)
}

/** Reads what `writeNodeConfig` wrote, with the network that it names. Throws where either is missing or broken. */
export function readNodeConfig(path: string): NodeConfig {
  const document = JSON.parse(readFileSync(path, 'utf8')) as NodeConfigDocument
  const network = parseNetwork(JSON.parse(readFileSync(document.network, 'utf8')))
  if (!network.ok) throw new Error(`${document.network}: ${network.message}`)
  const keys = document.validator === null ? null : devValidator(document.validator)
  return Object.freeze({
    name: document.name,
    network: network.params,
    profile: document.profile ?? 'dev',
    dataDir: document.dataDir,
    listen: document.listen,
    bootstrap: document.bootstrap,
    discovery: document.discovery ?? false,
    api: document.api,
    apiHosts: [],
    validator: keys === null ? null : { key: asAccountId(toHex(keys.publicKey)), secret: keys.secret },
    blocksOnDemand: document.blocksOnDemand ?? false,
    logLevel: document.logLevel,
    connectionsMax: document.connectionsMax,
  })
}
