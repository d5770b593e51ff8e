import { describe, expect, it } from 'vitest'
import { isAtLeast, logEntries, logEntryText, mergedEntries } from '../../../src/cli/log-entry.ts'

const line = (second: number, node: string, level: string, msg: string, more: object = {}): string =>
  JSON.stringify({ level, time: `2026-11-30T16:00:0${second}.250Z`, node, ...more, msg })

describe('lines of logs', () => {
  const first = logEntries('node-0', [
    line(1, 'node-0', 'info', 'ready'),
    line(4, 'node-1', 'warn', 'late', { ms: 1_004, peer: 'p' }),
    'Error: of Node itself',
  ])
  const second = logEntries('node-2', ['before any time', line(2, 'process', 'info', 'stopping')])

  it('are merged by time, each with who wrote it, in the order of their file', () => {
    expect(mergedEntries([first, second], 10).map(({ node, level }) => `${node} ${level}`)).toEqual([
      'node-2 error',
      'node-0 info',
      'node-2 info',
      'node-1 warn',
      'node-0 error',
    ])
    expect(mergedEntries([first, second], 2).map(({ node }) => node)).toEqual(['node-1', 'node-0'])
    expect(mergedEntries([first, second], 0)).toEqual([])
  })

  it('are chosen by how grave they are; what is no entry is as grave as can be', () => {
    const warned = [...first, ...second].filter((entry) => isAtLeast(entry, 'warn'))
    expect(warned.map((entry) => entry.line.slice(0, 5))).toEqual(['{"lev', 'Error', 'befor'])
  })

  it('read as text: time, node, level, message, and the other fields', () => {
    expect(first.map((entry) => logEntryText(entry, 7))).toEqual([
      '16:00:01.250 node-0  info   ready',
      '16:00:04.250 node-1  warn   late  ms=1004  peer=p',
      '16:00:04.250 node-0  error  Error: of Node itself',
    ])
    expect(logEntryText(second[0] ?? first[0]!, 6)).toBe('             node-2 error  before any time')
  })
})
