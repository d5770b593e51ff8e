/** What every vantage owes, whatever it is made of: the same network seen over it shows the same. */
import { expect } from 'vitest'
import type { Vantage } from '../../src/cli/vantage/vantage.ts'
import { journeyOf } from '../../src/trace/journey.ts'
import { reportOf } from '../../src/trace/report.ts'
import { until } from '../toolkit/until.ts'

export interface VantageWorld {
  readonly vantage: Vantage
  /** Names of the nodes that run, the first of which is handed transactions. */
  readonly names: readonly string[]
  /** Names of nodes that do not answer: of these nothing may be concluded. */
  readonly silent: readonly string[]
  /** Makes a transaction: its id, and what hands it to the first node. */
  readonly draft: () => Promise<{ readonly id: string; readonly send: () => Promise<void> }>
}

export interface VantageCase {
  readonly name: string
  run(world: VantageWorld): Promise<void>
}

export const VANTAGE_CASES: readonly VantageCase[] = [
  {
    name: 'follows a transaction to every node that runs, then tells its way, and names who does not answer',
    async run({ vantage, names, silent, draft }) {
      const { id, send } = await draft()
      const { watch } = await vantage.follow(id, names[0] ?? '')
      await watch.listening()
      await send()
      watch.mark(names[0] ?? '')
      const all = names.length + silent.length
      expect(await watch.until(names.length / all, 20_000, false, () => undefined)).toBe('reached')
      const figures = watch.figures()
      watch.close()
      expect(figures).toMatchObject({ nodes: all, reached: names.length })
      expect(figures.laggards.map(({ name }) => name)).toEqual(silent)
      expect(figures.laggards.every(({ reason }) => reason !== 'not seen')).toBe(true)

      const asked = await vantage.ask(id)
      const records = asked.answers.flatMap((answer) => answer.records)
      const { nodes } = journeyOf(id, asked.nodes, records, asked.clockErrorMs, asked.known)
      const wayOf = new Map(nodes.map(({ name, way }) => [name, way]))
      expect([...wayOf.keys()].toSorted()).toEqual([...names, ...silent].toSorted())
      expect(wayOf.get(names[0] ?? '')).toBe('origin')
      const there = await vantage.nodes()
      expect(there.map(({ name }) => name).toSorted()).toEqual([...names, ...silent].toSorted())
      expect(there.find(({ name }) => name === names[0])?.trouble).toBeNull()
      for (const name of silent) expect(there.find((node) => node.name === name)?.trouble).toBe('no answer')
      expect(await vantage.cut()).toBeNull()
      for (const name of names.slice(1)) expect(['gossip', 'repair']).toContain(wayOf.get(name))
      // Not "lacks": it was never asked.
      for (const name of silent) expect(wayOf.get(name)).toBe('pending')
      expect(asked.answers.filter(({ trouble }) => trouble !== null).map(({ name }) => name)).toEqual(silent)
    },
  },
  {
    name: 'shows every node live, with copies and delays of what goes round, and tells up from silent',
    async run({ vantage, names, silent, draft }) {
      const top = await vantage.top()
      try {
        await top.tick()
        await (await draft()).send()
        await until(
          async () => {
            await top.tick()
            const shown = top.nodes().filter(({ name }) => names.slice(1).includes(name))
            return shown.length === names.length - 1 && shown.every(({ p95Ms }) => p95Ms !== null)
          },
          'all are shown with their delays',
          20_000,
        )
        const shown = top.nodes()
        expect(shown.map(({ name }) => name).toSorted()).toEqual([...names, ...silent].toSorted())
        for (const { name, height, pool, state, perSecond } of shown)
          if (silent.includes(name)) expect([height, pool, state, perSecond]).toEqual([null, null, 'no answer', null])
          else {
            expect(height).not.toBeNull()
            expect(pool).not.toBeNull()
            expect(['ready', 'alive']).toContain(state)
          }
      } finally {
        top.close()
      }
    },
  },
  {
    name: 'reports what those remember who can be asked, and whom it could not ask',
    async run({ vantage, names, silent }) {
      const report = reportOf(await vantage.recording())
      expect(report.transactions.journeys).toBeGreaterThan(0)
      expect(report.missed.count).toBe(0)
      expect(report.unasked.map(({ node }) => node)).toEqual(silent)
      const delivered = report.nodes.filter(({ origins, delivered: count }) => origins + count > 0)
      expect(delivered.map(({ name }) => name).toSorted()).toEqual([...names].toSorted())
    },
  },
]
