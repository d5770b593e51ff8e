/**
 * The scenarios that the package brings, each with a setting that is known to break it: what never fails shows
 * nothing.
 */
import bootstrapsDie from '../../testnet/scenarios/bootstraps-die.json' with { type: 'json' }
import clockOff from '../../testnet/scenarios/clock-off-by-a-minute.json' with { type: 'json' }
import flashCrowd from '../../testnet/scenarios/flash-crowd.json' with { type: 'json' }
import lossyContinent from '../../testnet/scenarios/lossy-continent.json' with { type: 'json' }
import partitionAndHeal from '../../testnet/scenarios/partition-and-heal.json' with { type: 'json' }
import quiet from '../../testnet/scenarios/quiet.json' with { type: 'json' }
import rollingRestart from '../../testnet/scenarios/rolling-restart.json' with { type: 'json' }
import slowRegion from '../../testnet/scenarios/slow-region.json' with { type: 'json' }
import type { FigureName } from './figures.ts'

interface Shipped {
  readonly document: object
  readonly bad: Bad
}

/** A setting that is known to be bad. */
export interface Bad {
  /** What it is, in words. */
  readonly what: string
  /** Takes the place of keys of the document; within `network`, of its keys. */
  readonly change: { readonly network?: object; readonly timeline?: readonly object[]; readonly settle?: string }
  /** An expectation that it misses. */
  readonly misses: FigureName
}

const SHIPPED: Readonly<Record<string, Shipped>> = {
  quiet: {
    document: quiet,
    bad: { what: 'links of more than a second', change: { network: { link: '1100ms' } }, misses: 'p99Ms' },
  },
  'flash-crowd': {
    document: flashCrowd,
    bad: { what: 'links of a modem', change: { network: { link: '20ms±10ms@1KiB/s' } }, misses: 'p95Ms' },
  },
  'partition-and-heal': {
    document: partitionAndHeal,
    bad: {
      what: 'the cut is never mended',
      change: {
        timeline: [
          { at: '0s', do: 'load', rate: 5, for: '20s' },
          { at: '5s', do: 'partition', groups: ['0-4', '5-9'] },
        ],
      },
      misses: 'coverage',
    },
  },
  'rolling-restart': {
    document: rollingRestart,
    bad: {
      what: 'all nodes at once',
      change: {
        timeline: [
          { at: '0s', do: 'load', rate: 2, for: '10s' },
          { at: '2s', do: 'restart', nodes: 'all' },
        ],
      },
      misses: 'accepted',
    },
  },
  'slow-region': {
    document: slowRegion,
    bad: {
      what: 'the region is on the moon and beyond',
      change: { network: { regions: [{ name: 'far', nodes: '0-9', link: '1200ms±1200ms' }] } },
      misses: 'p99Ms',
    },
  },
  'lossy-continent': {
    document: lossyContinent,
    bad: {
      what: 'half of all packets are lost',
      change: { network: { regions: [{ name: 'lossy', nodes: '0-9', loss: 0.5 }] } },
      misses: 'p99Ms',
    },
  },
  'clock-off-by-a-minute': {
    document: clockOff,
    bad: {
      what: 'the clock is behind, so that all others seem to be ahead of time',
      change: {
        timeline: [
          { at: '0s', do: 'skew', nodes: 7, by: '-60s' },
          { at: '2s', do: 'load', rate: 3, for: '10s', nodes: '0-6' },
        ],
      },
      misses: 'coverage',
    },
  },
  'bootstraps-die': {
    document: bootstrapsDie,
    bad: { what: 'nodes look for no others', change: { network: { discovery: false } }, misses: 'coverage' },
  },
}

export const SHIPPED_NAMES = Object.keys(SHIPPED)

/** The file of a shipped scenario, as it would lie on disk; undefined where there is none of this name. */
export function shippedText(name: string): string | undefined {
  const shipped = Object.hasOwn(SHIPPED, name) ? SHIPPED[name] : undefined
  return shipped === undefined ? undefined : textOf(shipped.document)
}

/** A shipped scenario with the setting that breaks it; undefined where there is none of this name. */
export function spoiltText(name: string): { readonly text: string; readonly bad: Bad } | undefined {
  const shipped = Object.hasOwn(SHIPPED, name) ? SHIPPED[name] : undefined
  if (shipped === undefined) return undefined
  const { document, bad } = shipped
  const { network, ...rest } = bad.change
  const changed = {
    ...document,
    ...rest,
    network: { ...(document as { readonly network: object }).network, ...network },
  }
  return { text: textOf(changed), bad }
}

function textOf(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`
}
