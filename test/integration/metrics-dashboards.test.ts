/**
 * What the dashboards and alerts ask is answered: after traffic over two real nodes every expression has a number, on
 * every series that it gives, from the real Prometheus where it is installed; without it, every metric that they name
 * exists and every histogram has observations.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  alertExpressions,
  alertFile,
  dashboards,
  measureOf,
  panelExpressions,
} from '../toolkit/prometheus/expressions.ts'
import { INSTALL_HINT, Prometheus, prometheusVersion } from '../toolkit/prometheus/server.ts'
import type { Node } from '../../src/node/compose.ts'
import { scrapeConfig } from '../../testnet/scrape-config.ts'
import { keysOf, signedTransaction } from '../toolkit/objects/transactions.ts'
import { addressOf, LIVE_NETWORK, meshed, startNode } from '../toolkit/processes/nodes.ts'
import { until } from '../toolkit/until.ts'

const expressions = [
  ...panelExpressions,
  ...alertExpressions.map(({ where, text }) => ({ where, text: measureOf(text) })),
]
const installed = prometheusVersion() !== null

let nodes: readonly Node[] = []
let prometheus: Prometheus | null = null
let nonce = 0
let text = ''

/** Transactions at both ends, so that either node also learns from the other; each waits for the disk. */
async function traffic(): Promise<void> {
  const draft = { network: LIVE_NETWORK, createdAtMs: Date.now() }
  await Promise.all(nodes.map(async (node, index) => node.control.submit([signedTransaction(index, nonce, draft)])))
  nonce++
}

beforeAll(async () => {
  const { secret } = keysOf(1_000)
  const [key] = LIVE_NETWORK.validators
  if (key === undefined) throw new Error('the network has no validator')
  const first = await startNode({ name: 'first', api: '127.0.0.1:0', validator: { key, secret } })
  const second = await startNode({ name: 'second', api: '127.0.0.1:0', bootstrap: [addressOf(first)] })
  nodes = [first, second]
  await meshed(nodes)
  if (!installed) {
    for (let round = 0; round < 5; round++) await traffic()
  } else {
    prometheus = await Prometheus.start({
      targets: Object.fromEntries(nodes.map(({ apiUrl }, i) => [`node-${i}`, new URL(apiUrl ?? '').host])),
      scrapeMs: 200,
      // What is only worth a word when it lasts is told at once here.
      rules: readFileSync(alertFile, 'utf8').replaceAll(/for: \d+m/g, 'for: 0s'),
    })
    // A rate needs two scrapes of a series, and what happened between them.
    const scraped = async (): Promise<boolean> => {
      await traffic()
      // The router's heartbeat comes once a second: the scarcest of what is asked for.
      for (const count of ['hearsay_propagation_seconds_count', 'gossipsub_heartbeat_duration_seconds_count']) {
        const rates = (await prometheus?.query(`rate(${count}[1m])`)) ?? []
        if (rates.length !== 2 || rates.some(({ value }) => value <= 0)) return false
      }
      return true
    }
    await until(scraped, 'both nodes were scraped while transactions spread and routers kept time')
  }
  text = await first.control.metrics()
})

afterAll(async () => {
  await prometheus?.stop()
  await Promise.all(nodes.map((node) => node.stop()))
})

/** The number of a series; undefined where it does not exist. */
const valueOf = (series: string): number | undefined => {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

describe('dashboards and alerts', () => {
  it('are two dashboards with a datasource to choose, and alerts', () => {
    expect(dashboards.map(({ name }) => name)).toEqual(['gossip.json', 'overview.json'])
    for (const dashboard of dashboards) expect(dashboard.text).toContain('DS_PROMETHEUS')
    expect(panelExpressions.length).toBeGreaterThan(25)
    expect(alertExpressions.length).toBeGreaterThan(6)
  })

  it.each(expressions)('$where: $text names what a node has', ({ text: expression }) => {
    const names = [...expression.matchAll(/\b(?:hearsay|gossipsub)_[a-z0-9_]+/g)].map(([name]) => name)
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) {
      const type = new RegExp(`^# TYPE ${name.replace(/_(bucket|count|sum)$/, '')}(?:_count)? `, 'm')
      expect([name, type.test(text)]).toEqual([name, true])
    }
    for (const [, name = '', value = ''] of expression.matchAll(/[{,]([a-z]+)="([^"$]+)"/g))
      expect(text).toContain(`${name}="${value}"`)
  })

  it.skipIf(!installed).each(expressions)('$where: $text has a number after traffic', async (expression) => {
    const samples = (await prometheus?.query(expression.text)) ?? []
    expect(samples.length).toBeGreaterThan(0)
    for (const { labels, value } of samples) expect([labels, Number.isFinite(value)]).toEqual([labels, true])
  })

  it('are rules of which promtool sees each fire when it is provoked, and clear', (context) => {
    const tests = alertFile.replace('.yml', '.test.yml')
    const tested = new Set(
      [...readFileSync(tests, 'utf8').matchAll(/^ {8}alertname: (\w+)$/gm)].map(([, name]) => name),
    )
    expect([...tested].sort()).toEqual(alertExpressions.map(({ where }) => where).sort())
    const promtool = spawnSync('promtool', ['test', 'rules', tests], { encoding: 'utf8' })
    context.skip(promtool.error !== undefined, INSTALL_HINT)
    expect([promtool.status, `${promtool.stdout}${promtool.stderr}`]).toEqual([0, expect.stringContaining('SUCCESS')])
  })

  it('are rules that promtool accepts', (context) => {
    const promtool = spawnSync('promtool', ['check', 'rules', alertFile], { encoding: 'utf8' })
    context.skip(promtool.error !== undefined, INSTALL_HINT)
    expect([promtool.status, promtool.stderr]).toEqual([0, ''])
  })
})

describe('metrics after traffic', () => {
  it('have observations in every histogram of ours', () => {
    const histograms = [...text.matchAll(/^# TYPE (hearsay_\w+) histogram$/gm)].map(([, name = '']) => name)
    expect(histograms.length).toBeGreaterThan(5)
    const empty = histograms.filter((name) => {
      const counts = text.split('\n').filter((line) => line.startsWith(`${name}_count`))
      return !counts.some((line) => Number(line.slice(line.lastIndexOf(' ') + 1)) > 0)
    })
    // Nobody has asked the API of a node that is not scraped.
    expect(empty).toEqual(installed ? [] : ['hearsay_http_request_seconds'])
  })

  it('count each signature check, and only grow', async () => {
    const before = valueOf('hearsay_signature_checks_total') ?? 0
    await traffic()
    text = (await nodes[0]?.control.metrics()) ?? ''
    expect(valueOf('hearsay_signature_checks_total')).toBeGreaterThan(before)
    expect(valueOf('hearsay_process_cpu_seconds_total')).toBeGreaterThan(0)
  })

  it('are what promtool finds in order', (context) => {
    const ours = text
      .split('\n')
      .filter((line) => /^(# (HELP|TYPE) )?hearsay_/.test(line))
      .join('\n')
    const promtool = spawnSync('promtool', ['check', 'metrics'], { encoding: 'utf8', input: `${ours}\n` })
    context.skip(promtool.error !== undefined, INSTALL_HINT)
    expect([promtool.status, promtool.stdout, promtool.stderr]).toEqual([0, '', ''])
  })
})

describe('an alert over real nodes', () => {
  const stateOf = async (name: string): Promise<string | undefined> =>
    (await prometheus?.alerts())?.find((alert) => alert.name === name)?.state

  it.skipIf(!installed)('fires when a node has lost its peers, and clears when it has one again', async () => {
    expect(await stateOf('HearsayNodeAlone')).toBe('inactive')
    const [first, second] = nodes
    if (first === undefined || second === undefined) throw new Error('there are two nodes')
    await second.stop()
    nodes = [first]
    await until(async () => (await stateOf('HearsayNodeAlone')) === 'firing', 'the alert fires')
    nodes = [first, await startNode({ name: 'third', bootstrap: [addressOf(first)] })]
    await until(async () => (await stateOf('HearsayNodeAlone')) === 'inactive', 'the alert has cleared')
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
