import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { until } from '../../../toolkit/until.ts'
import { openJournal } from '../../../../src/adapters/log/journal.ts'

const LEVELS = ['info', 'warn', 'error']
const root = mkdtempSync(join(tmpdir(), 'hearsay-log-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

describe('the log', () => {
  it('is one JSON object a line, from its level on', async () => {
    const file = join(root, 'log')
    const journal = openJournal({ level: 'info', name: 'node-3', file })
    journal.debug({}, 'unseen')
    journal.info({ peers: 3 }, 'first\nline')
    journal.warn({}, 'second')
    journal.error({ reason: 'x' }, 'third')
    journal.flush()
    // The first line is on its way already when the others are flushed.
    const read = (): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1)
    await until(() => read().length === 3, 'three lines')
    const lines = read()
      .map((line) => JSON.parse(line))
      .sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level))
    expect(lines).toMatchObject([
      { level: 'info', node: 'node-3', msg: 'first\nline', peers: 3 },
      { level: 'warn', msg: 'second' },
      { level: 'error', msg: 'third', reason: 'x' },
    ])
    expect(lines[0].time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('goes on under its name when its file was moved away, and loses no line of it', async () => {
    const file = join(root, 'rotated')
    const journal = openJournal({ level: 'info', name: 'x', file })
    // More than one write takes, so that a thread still writes when the file is turned away from.
    for (let line = 0; line < 2_000; line++) journal.info({ line }, 'before')
    renameSync(file, `${file}.1`)
    journal.reopen()
    journal.info({}, 'after')
    journal.flush()
    const text = (): string => readFileSync(`${file}.1`, 'utf8') + readFileSync(file, 'utf8')
    await until(() => text().split('\n').length === 2_002, 'all lines')
    expect(readFileSync(file, 'utf8')).toContain('after')
    expect(journal.lostLines()).toBe(0)
    journal.close()
  })

  it('can be silent, and says where it cannot be written', () => {
    const silent = openJournal({ level: 'silent', name: 'x', file: join(root, 'unmade', 'log') })
    silent.error({}, 'unseen')
    silent.flush()
    expect(() => openJournal({ level: 'info', name: 'x', file: join(root, 'unmade', 'log') })).toThrow('ENOENT')
  })
})
