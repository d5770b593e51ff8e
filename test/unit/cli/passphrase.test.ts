import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Context } from '../../../src/cli/context.ts'
import { Failure } from '../../../src/cli/failure.ts'
import { choosePassphrase, readPassphrase } from '../../../src/cli/passphrase.ts'
import { openTerminal } from '../../../src/cli/terminal.ts'

/** A user at a terminal; `raw` lists when echo was switched off and on. */
function user(options: { isTTY: boolean } = { isTTY: true }) {
  const raw: boolean[] = []
  const keyboard = new PassThrough()
  const stdin = Object.assign(keyboard, { isTTY: options.isTTY, setRawMode: (mode: boolean) => raw.push(mode) })
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const context: Context = {
    shared: { json: false, home: undefined, api: undefined, tokenFile: undefined },
    terminal: openTerminal({ stdout, stderr, env: {}, color: false }),
    env: {},
    cwd: '/',
    stdin: stdin as unknown as Context['stdin'],
    stop: new AbortController().signal,
    describeCommands: () => Promise.resolve([]),
    runCommand: () => Promise.resolve({ exitCode: 0, stdout: '', stderr: '' }),
  }
  return { context, keyboard, raw, shown: () => String(stderr.read() ?? '') }
}

describe('a passphrase that is typed', () => {
  it('is not echoed, may be corrected, and leaves the terminal as it was', async () => {
    const { context, keyboard, raw, shown } = user()
    const asked = readPassphrase(context, 'savings', undefined)
    keyboard.write('seesaw\u007f\u007ft\u0008\u0008et\r')
    expect(await asked).toBe('seeet')
    expect(shown()).toBe('Passphrase of savings: \n')
    expect(raw).toEqual([true, false])
  })

  it('is asked for twice when it is new, in one go or in pieces', async () => {
    for (const pieces of [['pässword\rpässword\r'], ['pässw', 'ord\r', 'pässword', '\n']]) {
      const { context, keyboard } = user()
      const asked = choosePassphrase(context, 'savings', undefined)
      for (const piece of pieces) keyboard.write(piece)
      expect(await asked).toBe('pässword')
    }
  })

  it('is refused when the two differ', async () => {
    const { context, keyboard, shown } = user()
    const asked = choosePassphrase(context, 'savings', undefined)
    keyboard.write('one\rtwo\r')
    await expect(asked).rejects.toThrow('differ')
    expect(shown()).not.toMatch(/one|two/)
  })

  it('may be given up with Ctrl-C, which gives the echo back', async () => {
    const { context, keyboard, raw } = user()
    const asked = readPassphrase(context, 'savings', undefined)
    keyboard.write('sec\u0003')
    await expect(asked).rejects.toMatchObject({ outcome: 'interrupted' })
    expect(raw).toEqual([true, false])
  })

  it('is not waited for where nobody can type', async () => {
    const { context, raw } = user({ isTTY: false })
    const failure = await readPassphrase(context, 'savings', undefined).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Failure)
    expect(failure).toMatchObject({ outcome: 'usage', hint: expect.stringContaining('--passphrase-file') })
    expect(raw).toEqual([])
  })
})
