import { cpSync, existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineCommand, list, required, value, valueOr, type ArgumentSpec } from '../command.ts'
import { composeFiles } from '../deploy/compose.ts'
import { kubernetesFiles } from '../deploy/kubernetes.ts'
import { API_PORT, type DeployNode, type DeployPlan, type DeployValidator, type Files } from '../deploy/plan.ts'
import { systemdFiles } from '../deploy/systemd.ts'
import { emptyFolder } from '../empty-folder.ts'
import { usageFailure } from '../failure.ts'
import { readNodesFile } from '../vantage/nodes-file.ts'
import { readNetworkFile } from '../network-file.ts'
import { keysDirectory, publicKeyOf } from '../accounts.ts'
import type { Context } from '../context.ts'
import { asAccountId } from '../../domain/ids.ts'
import { isDevNetwork, type NetworkParams } from '../../domain/params.ts'
import { toHex } from '../../lib/bytes.ts'
import { readCount, readText, type Reading } from '../parse.ts'

const KINDS: Readonly<Record<string, (plan: DeployPlan) => Files>> = {
  systemd: systemdFiles,
  compose: composeFiles,
  kubernetes: kubernetesFiles,
}
const kind: ArgumentSpec = { name: 'kind', summary: Object.keys(KINDS).join(', '), words: Object.keys(KINDS) }
/** What a unit, a service and a pod may all be called. */
const NAME = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/
/** A unit's settings lie in a file of its node's name, beside these. */
const TAKEN: ReadonlySet<string> = new Set(['network', 'nodes'])
const NAME_HINT = 'a name has up to 40 of a-z, 0-9 and -, and begins with a letter'
const NODES_MAX = 100

export const command = defineCommand({
  details:
    'Writes what your own engine needs to run nodes of a network: hardened units, a compose file, or manifests of Kubernetes; with an image that is built from the\nlockfile, dashboards and alert rules. It starts nothing; README.md in the folder says how to go on.',
  args: [kind, { name: 'network', summary: "the network's JSON file" }],
  options: {
    out: required('--out <dir>', 'a folder that is new or empty', readText),
    count: valueOr('--count <n>', 'how many nodes', readCount(1, NODES_MAX), '3'),
    node: list('--node <name[=host]>', 'a node by name, on its machine: instead of --count', readNode),
    nodes: value('--nodes <file>', 'a file that lists nodes and their machines: instead of --count', readText),
    validator: list('--validator <node=key>', 'a node that makes the blocks of a key of yours', readText),
    image: valueOr('--image <name>', 'name of the image', readText, 'hearsay:latest'),
    program: valueOr('--program <path>', 'where hearsay is on the machines', readText, '/usr/local/bin/hearsay'),
  },
  examples: [
    ['deploy compose network.json --count 5 --out deploy', 'five nodes in containers of one machine'],
    ['deploy kubernetes net.json --validator node-0=maker --out deploy', 'one of three makes blocks'],
    ['deploy systemd network.json --nodes nodes.json --out deploy', 'the nodes of a file, on their machines'],
    ['deploy systemd network.json --node ann=192.0.2.7 --out deploy', 'one machine; --node once more for each other'],
  ],
  without: ['api', 'token-file', 'home'],
  async run(context, { args: [named = '', file = ''], options }) {
    const { cwd, shared, terminal } = context
    const make = Object.hasOwn(KINDS, named) ? KINDS[named] : undefined
    if (make === undefined)
      throw usageFailure(
        `deploy: "${named}" is nothing that can be deployed to`,
        `one of ${Object.keys(KINDS).join(', ')}`,
      )
    if (options.node.length > 0 && options.nodes !== undefined)
      throw usageFailure('--node and --nodes both name nodes', 'give one of them')
    const given = options.nodes === undefined ? options.node : placesOf(cwd, options.nodes)
    const places =
      given.length > 0
        ? given
        : Array.from({ length: options.count }, (_, index) => ({ name: `node-${index}`, host: null }))
    const twice = places.find(({ name }, index) => places.findIndex((other) => other.name === name) !== index)
    if (twice !== undefined)
      throw usageFailure(`--node: ${twice.name} is given twice`, 'give each node a name of its own')
    const taken = places.find(({ name }) => TAKEN.has(name))
    if (taken !== undefined)
      throw usageFailure(`a node can't be called ${taken.name}: a file of the folder is`, 'give it another name')
    const path = resolve(cwd, file)
    const { params, bootstrap } = await readNetworkFile(path, 'network')
    const validators = await readValidators(context, options.validator, params)
    const nameless = [...validators.keys()].find((name) => !places.some((place) => place.name === name))
    if (nameless !== undefined)
      throw usageFailure(
        `--validator: there is no node ${nameless}`,
        `nodes are ${places.map(({ name }) => name).join(', ')}`,
      )
    const nodes: readonly DeployNode[] = places.map((place) => ({
      ...place,
      validator: validators.get(place.name) ?? null,
    }))
    const plan = {
      network: readFileSync(path, 'utf8'),
      bootstrap,
      nodes,
      program: options.program,
      image: options.image,
    }
    const listed = nodesFile(named, nodes)
    const files = new Map([
      ...make(plan),
      ['prometheus.yml', scraping(named, nodes)] as const,
      ...(listed === null ? [] : [['nodes.json', listed] as const]),
    ])
    const folder = resolve(cwd, options.out)
    await emptyFolder(folder, options.out)
    for (const [name, text] of files) await writeFile(join(folder, name), text, { flag: 'wx' })
    for (const part of ['grafana', 'prometheus/alerts.yml'])
      cpSync(join(shipped(), part), join(folder, part), { recursive: true })
    if (shared.json) terminal.document({ v: 1, folder: options.out, files: [...files.keys()] })
    else
      terminal.out(
        `${nodes.length} nodes of ${params.name} for ${named} in ${options.out}: README.md says how to go on`,
      )
    return 'done'
  },
})

/** Who makes whose blocks, by the node's name. Each key is one of the network's, and each signs at one node. */
async function readValidators(
  context: Context,
  texts: readonly string[],
  network: NetworkParams,
): Promise<ReadonlyMap<string, DeployValidator>> {
  const validators = new Map<string, DeployValidator>()
  for (const text of texts) {
    const [, name, key] = /^([^=]+)=([^=]+)$/.exec(text) ?? []
    if (name === undefined || key === undefined)
      throw usageFailure(
        `--validator: "${text.slice(0, 64)}" is not NODE=KEY`,
        'such as --validator node-0=harbour-validator-0',
      )
    const isPublished = isDevNetwork(network.name) && /^validator-\d+$/.test(key)
    if (!isPublished) {
      const publicKey = asAccountId(toHex(await publicKeyOf(context, key, network.name, '--validator')))
      if (!network.validators.includes(publicKey))
        throw usageFailure(
          `--validator: ${key} is not a validator of ${network.name}`,
          "its public key must stand in the network's file",
        )
    }
    if (validators.has(name)) throw usageFailure(`--validator: ${name} is given twice`, 'a node signs with one key')
    if ([...validators.values()].some((other) => other.key === key))
      throw usageFailure(`--validator: ${key} is given twice`, 'no two nodes may sign with one key')
    validators.set(name, { key, file: isPublished ? null : join(keysDirectory(context.env), `${key}.json`) })
  }
  return validators
}

type Named = Pick<DeployNode, 'name' | 'host'>

/** The nodes of a file that `--nodes` of other commands reads as well. */
function placesOf(cwd: string, path: string): readonly { readonly name: string; readonly host: string | null }[] {
  const { source, nodes } = readNodesFile(cwd, path, '--nodes')
  const odd = nodes.find(({ name }) => !NAME.test(name))
  if (odd !== undefined) throw usageFailure(`${source}: ${odd.name}: can't be the name of a unit and a pod`, NAME_HINT)
  if (nodes.length > NODES_MAX) throw usageFailure(`${source}: lists more than ${NODES_MAX} nodes`, 'list fewer')
  return nodes.map(({ name, host }) => ({ name, host }))
}

/** The same file for what was deployed to this machine; null where the APIs cannot be reached from one place. */
function nodesFile(named: string, nodes: readonly DeployNode[]): string | null {
  if (named === 'kubernetes' || (named === 'systemd' && nodes.some(({ host }) => host !== null))) return null
  const listed = nodes.map(({ name }, index) => ({ name, api: `http://127.0.0.1:${API_PORT + 2 * index}` }))
  return `${JSON.stringify({ nodes: listed }, null, 2)}\n`
}

function readNode(text: string): Reading<Named> {
  const [name = '', host = null, ...more] = text.split('=')
  const isHost = host === null || /^[a-z0-9.:-]{1,253}$/i.test(host)
  if (NAME.test(name) && isHost && more.length === 0) return { ok: true, value: { name, host } }
  return {
    ok: false,
    message: `"${text.slice(0, 64)}" is no NAME or NAME=HOST: ${NAME_HINT}`,
  }
}

/** What Prometheus reads; in a cluster it finds pods by their annotations. */
function scraping(named: string, nodes: readonly DeployNode[]): string {
  const targets = nodes.map(({ name, host }, index) => ({
    targets: [named === 'compose' ? `${name}:${API_PORT}` : `127.0.0.1:${API_PORT + (host === null ? 2 * index : 0)}`],
    labels: { node: name },
  }))
  const source = { role: 'endpoints' }
  const keep = {
    source_labels: ['__meta_kubernetes_service_name', '__meta_kubernetes_endpoint_port_name'],
    regex: 'hearsay;api',
    action: 'keep',
  }
  const job =
    named === 'kubernetes' ? { kubernetes_sd_configs: [source], relabel_configs: [keep] } : { static_configs: targets }
  const config = {
    global: { scrape_interval: '5s' },
    rule_files: [named === 'compose' ? 'alerts.yml' : 'prometheus/alerts.yml'],
    scrape_configs: [{ job_name: 'hearsay', ...job }],
  }
  return `${JSON.stringify(config, null, 2)}\n`
}

/** Dashboards and rules come with the package, beside the program. */
function shipped(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'testnet', 'deploy')) && dirname(folder) !== folder) folder = dirname(folder)
  return join(folder, 'testnet', 'deploy')
}
