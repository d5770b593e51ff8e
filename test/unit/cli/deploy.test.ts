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
    { name: 'ann', host: '192.0.2.7' },
    { name: 'ben', host: '2001:db8::2' },
    { name: 'cid', host: 'cid.example' },
  ],
  program: '/opt/hearsay',
  image: 'registry.example/hearsay:1',
}
const onOne: DeployPlan = { ...plan, nodes: plan.nodes.map(({ name }) => ({ name, host: null })) }

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
      'optional: true',
    ])
      expect(text).toContain(words)
    expect(files.get('Containerfile')).toMatch(/npm ci[^]*USER 10001:10001[^]*HEALTHCHECK/)
  })
})
