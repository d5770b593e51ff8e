import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../../../src/adapters/metrics/metrics.ts'
import { REJECTS } from '../../../../src/domain/reject.ts'

/** The value of a series in Prometheus text. */
const valueOf = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

describe('the metrics of a node', () => {
  it('count', async () => {
    const { meter, text } = createMetrics()
    meter.count('messages', { topic: 'transactions', verdict: 'reject' })
    meter.count('messages', { topic: 'transactions', verdict: 'reject' }, 4)
    meter.count('store_failures', {})
    const out = await text()
    expect(valueOf(out, 'hearsay_messages_total{topic="transactions",verdict="reject"}')).toBe(5)
    expect(valueOf(out, 'hearsay_store_failures_total')).toBe(1)
  })

  it('have every series of a closed set from the start, at 0', async () => {
    const out = await createMetrics().text()
    for (const code of ['admitted', ...Object.keys(REJECTS)])
      expect(valueOf(out, `hearsay_items_total{topic="transactions",outcome="${code}"}`), code).toBe(0)
    expect(valueOf(out, 'hearsay_late_verdicts_total')).toBe(0)
  })

  it('measure in seconds, and take a clock that runs ahead for no time', async () => {
    const { meter, text } = createMetrics()
    meter.observe('queue_seconds', 0.003)
    meter.observe('propagation_seconds', -2)
    const out = await text()
    expect(valueOf(out, 'hearsay_queue_seconds_bucket{le="0.0025"}')).toBe(0)
    expect(valueOf(out, 'hearsay_queue_seconds_bucket{le="0.005"}')).toBe(1)
    expect(valueOf(out, 'hearsay_propagation_seconds_sum')).toBe(0)
  })

  it('read gauges when they are asked for', async () => {
    const metrics = createMetrics()
    let pool = 1
    metrics.gauge('pool_transactions', 'x', () => pool)
    metrics.gaugeBy('mesh_peers', 'x', 'topic', () => ({ transactions: pool, blocks: 0 }))
    await metrics.text()
    pool = 7
    const out = await metrics.text()
    expect(valueOf(out, 'hearsay_pool_transactions')).toBe(7)
    expect(valueOf(out, 'hearsay_mesh_peers{topic="transactions"}')).toBe(7)
    expect(valueOf(out, 'hearsay_mesh_peers{topic="blocks"}')).toBe(0)
    expect(valueOf(out, 'hearsay_process_resident_memory_bytes')).toBeGreaterThan(10_000_000)
    expect(valueOf(out, 'hearsay_process_open_files')).not.toBe(0)
  })

  it('never take a label from a stranger', async () => {
    const metrics = createMetrics()
    metrics.httpAnswered({ route: '/v1/peers', method: 'GET', status: 200, elapsedMs: 2 })
    for (const method of ['PURGE', 'BREW', '__proto__'])
      metrics.httpAnswered({ route: 'none', method, status: 404, elapsedMs: 1 })
    const out = await metrics.text()
    expect(valueOf(out, 'hearsay_http_request_seconds_count{route="/v1/peers",method="GET",status="200"}')).toBe(1)
    expect(valueOf(out, 'hearsay_http_request_seconds_count{route="none",method="other",status="404"}')).toBe(3)
    expect(out).not.toMatch(/PURGE|BREW|__proto__/)
  })

  it('are each node’s own', async () => {
    const one = createMetrics({ version: '1.0.0', network: 'dev-a' })
    const other = createMetrics({ version: '1.0.0', network: 'dev-b' })
    one.meter.count('store_failures', {})
    expect(valueOf(await other.text(), 'hearsay_store_failures_total')).toBe(0)
    expect(await other.text()).toMatch(/hearsay_build_info\{.*network="dev-b".*\} 1/)
    one.close()
    expect((await one.text()).trim()).toBe('')
  })

  it('are named by the rules', async () => {
    const metrics = createMetrics()
    const names = [...(await metrics.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({
      name,
      type,
    }))
    expect(names.length).toBeGreaterThan(20)
    for (const { name, type } of names) {
      expect(name).toMatch(/^hearsay_[a-z0-9_]+$/)
      expect(name.endsWith('_total'), name).toBe(type === 'counter')
      if (type === 'histogram') expect(name).toMatch(/_seconds$/)
    }
  })
})

describe('the register for gossipsub', () => {
  it('takes values with and without labels, and fills gauges when they are read', async () => {
    const { gossipRegister, text } = createMetrics()
    const plain = gossipRegister.gauge({ name: 'gossipsub_plain', help: 'x' })
    const counted = gossipRegister.gauge({ name: 'gossipsub_counted', help: 'x' })
    counted.set(3)
    counted.inc()
    counted.inc(2)
    const labelled = gossipRegister.gauge({ name: 'gossipsub_labelled', help: 'x', labelNames: ['topic'] })
    labelled.inc({ topic: 'a' })
    labelled.inc({ topic: 'a' }, 4)
    let size = 1
    const collected = gossipRegister.gauge({ name: 'gossipsub_collected', help: 'x' })
    collected.addCollect((gauge) => {
      gauge.set(size)
      // As gossipsub's one does for all the others, whichever was made first.
      plain.set(size)
    })
    size = 9
    const histogram = gossipRegister.histogram({
      name: 'gossipsub_time',
      help: 'x',
      labelNames: ['topic'],
      buckets: [1, 2],
    })
    histogram.observe({ topic: 'a' }, 1.5)
    const timer = gossipRegister.histogram({ name: 'gossipsub_timer', help: 'x' })
    timer.startTimer()()
    timer.observe(0.5)
    const scores = gossipRegister.avgMinMax({ name: 'gossipsub_score', help: 'x' })
    scores.set([1, -2, 4])
    const byTopic = gossipRegister.avgMinMax({ name: 'gossipsub_score_by', help: 'x', labelNames: ['topic'] })
    byTopic.set({ topic: 'a' }, [2, 4])
    byTopic.set({ topic: 'b' }, [])
    const out = await text()
    expect(valueOf(out, 'gossipsub_counted')).toBe(6)
    expect(valueOf(out, 'gossipsub_plain')).toBe(9)
    expect(valueOf(out, 'gossipsub_labelled{topic="a"}')).toBe(5)
    expect(valueOf(out, 'gossipsub_collected')).toBe(9)
    expect(valueOf(out, 'gossipsub_time_bucket{le="2",topic="a"}')).toBe(1)
    expect(valueOf(out, 'gossipsub_timer_count')).toBe(2)
    expect([
      valueOf(out, 'gossipsub_score_avg'),
      valueOf(out, 'gossipsub_score_min'),
      valueOf(out, 'gossipsub_score_max'),
    ]).toEqual([1, -2, 4])
    expect(valueOf(out, 'gossipsub_score_by_avg{topic="a"}')).toBe(3)
    expect(valueOf(out, 'gossipsub_score_by_max{topic="b"}')).toBe(0)
  })
})
