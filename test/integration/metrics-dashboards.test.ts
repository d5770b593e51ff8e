/** Every metric that a dashboard or an alert names exists on a running node, with the labels that it is asked by. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Node } from '../../src/node/compose.ts'
import { scrapeConfig } from '../../testnet/scrape-config.ts'
import { addressOf, startNode } from '../support/nodes.ts'
import { until } from '../support/until.ts'

const deploy = fileURLToPath(new URL('../../testnet/deploy', import.meta.url))
const alertFile = `${deploy}/prometheus/alerts.yml`
const dashboards = readdirSync(`${deploy}/grafana`).filter((name) => name.endsWith('.json'))

interface Panel {
  readonly title: string
  readonly targets: readonly { readonly expr: string }[]
}

const expressions = [
  ...dashboards.flatMap((name) => {
    const { panels } = JSON.parse(readFileSync(`${deploy}/grafana/${name}`, 'utf8')) as { panels: Panel[] }
    return panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ where: `${name}: ${title}`, expr })))
  }),
  ...[...readFileSync(alertFile, 'utf8').matchAll(/^ {8}expr: (.+)$/gm)].map(([, expr = '']) => ({
    where: 'alerts.yml',
    expr,
  })),
]

let nodes: readonly Node[] = []
let text = ''

beforeAll(async () => {
  const first = await startNode({ name: 'first' })
  const second = await startNode({ name: 'second', bootstrap: [addressOf(first)] })
  nodes = [first, second]
  // Some series begin with the first peer.
  await until(() => first.control.status().peers > 0, 'they are connected')
  text = await first.control.metrics()
})

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
})

describe('dashboards and alerts', () => {
  it('are two dashboards with a datasource to choose, and alerts', () => {
    expect(dashboards).toEqual(['gossip.json', 'overview.json'])
    for (const name of dashboards) expect(readFileSync(`${deploy}/grafana/${name}`, 'utf8')).toContain('DS_PROMETHEUS')
    expect(expressions.length).toBeGreaterThan(25)
  })

  it.each(expressions)('$where: $expr', ({ expr }) => {
    const names = [...expr.matchAll(/\b(?:hearsay|gossipsub)_[a-z0-9_]+/g)].map(([name]) => name)
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) {
      const type = new RegExp(`^# TYPE ${name.replace(/_(bucket|count|sum)$/, '')}(?:_count)? `, 'm')
      expect([name, type.test(text)]).toEqual([name, true])
    }
    for (const [, name = '', value = ''] of expr.matchAll(/[{,]([a-z]+)="([^"$]+)"/g))
      expect(text).toContain(`${name}="${value}"`)
  })

  it('are rules that promtool accepts', (context) => {
    const promtool = spawnSync('promtool', ['check', 'rules', alertFile], { encoding: 'utf8' })
    context.skip(promtool.error !== undefined, 'promtool is not installed (Debian: apt-get install prometheus)')
    expect([promtool.status, promtool.stderr]).toEqual([0, ''])
  })
})

describe('scrapeConfig', () => {
  it('names each node that has an address', () => {
    const node = { name: 'node-0', apiUrl: 'http://127.0.0.1:4000' }
    const config = scrapeConfig({ network: 'dev-x', nodes: [node, { name: 'node-1', apiUrl: '' }] } as never)
    const document = JSON.parse(config.slice(config.indexOf('\n'))) as { scrape_configs: { static_configs: unknown }[] }
    expect(document.scrape_configs[0]?.static_configs).toEqual([
      { targets: ['127.0.0.1:4000'], labels: { node: 'node-0', network: 'dev-x' } },
    ])
  })
})
