/**
 * A passphrase from a file or from the terminal, never from an argument: arguments are visible to every user of the
 * machine.
 */
import type { Context } from './context.ts'
import { Failure, usageFailure } from './failure.ts'
import { readNamed } from './input.ts'

/** Longest passphrase, characters: more is a file given by mistake. */
const PASSPHRASE_MAX = 1_024
/** Largest file with one, bytes: only its first line counts. */
const PASSPHRASE_FILE_BYTES_MAX = 65_536

/**
 * The first line of `file`, or what the user types without echo. Where there is neither a file nor a terminal it says
 * what to give.
 */
export async function readPassphrase(context: Context, name: string, file: string | undefined): Promise<string> {
  const fromFile = await passphraseOfFile(context, file)
  if (fromFile !== null) return fromFile
  const [typed = ''] = await typeSecretly(context, [`Passphrase of ${name}`])
  return typed
}

/** The passphrase of a new key: typed twice where it is typed. */
export async function choosePassphrase(context: Context, name: string, file: string | undefined): Promise<string> {
  const fromFile = await passphraseOfFile(context, file)
  if (fromFile !== null) return fromFile
  const [first = '', again = ''] = await typeSecretly(context, [`New passphrase of ${name}`, 'Once more'])
  if (first !== again) throw usageFailure('the two passphrases differ', 'nothing was written; try again')
  return first
}

/** Null where no file is given. */
async function passphraseOfFile({ env, cwd }: Context, file: string | undefined): Promise<string | null> {
  const path = file ?? env.HEARSAY_PASSPHRASE_FILE
  if (path === undefined || path === '') return null
  const read = { bytesMax: PASSPHRASE_FILE_BYTES_MAX, name: '--passphrase-file', hint: 'check the path' }
  const text = new TextDecoder().decode(await readNamed(cwd, path, read))
  const line = text.split(/\r?\n/, 1)[0] ?? ''
  if (line.length > PASSPHRASE_MAX) {
    throw usageFailure(`--passphrase-file: the first line of ${path} is longer than ${PASSPHRASE_MAX} characters`)
  }
  return line
}

/** One line an answer, without echo, one after the other: what is typed ahead answers the next question. */
async function typeSecretly(
  { stdin, stop, terminal }: Context,
  prompts: readonly string[],
): Promise<readonly string[]> {
  if (!stdin.isTTY)
    throw usageFailure('a passphrase is needed and there is no terminal to ask', 'give --passphrase-file FILE')
  // Before the prompt is seen: whoever is quick must not see what he types.
  stdin.setRawMode(true)
  stdin.setEncoding('utf8').resume()
  const answers: string[] = []
  const ask = (): void => {
    terminal.prompt(`${prompts[answers.length] ?? ''}: `)
  }
  ask()
  try {
    return await new Promise((settle, fail) => {
      let typed = ''
      const interrupt = (): void => {
        fail(new Failure('interrupted', 'interrupted', 'interrupted'))
      }
      const take = (character: string): void => {
        if (answers.length === prompts.length) return
        if (character === '\u0003') interrupt()
        else if (character === '\u007f' || character === '\b') typed = [...typed].slice(0, -1).join('')
        else if (character === '\r' || character === '\n' || character === '\u0004') {
          answers.push(typed)
          typed = ''
          terminal.note('')
          if (answers.length === prompts.length) settle(answers)
          else ask()
        } else if (character >= ' ' && typed.length < PASSPHRASE_MAX) typed += character
      }
      stdin.on('data', (chunk: string) => {
        for (const character of chunk) take(character)
      })
      stop.addEventListener('abort', interrupt, { once: true })
    })
  } finally {
    stdin.removeAllListeners('data')
    stdin.setRawMode(false)
    stdin.pause()
    if (answers.length < prompts.length) terminal.note('')
  }
}
