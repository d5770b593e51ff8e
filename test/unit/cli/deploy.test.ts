import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { composeFiles } from '../../../src/cli/deploy/compose.ts'
import { kubernetesFiles } from '../../../src/cli/deploy/kubernetes.ts'
import { dialAddress, type DeployPlan } from '../../../src/cli/deploy/plan.ts'
import { systemdFiles } from '../../../src/cli/deploy/systemd.ts'
import { yamlText } from '../../../src/cli/deploy/yaml.ts'
import { dialAddressFault, listenAddressFault } from '../../../src/domain/dial-address.ts'
import { parseSettings } from '../../../src/cli/node-settings.ts'

const plan: DeployPlan = {
  network: '{"name":"dev-x"}\n',
  bootstrap: [],
  nodes: [
    { name: 'ann', host: '192.0.2.7', validator: null },
    { name: 'ben', host: '2001:db8::2', validator: null },
    { name: 'cid', host: 'cid.example', validator: null },
  ],
  program: '/opt/hearsay',
  image: 'registry.example/hearsay:1',
}
const onOne: DeployPlan = { ...plan, nodes: plan.nodes.map(({ name }) => ({ name, host: null, validator: null })) }

describe('values as YAML', () => {
  it.each([
    [{ a: 1, b: ['x', 'y'], c: { d: true } }, 'a: 1\nb:\n  - x\n  - "y"\nc:\n  d: true\n'],
    [{ a: {}, b: [] }, 'a: {}\nb: []\n'],
    // What YAML would read as something else.
    [
      ['no', 'true', '1.0', 'null', '', 'a: b', '#x', '-x', '@x'],
      '- "no"\n- "true"\n- "1.0"\n- "null"\n- ""\n- "a: b"\n- "#x"\n- "-x"\n- "@x"\n',
    ],
    [{ text: 'one\ntwo: {}\n' }, 'text: |\n  one\n  two: {}\n'],
    [[{ a: 1, b: 2 }, [3, 4]], '- a: 1\n  b: 2\n- - 3\n  - 4\n'],
  ])('%j', (value, text) => {
    expect(yamlText(value)).toBe(text)
  })
})

describe('units of systemd', () => {
  it('let each node dial the others, wherever they are, with settings that a node takes', () => {
    for (const each of [plan, onOne]) {
      const files = systemdFiles(each)
      const ports = new Set<string>()
      for (const { name } of each.nodes) {
        const settings = parseSettings(files.get(`${name}.json`) ?? '', name)
        expect(settings).toMatchObject({ name, network: 'network.json' })
        expect(settings.bootstrap).toHaveLength(2)
        expect(settings.bootstrap?.map(dialAddressFault)).toEqual([null, null])
        expect(settings.listen?.map(listenAddressFault).filter((fault) => fault !== null)).toEqual([])
        ports.add(`${settings.api} ${settings.listen?.[0]}`)
      }
      expect(ports.size, 'on one machine each has ports of its own').toBe(each === plan ? 1 : 3)
    }
    expect(dialAddress('2001:db8::2', 1)).toBe('/ip6/2001:db8::2/tcp/1')
    expect(dialAddress('cid.example', 1)).toBe('/dns/cid.example/tcp/1')
  })

  it('dial those of the network too that are there already, and never themselves', () => {
    const there = '/ip4/203.0.113.5/tcp/4601/p2p/12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'
    const known = { ...plan, bootstrap: [there, '/ip4/192.0.2.7/tcp/4601'] }
    const dialled = (name: string): unknown => JSON.parse(systemdFiles(known).get(`${name}.json`) ?? '').bootstrap
    expect(dialled('ann')).toEqual(['/ip6/2001:db8::2/tcp/4601', '/dns/cid.example/tcp/4601', there])
    expect(dialled('ben')).toEqual(['/ip4/192.0.2.7/tcp/4601', '/dns/cid.example/tcp/4601', there])
    for (const files of [composeFiles(known).get('compose.yml'), kubernetesFiles(known).get('hearsay.yml')])
      expect(files).toContain(`- "${there}"`)
  })

  it('start the program that is named, and wait for what it says of itself', () => {
    const unit = systemdFiles(plan).get('hearsay@.service') ?? ''
    expect(unit).toMatch(
      /\nExecStart=\/opt\/hearsay node run --config \/etc\/hearsay\/%i\.json --data-dir \$\{STATE_DIRECTORY\}\n/,
    )
    for (const line of ['Type=notify', 'WatchdogSec=30', 'DynamicUser=yes', 'ProtectSystem=strict', 'MemoryMax=1G'])
      expect(unit).toContain(`\n${line}\n`)
  })
})

describe('files of containers', () => {
  it('are based on the Node that the tests run on', () => {
    const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(composeFiles(plan).get('Containerfile')).toContain(`library/node:${devDependencies.node}-`)
  })

  it('compose: a service a node, which nobody but this machine asks', () => {
    const text = composeFiles(onOne).get('compose.yml') ?? ''
    for (const line of [
      '  ann:',
      '  ben:',
      '  cid:',
      '    read_only: true',
      '      - "127.0.0.1:4602:4600"',
      '      - "/dns/ben/tcp/4601"',
    ])
      expect(text).toContain(`${line}\n`)
  })

  it('kubernetes: every kind of object that is promised, one of each, and no secret', () => {
    const files = kubernetesFiles(plan)
    const text = `${files.get('hearsay.yml')}---\n${files.get('seeds.yml')}`
    expect([...text.matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind)).toEqual([
      'ConfigMap',
      'Service',
      'StatefulSet',
      'PodDisruptionBudget',
      'NetworkPolicy',
      'Job',
    ])
    for (const words of [
      'replicas: 3',
      'clusterIP: None',
      'path: "/readyz"',
      'path: "/livez"',
      'completionMode: Indexed',
    ])
      expect(text).toContain(words)
    expect(files.get('Containerfile')).toMatch(/npm ci[^]*USER 10001:10001[^]*HEALTHCHECK/)
  })
})

describe('validators', () => {
  const validator = { key: 'harbour-validator-0', file: '/root-of-keys/harbour-validator-0.json' }
  const signing: DeployPlan = {
    ...onOne,
    nodes: onOne.nodes.map((node, index) => (index === 1 ? { ...node, validator } : node)),
  }

  it('of systemd get their key from who starts them, and keep it in memory', () => {
    const files = systemdFiles(signing)
    expect(parseSettings(files.get('ben.json') ?? '', 'ben').validator).toBe(validator.key)
    expect(parseSettings(files.get('ann.json') ?? '', 'ann').validator).toBeUndefined()
    const unit = files.get('hearsay@ben.conf') ?? ''
    expect(unit).toContain('LoadCredential=harbour-validator-0.json:/etc/hearsay/keys/harbour-validator-0.json\n')
    expect(unit).toMatch(/'umask 077 && cp \$\{CREDENTIALS_DIRECTORY\}\/\* \$\{RUNTIME_DIRECTORY\}\/'\n/)
    expect([...files.keys()].filter((name) => name.endsWith('.conf'))).toEqual(['hearsay@ben.conf'])
    expect(files.get('README.md')).toContain(`install -D -m 600 ${validator.file} /etc/hearsay/keys/`)
  })

  it('of a compose file read it from a folder of their own', () => {
    const text = composeFiles(signing).get('compose.yml') ?? ''
    const [, ben = ''] = /^ {2}ben:\n([^]*?)^ {2}cid:/m.exec(text) ?? []
    for (const line of ['- ./keys/ben:/keys:ro', '- --validator', '- harbour-validator-0', 'HEARSAY_KEYS: /keys'])
      expect(ben.replaceAll('"', '')).toContain(`${line}\n`)
    expect(text.replace(ben, '')).not.toContain('keys')
  })

  it('of Kubernetes are sets of one with a Secret of their own, and no manifest holds it', () => {
    const text = (kubernetesFiles(signing).get('hearsay.yml') ?? '').replaceAll('"', '')
    const sets = [...text.matchAll(/^kind: StatefulSet\nmetadata:\n {2}name: (\S+)[^]*?^ {2}replicas: (\d+)$/gm)]
    expect(sets.map(([, name, replicas]) => [name, replicas])).toEqual([
      ['hearsay', '2'],
      ['hearsay-ben', '1'],
    ])
    for (const words of [
      'secretName: hearsay-ben-key',
      'umask 077 && mkdir /keys/own && cp /secret/* /keys/own/',
      'medium: Memory',
      '- /dns/hearsay-ben-0.hearsay/tcp/4601',
      'app.kubernetes.io/component: ben',
    ])
      expect(text).toContain(words)
    expect(text).not.toContain('kind: Secret')
    expect(text.match(/initContainers/g)).toHaveLength(1)
  })

  it('whose keys are published need none', () => {
    const published = {
      ...signing,
      nodes: signing.nodes.map((node) => ({ ...node, validator: { key: 'validator-0', file: null } })),
    }
    expect([...systemdFiles(published).keys()].filter((name) => name.endsWith('.conf'))).toEqual([])
    expect(composeFiles(published).get('compose.yml')).not.toContain('/keys')
    expect(kubernetesFiles(published).get('hearsay.yml')).not.toContain('initContainers')
  })
})
