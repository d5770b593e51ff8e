/**
 * P7: how late the event loop is at 70 % of what the nodes carry, as the nodes themselves measure it over windows of
 * 10 s.
 */
import { loadavg } from 'node:os'
import { line, median, rounded, type Bench } from './line.ts'
import { relayRate, withBed } from './full-load.ts'

export const loopDelay: Bench = (options) =>
  withBed(options, async (bed) => {
    const worst: number[] = []
    const runs: object[] = []
    for (let run = 0; run < options.runs; run++) {
      const full = await relayRate(bed)
      const ratePerSecond = 0.7 * full.transactions.perSecond
      // The nodes' window is 10 s, and it is theirs when it begins: two of them are sure to hold a whole one.
      const sizes = options.short ? bed.sizes : { ...bed.sizes, warmUpMs: 11_000, measureMs: 11_000 }
      const at70 = await relayRate({ ...bed, sizes }, { ratePerSecond })
      worst.push(Math.max(...at70.delayP99Ms))
      runs.push({
        fullPerSecond: rounded(full.transactions.perSecond),
        ratePerSecond: rounded(ratePerSecond),
        carriedPerSecond: rounded(at70.transactions.perSecond),
        delayP99Ms: at70.delayP99Ms,
        delayP99MsAtFull: full.delayP99Ms,
        load: loadavg().map(rounded),
      })
    }
    return [
      line(
        'P7',
        'ms, event-loop delay p99 at 70 % of the full rate, the slowest of four nodes',
        median(worst),
        { is: 'at-most', value: 20 },
        { runs },
      ),
    ]
  })
