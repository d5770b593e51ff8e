import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { openTerminal, type TerminalStream } from '../../../src/cli/terminal.ts'

function stream(isTTY: boolean, columns: number): TerminalStream {
  return Object.assign(new PassThrough(), { isTTY, columns })
}

function open(options: { tty: boolean; env?: Record<string, string>; color?: boolean; columns?: number }) {
  const [stdout, stderr] = [stream(options.tty, 20), stream(options.tty, options.columns ?? 20)]
  const terminal = openTerminal({ stdout, stderr, env: options.env ?? {}, color: options.color ?? true })
  return {
    terminal,
    out: () => String((stdout as PassThrough).read() ?? ''),
    err: () => String((stderr as PassThrough).read() ?? ''),
  }
}

describe('the live line', () => {
  it('takes 0 columns for an unknown number', () => {
    const { terminal, err } = open({ tty: true, columns: 0 })
    terminal.live('x'.repeat(100))
    expect(err()).toBe(`\r\u001b[2K${'x'.repeat(79)}`)
  })

  it('is drawn over itself, fits the terminal, and is gone before anything else is printed', () => {
    const { terminal, out, err } = open({ tty: true })
    terminal.live('x'.repeat(40))
    terminal.live('two')
    terminal.out('result')
    expect(err()).toBe(`\r\u001b[2K${'x'.repeat(19)}\r\u001b[2Ktwo\r\u001b[2K`)
    expect(out()).toBe('result\n')
  })

  it('does not exist where there is no terminal', () => {
    for (const given of [{ tty: false }, { tty: true, env: { TERM: 'dumb' } }]) {
      const { terminal, err } = open(given)
      expect(terminal.isLive).toBe(false)
      terminal.live('one')
      terminal.endLive()
      terminal.note('note')
      expect(err()).toBe('note\n')
    }
  })
})

describe('colour', () => {
  it('is for terminals, unless the user wants none', () => {
    expect(open({ tty: true }).terminal.paint('out', 'bold', 'x')).toBe('\u001b[1mx\u001b[22m')
    for (const given of [
      { tty: false },
      { tty: true, env: { NO_COLOR: '1' } },
      { tty: true, env: { TERM: 'dumb' } },
      { tty: true, color: false },
    ]) {
      expect(open(given).terminal.paint('out', 'bold', 'x')).toBe('x')
    }
  })

  it('stays where NO_COLOR is set to nothing', () => {
    expect(open({ tty: true, env: { NO_COLOR: '' } }).terminal.paint('note', 'red', 'x')).toContain('\u001b[31m')
  })
})

describe('a document', () => {
  it('is one line', () => {
    const { terminal, out } = open({ tty: false })
    terminal.document({ v: 1, text: 'a\nb' })
    expect(out()).toBe('{"v":1,"text":"a\\nb"}\n')
  })
})
