/** A compose file: a service a node, with what watches them behind the profile `watch`. */
import { containerfile, READY } from './image.ts'
import {
  API_PORT,
  dialAddress,
  HEAP_MIB,
  keyed,
  MEMORY,
  OPEN_FILES,
  P2P_PORT,
  PASSPHRASE,
  STOP_SECONDS,
  USER,
  validatorArguments,
  type DeployNode,
  type DeployPlan,
  type Files,
} from './plan.ts'
import { yamlText, type Yaml } from './yaml.ts'

export function composeFiles(plan: DeployPlan): Files {
  const names = plan.nodes.map(({ name }) => name)
  const service = (node: DeployNode, index: number): Yaml => {
    const { name } = node
    const isKeyed = keyed([node]).length > 0
    return {
      image: plan.image,
      command: [
        ...['node', 'run', '--network', '/etc/hearsay/network.json', '--data-dir', '/data', '--name', name],
        ...['--api', `0.0.0.0:${API_PORT}`, '--api-host', name],
        ...[
          ...names.filter((other) => other !== name).map((other) => dialAddress(other, P2P_PORT)),
          ...plan.bootstrap,
        ].flatMap((address) => ['--bootstrap', address]),
        ...validatorArguments(node, '/keys'),
      ],
      user: `${USER}:${USER}`,
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      environment: {
        NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}`,
        HEARSAY_TOKEN_FILE: '/data/.cookie',
        ...(isKeyed && { HEARSAY_KEYS: '/keys' }),
      },
      volumes: [
        `./network.json:/etc/hearsay/network.json:ro`,
        `${name}:/data`,
        ...(isKeyed ? [`./keys/${name}:/keys:ro`] : []),
      ],
      // Peers from everywhere; the API from this machine alone.
      ports: [`${P2P_PORT + 2 * index}:${P2P_PORT}`, `127.0.0.1:${API_PORT + 2 * index}:${API_PORT}`],
      healthcheck: {
        test: ['CMD', 'node', '-e', READY],
        interval: '10s',
        timeout: '5s',
        start_period: '60s',
        retries: 3,
      },
      ulimits: { nofile: OPEN_FILES },
      mem_limit: MEMORY,
      stop_grace_period: `${STOP_SECONDS}s`,
      restart: 'unless-stopped',
    }
  }
  const watching: Yaml = {
    prometheus: {
      image: 'docker.io/prom/prometheus:v3.5.0',
      profiles: ['watch'],
      volumes: [
        './prometheus.yml:/etc/prometheus/prometheus.yml:ro',
        './prometheus/alerts.yml:/etc/prometheus/alerts.yml:ro',
      ],
      ports: ['127.0.0.1:9090:9090'],
    },
    grafana: {
      image: 'docker.io/grafana/grafana:12.1.0',
      profiles: ['watch'],
      volumes: ['./grafana:/dashboards:ro'],
      ports: ['127.0.0.1:3000:3000'],
    },
  }
  const services: Record<string, Yaml> = Object.fromEntries(
    plan.nodes.map((node, index) => [node.name, service(node, index)]),
  )
  const document = {
    services: { ...services, ...watching },
    volumes: Object.fromEntries(names.map((name) => [name, {}])),
  }
  return new Map([
    ['compose.yml', yamlText(document)],
    ['network.json', plan.network],
    ['Containerfile', containerfile()],
    ['README.md', `${README}${keyed(plan.nodes).map(handing).join('')}`],
  ])
}

const README = `# hearsay in containers of one machine

    podman build --format docker -t hearsay -f Containerfile PROJECT     # a clone of hearsay; with docker: docker build
    podman compose up -d                                 # or docker compose
    podman compose exec node-0 node /app/scripts/hearsay.js doctor --api http://127.0.0.1:${API_PORT}
    podman compose --profile watch up -d                 # Prometheus on 9090, Grafana on 3000 (dashboards in /dashboards)

\`prometheus.yml\` reads the alert rules in \`prometheus\`.
`

/** How a validator's key comes into its container. */
function handing({ name, key, file }: { readonly name: string; readonly key: string; readonly file: string }): string {
  return `
${name} makes the blocks of ${key}. Before it starts, as root, since the container has a user of its own:

    install -d -m 700 -o ${USER} keys/${name}
    install -m 600 -o ${USER} ${file} keys/${name}/${key}.json
    install -m 600 -o ${USER} FILE-WITH-ITS-PASSPHRASE keys/${name}/${PASSPHRASE}
`
}
