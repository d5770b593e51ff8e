import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { alertExpressions, alertFile } from '../../toolkit/prometheus/expressions.ts'
import { scaledRules } from '../../toolkit/prometheus/scaled-rules.ts'

it('divides each duration of the rules, and nothing else', () => {
  const rules = 'expr: max_over_time(a_seconds[1m]) > 2 and rate(b[5m]) > 0.5\nfor: 90s\nsummary: for 2 min'
  expect(scaledRules(rules, 20)).toBe(
    'expr: max_over_time(a_seconds[3000ms]) > 2 and rate(b[15000ms]) > 0.5\nfor: 4500ms\nsummary: for 2 min',
  )
})

it('leaves no duration of the rules that we ship as it was', () => {
  const shipped = readFileSync(alertFile, 'utf8')
  const durations = shipped.match(/(?:for: |\[)\d+\w+/g) ?? []
  const scaled = scaledRules(shipped, 20).match(/(?:for: |\[)\d+\w+/g) ?? []
  expect(durations.length).toBeGreaterThan(8)
  expect(scaled.filter((text) => !text.endsWith('ms'))).toEqual([])
  expect(scaled).toHaveLength(durations.length)
})

it('has something that provokes each alert', () => {
  // Read, not imported: it loads a whole libp2p.
  const source = readFileSync(new URL('../../../scripts/experiments/alerts/provocations.ts', import.meta.url), 'utf8')
  const provoked = [...source.matchAll(/^ {4}alert: '(\w+)',$/gm)].map(([, name]) => name)
  expect(provoked).toEqual(alertExpressions.map(({ where }) => where))
})
