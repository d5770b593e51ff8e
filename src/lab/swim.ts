/**
 * SWIM by the book (Das, Gupta and Motivala 2002), in periods: each live member asks one other by chance, and where
 * no answer comes, asks through helpers. The baseline of our own detector, which runs beside it (detector.ts).
 */
import type { Prng } from '../lib/prng.ts'
import { measured, type Measured } from './measured.ts'
import { otherThan } from './set-holders.ts'

/** Periods until the first of `nodes` - 1 members asks one that has died; mean over `runs`. Theory: e / (e - 1). */
export function firstDetection(nodes: number, runs: number, random: Prng): Measured {
  let sum = 0
  for (let run = 0; run < runs; run++) {
    let period = 0
    for (let isFound = false; !isFound;) {
      period++
      for (let node = 1; node < nodes && !isFound; node++) isFound = otherThan(node, nodes, random) === 0
    }
    sum += period
  }
  return measured('periods to the first suspicion', sum / runs, Math.E / (Math.E - 1), 'e / (e - 1)')
}

/**
 * Share of the probes of a live member that end in suspicion, where each packet is lost with chance `loss` and
 * `helpers` others are asked. Theory: [1 - (1-p)^2] [1 - (1-p)^4]^k.
 */
export function falseSuspicion(options: { loss: number; helpers: number; probes: number; random: Prng }): Measured {
  const { loss, helpers, probes, random } = options
  const passes = (packets: number): boolean => {
    for (let packet = 0; packet < packets; packet++) if (random.next() < loss) return false
    return true
  }
  let suspected = 0
  for (let probe = 0; probe < probes; probe++) {
    if (passes(2)) continue
    let isHeard = false
    for (let helper = 0; helper < helpers; helper++) isHeard = passes(4) || isHeard
    if (!isHeard) suspected++
  }
  const theory = (1 - (1 - loss) ** 2) * (1 - (1 - loss) ** 4) ** helpers
  return measured('share of probes that suspect a live node', suspected / probes, theory, '[1-(1-p)²][1-(1-p)⁴]^k')
}
