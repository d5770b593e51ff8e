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

describe('progress', () => {
  it('is the live line, and without a terminal a note every five seconds', () => {
    const drawn = open({ tty: true })
    drawn.terminal.progress('1 of 9')
    expect(drawn.err()).toBe('\r\u001b[2K1 of 9')

    for (const json of [false, true]) {
      let nowMs = 1_000
      const [stdout, stderr] = [stream(false, 80), stream(false, 80)]
      const terminal = openTerminal({ stdout, stderr, env: {}, color: true, json, now: () => nowMs })
      for (; nowMs <= 12_000; nowMs += 500) terminal.progress(`${nowMs} ms`)
      const written = String((stderr as PassThrough).read())
      expect(written).toBe(json ? '{"v":1,"note":"6000 ms"}\n{"v":1,"note":"11000 ms"}\n' : '6000 ms\n11000 ms\n')
    }
  })
})

describe('for a program', () => {
  it('makes of each note a document on a line, and draws nothing', () => {
    const [stdout, stderr] = [stream(true, 20), stream(true, 20)]
    const terminal = openTerminal({ stdout, stderr, env: {}, color: true, json: true })
    expect(terminal.isLive).toBe(false)
    terminal.live('one')
    terminal.note('two\nlines')
    terminal.note({ style: 'red', text: 'three', rest: ' and \x1b[2K' })
    expect(String((stderr as PassThrough).read())).toBe(
      '{"v":1,"note":"two\\nlines"}\n{"v":1,"note":"three and \\u001b[2K"}\n',
    )
  })
})

describe('colour', () => {
  const printed = (options: Parameters<typeof open>[0]): string => {
    const { terminal, out } = open(options)
    terminal.out([{ style: 'bold', text: 'x', rest: ' y' }])
    return out()
  }

  it('is for terminals, unless the user wants none', () => {
    expect(printed({ tty: true })).toBe('\u001b[1mx\u001b[22m y\n')
    for (const given of [
      { tty: false },
      { tty: true, env: { NO_COLOR: '1' } },
      { tty: true, env: { TERM: 'dumb' } },
      { tty: true, color: false },
    ]) {
      expect(printed(given)).toBe('x y\n')
    }
  })

  it('stays where NO_COLOR is set to nothing', () => {
    expect(printed({ tty: true, env: { NO_COLOR: '' } })).toContain('\u001b[1m')
  })
})

describe('a document', () => {
  it('is one line', () => {
    const { terminal, out } = open({ tty: false })
    terminal.document({ v: 1, text: 'a\nb' })
    expect(out()).toBe('{"v":1,"text":"a\\nb"}\n')
  })
})

describe('what comes from others', () => {
  const hostile = '\u001b[2J\u009b1m\u202e\u0007\r'
  const shown = '�[2J�1m���'

  it('is shown and not obeyed, whatever it is printed with', () => {
    const { terminal, out, err } = open({ tty: true, columns: 80 })
    terminal.out(`a${hostile}\nb`)
    terminal.out([{ style: 'bold', text: hostile, rest: hostile }, hostile])
    expect(out()).toBe(`a${shown}\nb\n\u001b[1m${shown}\u001b[22m${shown}\n${shown}\n`)
    terminal.note(hostile)
    terminal.prompt(`${hostile}\n`)
    expect(err()).toBe(`${shown}\n${shown}�`)
    terminal.live(`${hostile}\n`)
    expect(err()).toBe(`\r\u001b[2K${shown}�`)
    terminal.drawScreen([`${hostile}\n`])
    expect(out()).toBe(`\u001b[H${shown}�\u001b[K\u001b[J`)
  })

  it('is escaped in documents, and the same when they are read', () => {
    const { terminal, out, err } = open({ tty: true })
    terminal.document({ text: hostile })
    terminal.noteDocument({ text: hostile })
    for (const text of [out(), err().replace('\r\u001b[2K', '')]) {
      expect(text).not.toMatch(/[\u001b\u009b\u202e\u0007\r]/)
      expect(JSON.parse(text)).toEqual({ text: hostile })
    }
  })
})
