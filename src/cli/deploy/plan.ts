/** What is to be deployed: a network's document and its nodes; and figures that all three kinds share. */

export interface DeployPlan {
  /** Text of the network's document, whole. */
  readonly network: string
  /** Addresses of nodes that are there already, from the document. */
  readonly bootstrap: readonly string[]
  readonly nodes: readonly DeployNode[]
  /** Where the program is on a machine. */
  readonly program: string
  /** Name of the image. */
  readonly image: string
}

export interface DeployNode {
  readonly name: string
  /** Address or name of its machine; null: all on one. */
  readonly host: string | null
  /** Whose blocks it makes; null: nobody's. */
  readonly validator: DeployValidator | null
}

export interface DeployValidator {
  /** Name of the key in the keystore. */
  readonly key: string
  /** Its file there, which the node needs; null where the key is published. */
  readonly file: string | null
}

/** What a node's arguments name it by. @param folder where its key and the passphrase are */
export function validatorArguments({ validator }: DeployNode, folder: string): readonly string[] {
  if (validator === null) return []
  return [
    ...['--validator', validator.key],
    ...(validator.file === null ? [] : ['--passphrase-file', `${folder}/${PASSPHRASE}`]),
  ]
}

/** Nodes that need a key from whoever deploys them. */
export function keyed(
  nodes: readonly DeployNode[],
): readonly (DeployNode & { readonly key: string; readonly file: string })[] {
  return nodes.flatMap((node) => {
    const { key, file } = node.validator ?? { key: '', file: null }
    return file === null ? [] : [{ ...node, key, file }]
  })
}

/** The file with the passphrase, beside the key's. */
export const PASSPHRASE = 'passphrase'

/** Path to text, relative to the folder. */
export type Files = ReadonlyMap<string, string>

export const P2P_PORT = 4_601
export const API_PORT = 4_600
/** A node at its profile's bound takes 768 MiB, four fifths of this. */
export const MEMORY = '1G'
export const HEAP_MIB = 512
export const OPEN_FILES = 4_096
/** SIGTERM ends a loaded node within two seconds. */
export const STOP_SECONDS = 15
/** Nobody has this user elsewhere. */
export const USER = 10_001

/** Where a node is dialled. */
export function dialAddress(host: string, port: number): string {
  const kind = host.includes(':') ? 'ip6' : /^[\d.]+$/.test(host) ? 'ip4' : 'dns'
  return `/${kind}/${host}/tcp/${port}`
}
