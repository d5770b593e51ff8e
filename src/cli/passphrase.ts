/** A passphrase from a file or from the terminal, never from an argument: arguments are visible to every user of the machine. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Context } from './context.ts'
import { Failure, systemCode, usageFailure } from './failure.ts'

/** Longest passphrase, characters: more is a file given by mistake. */
const PASSPHRASE_MAX = 1_024

/** The first line of `file`, or what the user types without echo. Where there is neither a file nor a terminal it says what to give. */
export async function readPassphrase(context: Context, prompt: string, file: string | undefined): Promise<string> {
  const path = file ?? context.env.HEARSAY_PASSPHRASE_FILE
  if (path !== undefined && path !== '') {
    const text = await readFile(resolve(context.cwd, path), 'utf8').catch((error: unknown) => {
      throw usageFailure(`--passphrase-file: ${path} can't be read (${systemCode(error) ?? 'unknown reason'})`)
    })
    return text.split(/\r?\n/, 1)[0]?.slice(0, PASSPHRASE_MAX) ?? ''
  }
  if (!context.stdin.isTTY)
    throw usageFailure('a passphrase is needed and there is no terminal to ask', 'give --passphrase-file FILE')
  return typeSecretly(context, prompt)
}

/** The passphrase of a new key: typed twice where it is typed. */
export async function choosePassphrase(context: Context, name: string, file: string | undefined): Promise<string> {
  const first = await readPassphrase(context, `New passphrase of ${name}`, file)
  if (file !== undefined || !context.stdin.isTTY) return first
  if (first !== (await typeSecretly(context, 'Once more')))
    throw usageFailure('the two passphrases differ', 'nothing was written; try again')
  return first
}

async function typeSecretly({ stdin, stop }: Context, prompt: string): Promise<string> {
  process.stderr.write(`${prompt}: `)
  stdin.setRawMode(true)
  stdin.setEncoding('utf8').resume()
  try {
    return await new Promise<string>((settle, fail) => {
      let typed = ''
      const give = (error: Error): void => {
        stdin.off('data', onData)
        fail(error)
      }
      const onData = (chunk: string): void => {
        for (const character of chunk) {
          if (character === '\r' || character === '\n' || character === '\u0004') {
            stdin.off('data', onData)
            settle(typed)
            return
          }
          if (character === '\u0003') give(new Failure('interrupted', 'interrupted', 'interrupted'))
          else if (character === '\u007f' || character === '\b') typed = typed.slice(0, -1)
          else if (character >= ' ' && typed.length < PASSPHRASE_MAX) typed += character
        }
      }
      stdin.on('data', onData)
      stop.addEventListener('abort', () => give(new Failure('interrupted', 'interrupted', 'interrupted')), {
        once: true,
      })
    })
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    process.stderr.write('\n')
  }
}
