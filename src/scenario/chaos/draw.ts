/** Random timelines from a seed: what may happen to a network, and what must hold whatever happens. Pure. */
import { createPrng, type Prng } from '../../lib/prng.ts'
import type { Entry, ExpectationDocument, ScenarioDocument } from '../document.ts'
import type { WorldName } from '../world.ts'

export interface DrawOptions {
  readonly seed: number
  /** How long things happen, ms. */
  readonly forMs: number
  readonly world: WorldName
}

/** Time between two misfortunes, ms: mean. */
const GAP_MS = 5_000
/** What a fault lasts, ms. */
const LASTS_MS = [2_000, 12_000] as const
/** What a network has to come to rest, ms: repair looks twice in that, and whoever was cut off dials again. */
const SETTLE_MS = 45_000
const AGREED_MS = 40_000

/** The kinds of misfortune, with how often each comes. */
const KINDS = ['kill', 'power-cut', 'leave', 'restart', 'pause', 'partition', 'slow', 'lose-messages', 'forge'] as const
type Kind = (typeof KINDS)[number]

/** Those that a world can't do (real/capabilities.ts). */
const BEYOND: Readonly<Record<WorldName, readonly Kind[]>> = {
  virtual: [],
  processes: ['power-cut', 'lose-messages'],
  packed: ['power-cut', 'lose-messages', 'kill', 'leave', 'restart', 'pause'],
}

/** Whatever happens: nothing acknowledged is lost, nothing forged is taken, nobody honest is cut off, and all agree. */
const EXPECTED: readonly ExpectationDocument[] = [
  { figure: 'forged', atMost: 0, when: 'throughout' },
  { figure: 'banned', atMost: 0, when: 'throughout' },
  { figure: 'lost', atMost: 0 },
  { figure: 'coverage', atLeast: 1 },
  { figure: 'heads', atMost: 1 },
  { figure: 'agreedMs', atMost: `${AGREED_MS}ms` },
]

/** The same options give the same scenario. */
export function drawScenario({ seed, forMs, world }: DrawOptions): ScenarioDocument {
  const random = createPrng(seed).child('chaos')
  const nodes = 4 + random.below(5)
  const kinds = KINDS.filter((kind) => !BEYOND[world].includes(kind))
  const timeline: Entry[] = [{ at: '0s', do: 'load', rate: 1 + random.below(4), for: text(Math.max(1_000, forMs)) }]
  // A node that one misfortune has is left alone by the others, and there is one cut at a time.
  const busyUntil = Array.from({ length: nodes }, () => 0)
  let cutUntil = 0
  for (let atMs = gap(random); atMs < forMs; atMs += gap(random)) {
    const kind = kinds[random.below(kinds.length)] as Kind
    const free = busyUntil.flatMap((untilMs, node) => (untilMs <= atMs ? [node] : []))
    const node = free[random.below(Math.max(1, free.length))]
    const untilMs = atMs + LASTS_MS[0] + random.below(LASTS_MS[1] - LASTS_MS[0])
    if (kind === 'partition') {
      if (cutUntil > atMs) continue
      cutUntil = untilMs
      const alone = random.shuffled([...busyUntil.keys()]).slice(0, 1 + random.below(Math.floor(nodes / 2)))
      timeline.push({
        at: text(atMs),
        do: 'partition',
        groups: [alone.sort((a, b) => a - b).join(',')],
        for: text(untilMs - atMs),
      })
    } else if (kind === 'forge') timeline.push({ at: text(atMs), do: 'forge' })
    else if (kind === 'lose-messages') {
      timeline.push(
        { at: text(atMs), do: kind, rate: (1 + random.below(5)) / 10 },
        { at: text(untilMs), do: kind, rate: 0 },
      )
    } else if (node !== undefined && free.length > 2) {
      // A second more than it takes a process to start.
      busyUntil[node] = untilMs + 3_000
      timeline.push(...misfortuneOf(kind, node, atMs, untilMs))
    }
  }
  return {
    v: 1,
    name: `chaos-${seed}`,
    about: `Drawn from seed ${seed}.`,
    network: {
      nodes,
      degree: 4,
      link: '20ms±10ms',
      validators: random.below(2) * Math.min(4, nodes),
      slot: '2s',
      seed,
    },
    timeline: timeline.sort((a, b) => Number.parseInt(a.at, 10) - Number.parseInt(b.at, 10)),
    settle: text(SETTLE_MS),
    // Without a forgery there is nothing to measure.
    expect: EXPECTED.filter(({ figure }) => figure !== 'forged' || timeline.some((entry) => entry.do === 'forge')),
  }
}

function misfortuneOf(
  kind: Exclude<Kind, 'partition' | 'forge' | 'lose-messages'>,
  node: number,
  atMs: number,
  untilMs: number,
): readonly Entry[] {
  const at = text(atMs)
  switch (kind) {
    case 'kill':
    case 'power-cut':
    case 'leave':
      return [
        { at, do: kind, nodes: node },
        { at: text(untilMs), do: 'restart', nodes: node },
      ]
    case 'restart':
      return [{ at, do: 'restart', nodes: node }]
    case 'pause':
      return [{ at, do: 'pause', nodes: node, for: text(untilMs - atMs) }]
    case 'slow':
      return [
        { at, do: 'slow', nodes: node, by: '200ms' },
        { at: text(untilMs), do: 'slow', nodes: node, by: '0s' },
      ]
  }
}

function gap(random: Prng): number {
  return Math.ceil(GAP_MS * (0.5 + random.next()))
}

function text(ms: number): string {
  return `${ms}ms`
}
