/**
 * Manifests: nodes with stable names and disks, found through a headless service; and a job that spreads the seeds of
 * an experiment over the cluster. The identity of a node is made on its own disk and never leaves it, and
 * no manifest holds a secret: a validator's key comes from a Secret that whoever deploys makes of his keystore. Each
 * validator is a StatefulSet of one, since no two nodes may sign with one key.
 */
import { containerfile } from './image.ts'
import {
  API_PORT,
  HEAP_MIB,
  keyed,
  P2P_PORT,
  PASSPHRASE,
  STOP_SECONDS,
  USER,
  validatorArguments,
  type DeployNode,
  type DeployPlan,
  type Files,
} from './plan.ts'
import { yamlTexts, type Yaml } from './yaml.ts'

const LABELS = { 'app.kubernetes.io/name': 'hearsay' }
const JOB_LABELS = { 'app.kubernetes.io/name': 'hearsay-seeds' }
/** Where a node's own copy of its key is, below a volume in memory that others of its group may write to. */
const OWN_KEYS = '/keys/own'
const SEEDS = 100
const SEEDS_AT_ONCE = 10
const LOCKED = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }
const POD_SECURITY = {
  runAsNonRoot: true,
  runAsUser: USER,
  runAsGroup: USER,
  fsGroup: USER,
  seccompProfile: { type: 'RuntimeDefault' },
}

export function kubernetesFiles(plan: DeployPlan): Files {
  return new Map([
    ['hearsay.yml', yamlTexts([network(plan), service(), ...sets(plan), budget(), policy()])],
    ['seeds.yml', yamlTexts([seeds(plan)])],
    ['Containerfile', containerfile()],
    ['README.md', readme(plan)],
  ])
}

function network({ network: text }: DeployPlan): Yaml {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'hearsay-network', labels: LABELS },
    data: { 'network.json': text },
  }
}

function service(): Yaml {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'hearsay', labels: LABELS },
    spec: {
      clusterIP: 'None',
      // A node that has just started has no peers, so it is not ready: the others must find it all the same.
      publishNotReadyAddresses: true,
      selector: LABELS,
      ports: [
        { name: 'p2p', port: P2P_PORT },
        { name: 'api', port: API_PORT },
      ],
    },
  }
}

/** Relays are alike, and one set; each validator is its own. */
function sets(plan: DeployPlan): readonly Yaml[] {
  const relays = plan.nodes.filter(({ validator }) => validator === null)
  const validators = plan.nodes.filter(({ validator }) => validator !== null)
  const hosts = [...relays.map((_, index) => `hearsay-${index}`), ...validators.map(({ name }) => `hearsay-${name}-0`)]
  const bootstrap = [...hosts.map((host) => `/dns/${host}.hearsay/tcp/${P2P_PORT}`), ...plan.bootstrap]
  return [
    ...(relays.length === 0 ? [] : [set('hearsay', relays.length, null, plan, bootstrap)]),
    ...validators.map((node) => set(`hearsay-${node.name}`, 1, node, plan, bootstrap)),
  ]
}

/** @param node the validator; null: relays */
function set(
  name: string,
  replicas: number,
  node: DeployNode | null,
  { image }: DeployPlan,
  bootstrap: readonly string[],
): Yaml {
  const labels = { ...LABELS, 'app.kubernetes.io/component': node === null ? 'relay' : node.name }
  const isKeyed = node !== null && keyed([node]).length > 0
  const probe = (path: string, failureThreshold: number): Yaml => ({
    httpGet: { path, port: 'api' },
    periodSeconds: 5,
    timeoutSeconds: 5,
    failureThreshold,
  })
  const container = {
    name: 'hearsay',
    image,
    args: [
      ...['node', 'run', '--network', '/etc/hearsay/network.json', '--data-dir', '/data', '--name', '$(POD_NAME)'],
      // Bound to its own address, the API answers to that address alone.
      ...['--api', `$(POD_IP):${API_PORT}`],
      ...bootstrap.flatMap((address) => ['--bootstrap', address]),
      ...(node === null ? [] : validatorArguments(node, OWN_KEYS)),
    ],
    env: [
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'HEARSAY_API', value: `http://$(POD_IP):${API_PORT}` },
      { name: 'HEARSAY_TOKEN_FILE', value: '/data/.cookie' },
      ...(isKeyed ? [{ name: 'HEARSAY_KEYS', value: OWN_KEYS }] : []),
      { name: 'NODE_OPTIONS', value: `--max-old-space-size=${HEAP_MIB}` },
    ],
    ports: [
      { name: 'p2p', containerPort: P2P_PORT },
      { name: 'api', containerPort: API_PORT },
    ],
    startupProbe: probe('/livez', 60),
    livenessProbe: probe('/livez', 6),
    readinessProbe: probe('/readyz', 2),
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } },
    securityContext: LOCKED,
    volumeMounts: [
      { name: 'data', mountPath: '/data' },
      { name: 'network', mountPath: '/etc/hearsay', readOnly: true },
      ...(isKeyed ? [{ name: 'keys', mountPath: '/keys' }] : []),
    ],
  }
  // A Secret is a folder of links with the group's permissions, which no keystore takes: the copy is the node's own,
  // in memory, and goes with it.
  const handing = {
    name: 'keys',
    image,
    command: ['/bin/sh', '-c', `umask 077 && mkdir ${OWN_KEYS} && cp /secret/* ${OWN_KEYS}/`],
    resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
    securityContext: LOCKED,
    volumeMounts: [
      { name: 'secret', mountPath: '/secret', readOnly: true },
      { name: 'keys', mountPath: '/keys' },
    ],
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, labels },
    spec: {
      serviceName: 'hearsay',
      replicas,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: labels },
      template: {
        metadata: {
          labels,
          annotations: {
            'prometheus.io/scrape': 'true',
            'prometheus.io/port': String(API_PORT),
            'prometheus.io/path': '/metrics',
          },
        },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: STOP_SECONDS,
          securityContext: POD_SECURITY,
          ...(isKeyed ? { initContainers: [handing] } : {}),
          containers: [container],
          volumes: [
            { name: 'network', configMap: { name: 'hearsay-network' } },
            ...(isKeyed
              ? [
                  { name: 'secret', secret: { secretName: `${name}-key`, defaultMode: 0o440 } },
                  { name: 'keys', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
                ]
              : []),
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
        },
      ],
    },
  }
}

function budget(): Yaml {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'hearsay', labels: LABELS },
    spec: { maxUnavailable: 1, selector: { matchLabels: LABELS } },
  }
}

/** Peers come from everywhere; the API is for this namespace, where Prometheus is or must be let in. */
function policy(): Yaml {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'hearsay', labels: LABELS },
    spec: {
      podSelector: { matchLabels: LABELS },
      policyTypes: ['Ingress'],
      ingress: [{ ports: [{ port: P2P_PORT }] }, { from: [{ podSelector: {} }], ports: [{ port: API_PORT }] }],
    },
  }
}

function seeds({ image }: DeployPlan): Yaml {
  const index = { fieldRef: { fieldPath: "metadata.annotations['batch.kubernetes.io/job-completion-index']" } }
  const container = {
    name: 'seed',
    image,
    args: ['run', 'partition-and-heal', '--in', 'virtual', '--seed', '$(SEED)', '--json'],
    env: [{ name: 'SEED', valueFrom: index }],
    resources: { requests: { cpu: '1', memory: '512Mi' }, limits: { memory: '1Gi' } },
    securityContext: LOCKED,
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'hearsay-seeds', labels: JOB_LABELS },
    spec: {
      completionMode: 'Indexed',
      completions: SEEDS,
      parallelism: SEEDS_AT_ONCE,
      // A seed fails once, and the others go on.
      backoffLimitPerIndex: 0,
      maxFailedIndexes: SEEDS,
      template: {
        metadata: { labels: JOB_LABELS },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          securityContext: POD_SECURITY,
          containers: [container],
          volumes: [{ name: 'tmp', emptyDir: {} }],
        },
      },
    },
  }
}

function readme({ nodes }: DeployPlan): string {
  const relays = nodes.filter(({ validator }) => validator === null).length
  const first = relays > 0 ? 'hearsay-0' : `hearsay-${nodes[0]?.name ?? ''}-0`
  return `# hearsay on Kubernetes

Build the image from \`Containerfile\`, push it to where the cluster finds it, and name it (\`deploy kubernetes --image\`).

${keyed(nodes).map(making).join('')}    kubectl apply -f hearsay.yml
    kubectl exec ${first} -- node /app/scripts/hearsay.js doctor

A node makes its identity on its own volume. A validator (\`deploy kubernetes --validator NODE=KEY\`) is a StatefulSet of
one with its key from a Secret, which you make of your keystore: no manifest holds it, and no two nodes may sign with one.

    kubectl apply -f seeds.yml        # one experiment, ${SEEDS} seeds
    kubectl wait --for=condition=complete --timeout=1h job/hearsay-seeds
    kubectl get job hearsay-seeds -o jsonpath='{.status.succeeded} held, failed: {.status.failedIndexes}'
    kubectl logs -l app.kubernetes.io/name=hearsay-seeds --tail=-1

Prometheus finds the pods by their annotations; the rules are in \`prometheus\`, dashboards for Grafana in \`grafana\`.
`
}

/** How a validator's key comes into the cluster. */
function making({ name, key, file }: { readonly name: string; readonly key: string; readonly file: string }): string {
  return `    kubectl create secret generic hearsay-${name}-key --from-file=${key}.json=${file} --from-file=${PASSPHRASE}=FILE
`
}
