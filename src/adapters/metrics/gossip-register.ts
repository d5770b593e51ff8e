/**
 * What gossipsub's `metricsRegister` wants, over prom-client: gauges that are filled when read (`addCollect`; one of
 * gossipsub's fills all the others, so that all are filled before any is read: else those that come earlier tell what
 * was true at the reading before), and gauges for the average, least and most of a list. Its generic types don't
 * survive the crossing, so that the libp2p adapter asserts them.
 */
import { Gauge, Histogram } from 'prom-client'
import type { Registry } from 'prom-client'

type Labels = Record<string, string | number>

interface MetricConfig {
  readonly name: string
  readonly help: string
  readonly labelNames?: readonly string[]
}

export interface GossipGauge {
  inc(labelsOrValue?: Labels | number, value?: number): void
  set(labelsOrValue: Labels | number, value?: number): void
  addCollect(fill: (gauge: GossipGauge) => void): void
}

export interface GossipHistogram {
  startTimer(): () => void
  observe(labelsOrValue: Labels | number, value?: number): void
  reset(): void
}

export interface GossipAvgMinMax {
  set(labelsOrValues: Labels | readonly number[], values?: readonly number[]): void
}

export interface GossipMetricsRegister {
  gauge(config: MetricConfig): GossipGauge
  histogram(config: MetricConfig & { readonly buckets?: readonly number[] }): GossipHistogram
  avgMinMax(config: MetricConfig): GossipAvgMinMax
}

/** With the function that fills the gauges; it is to be called before the registry is read. */
export interface FilledRegister extends GossipMetricsRegister {
  fill(): void
}

type Fills = (() => void)[]

export function gossipMetricsRegister(registry: Registry): FilledRegister {
  const fills: Fills = []
  return {
    fill: () => {
      for (const fill of fills) fill()
    },
    gauge: (config) => gaugeOf(registry, fills, config),
    histogram: (config) => {
      const histogram = new Histogram({
        name: config.name,
        help: config.help,
        labelNames: [...(config.labelNames ?? [])],
        ...(config.buckets === undefined ? {} : { buckets: [...config.buckets] }),
        registers: [registry],
      })
      return {
        startTimer: () => histogram.startTimer(),
        observe: (first, value) => {
          if (typeof first === 'number') histogram.observe(first)
          else histogram.observe(first, value ?? 0)
        },
        reset: () => {
          histogram.reset()
        },
      }
    },
    avgMinMax: (config) => avgMinMaxOf(registry, fills, config),
  }
}

function gaugeOf(registry: Registry, fills: Fills, config: MetricConfig): GossipGauge {
  const gauge = new Gauge({
    name: config.name,
    help: config.help,
    labelNames: [...(config.labelNames ?? [])],
    registers: [registry],
  })
  const shim: GossipGauge = {
    inc: (first, value) => {
      if (first === undefined || typeof first === 'number') gauge.inc(first ?? 1)
      else gauge.inc(first, value ?? 1)
    },
    set: (first, value) => {
      if (typeof first === 'number') gauge.set(first)
      else gauge.set(first, value ?? 0)
    },
    addCollect: (fill) => {
      fills.push(() => {
        fill(shim)
      })
    },
  }
  return shim
}

function avgMinMaxOf(registry: Registry, fills: Fills, config: MetricConfig): GossipAvgMinMax {
  const part = (suffix: string, what: string): GossipGauge =>
    gaugeOf(registry, fills, { ...config, name: `${config.name}_${suffix}`, help: `${config.help} (${what})` })
  const average = part('avg', 'average')
  const least = part('min', 'least')
  const most = part('max', 'most')
  return {
    set: (first, second) => {
      const labels = isList(first) ? {} : first
      const values = isList(first) ? first : (second ?? [])
      let sum = 0
      let min = values[0] ?? 0
      let max = min
      // Not `Math.min(...values)`: the list is as long as there are peers.
      for (const value of values) {
        sum += value
        min = Math.min(min, value)
        max = Math.max(max, value)
      }
      average.set(labels, values.length === 0 ? 0 : sum / values.length)
      least.set(labels, min)
      most.set(labels, max)
    },
  }
}

function isList(value: Labels | readonly number[]): value is readonly number[] {
  return Array.isArray(value)
}
