import { cpSync, existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineCommand, list, value, valueOr, type ArgumentSpec } from '../command.ts'
import { composeFiles } from '../deploy/compose.ts'
import { kubernetesFiles } from '../deploy/kubernetes.ts'
import { API_PORT, type DeployNode, type DeployPlan, type Files } from '../deploy/plan.ts'
import { systemdFiles } from '../deploy/systemd.ts'
import { emptyFolder } from '../empty-folder.ts'
import { usageFailure } from '../failure.ts'
import { readNetworkFile } from '../network-file.ts'
import { readCount, readText, type Reading } from '../parse.ts'

const KINDS: Readonly<Record<string, (plan: DeployPlan) => Files>> = {
  systemd: systemdFiles,
  compose: composeFiles,
  kubernetes: kubernetesFiles,
}
const kind: ArgumentSpec = { name: 'kind', summary: Object.keys(KINDS).join(', '), words: Object.keys(KINDS) }
/** What a unit, a service and a pod may all be called. */
const NAME = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/
const NODES_MAX = 100

export const command = defineCommand({
  details:
    'Writes what your own engine needs to run nodes of a network: hardened units, a compose file, or manifests of Kubernetes; with an image that is built from the\nlockfile, dashboards and alert rules. It starts nothing; README.md in the folder says how to go on.',
  args: [kind, { name: 'network', summary: "the network's JSON file" }],
  options: {
    out: value('--out <dir>', 'a folder that is new or empty', readText),
    count: valueOr('--count <n>', 'how many nodes', readCount(1, NODES_MAX), '3'),
    node: list('--node <name[=host]>', 'a node by name, on its machine: instead of --count', readNode),
    image: valueOr('--image <name>', 'name of the image', readText, 'hearsay:latest'),
    program: valueOr('--program <path>', 'where hearsay is on the machines', readText, '/usr/local/bin/hearsay'),
  },
  examples: [
    ['deploy compose network.json --count 5 --out deploy', 'five nodes in containers of one machine'],
    ['deploy systemd network.json --node ann=192.0.2.7 --out deploy', 'one machine; --node once more for each other'],
  ],
  without: ['api', 'token-file', 'home'],
  async run({ cwd, shared, terminal }, { args: [named = '', file = ''], options }) {
    const make = Object.hasOwn(KINDS, named) ? KINDS[named] : undefined
    if (make === undefined)
      throw usageFailure(
        `deploy: "${named}" is nothing that can be deployed to`,
        `one of ${Object.keys(KINDS).join(', ')}`,
      )
    if (options.out === undefined) throw usageFailure('--out is missing', `hearsay deploy ${named} ${file} --out DIR`)
    const nodes: readonly DeployNode[] =
      options.node.length > 0
        ? options.node
        : Array.from({ length: options.count }, (_, index) => ({ name: `node-${index}`, host: null }))
    const twice = nodes.find(({ name }, index) => nodes.findIndex((other) => other.name === name) !== index)
    if (twice !== undefined)
      throw usageFailure(`--node: ${twice.name} is given twice`, 'give each node a name of its own')
    const path = resolve(cwd, file)
    const { params, bootstrap } = await readNetworkFile(path, 'network')
    const plan = {
      network: readFileSync(path, 'utf8'),
      bootstrap,
      nodes,
      program: options.program,
      image: options.image,
    }
    const files = new Map([...make(plan), ['prometheus.yml', scraping(named, nodes)] as const])
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

function readNode(text: string): Reading<DeployNode> {
  const [name = '', host = null, ...more] = text.split('=')
  const isHost = host === null || /^[a-z0-9.:-]{1,253}$/i.test(host)
  if (NAME.test(name) && isHost && more.length === 0) return { ok: true, value: { name, host } }
  return {
    ok: false,
    message: `"${text.slice(0, 64)}" is no NAME or NAME=HOST: a name has up to 40 of a-z, 0-9 and -, and begins with a letter`,
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
