/**
 * P11: what it costs a network at full load to be watched: every node's event stream followed and recorded, against
 * nobody watching. The two take turns within each run, and change places from run to run, so that a machine that gets
 * busier favours neither.
 */
import { relayRate, withBed, type RelayRate } from './full-load.ts'
import { line, median, rounded, type Bench } from './line.ts'

export const observers: Bench = (options) =>
  withBed(options, async (bed) => {
    const on: RelayRate[] = []
    const off: RelayRate[] = []
    for (let run = 0; run < options.runs; run++) {
      for (const isWatched of run % 2 === 0 ? [false, true] : [true, false])
        (isWatched ? on : off).push(await relayRate(bed, { isWatched }))
      const [watched, alone] = [on.at(-1), off.at(-1)]
      options.say(
        `run ${run + 1}: watched ${watched?.transactions.perSecond.toFixed(0)} tx/s and ${watched?.linesWatched} lines, alone ${alone?.transactions.perSecond.toFixed(0)} tx/s`,
      )
    }
    const ratios = (of: keyof RelayRate['transactions']): number[] =>
      on.map(({ transactions }, at) => transactions[of] / (off[at]?.transactions[of] ?? Number.NaN))
    const figures = (rates: readonly RelayRate[]): readonly number[] =>
      rates.map(({ transactions }) => rounded(transactions.perSecond))
    return [
      line(
        'P11',
        'transactions a second with every node watched and recorded / with nobody watching',
        median(ratios('perSecond')),
        { is: 'at-least', value: 0.95 },
        {
          runs: options.runs,
          ratios: ratios('perSecond').map(rounded),
          ratiosByCpuTime: ratios('perCpuSecond').map(rounded),
          watched: figures(on),
          alone: figures(off),
          linesWatched: on.map(({ linesWatched }) => linesWatched),
        },
      ),
    ]
  })
