/**
 * The processes of a measurement: each one program of this folder, told what to do in its argument, talking JSON over
 * its channel.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** How long a process may take to answer, ms: a busy machine loads libp2p in seconds. */
const ANSWER_MS_MAX = 120_000

/** One process; `T` is what it tells. Every message has a `kind`. */
export class BenchProcess<T extends { readonly kind: string }> {
  readonly #child: ChildProcess
  /** Who waits for which kind, the first one first: answers come in the order of the questions. */
  readonly #waiting = new Map<string, ((message: T) => void)[]>()
  #ended: string | null = null
  #refuse: ((error: Error) => void)[] = []

  /** @param program file of this folder; @param flags for Node itself, such as --cpu-prof */
  constructor(program: string, task: object, flags: readonly string[] = []) {
    this.#child = fork(fileURLToPath(new URL(program, import.meta.url)), [JSON.stringify(task)], {
      execArgv: ['--max-old-space-size=3072', ...flags],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child.on('message', (message: T) => {
      this.#waiting.get(message.kind)?.shift()?.(message)
    })
    this.#child.on('exit', (code, signal) => {
      this.#ended = `${program} ended with ${signal ?? code ?? 'nothing'}`
      for (const refuse of this.#refuse) refuse(new Error(this.#ended))
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  tell(message: object): void {
    if (this.#ended === null) this.#child.send(message, undefined, undefined, () => undefined)
  }

  /** The next message of a kind. Rejects when the process ends first. */
  next<K extends T['kind']>(kind: K): Promise<Extract<T, { kind: K }>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`no "${kind}" within ${ANSWER_MS_MAX / 1_000} s`))
      }, ANSWER_MS_MAX)
      const settle = (): void => {
        clearTimeout(timer)
        this.#refuse = this.#refuse.filter((refuse) => refuse !== fail)
      }
      const fail = (error: Error): void => {
        settle()
        reject(error)
      }
      if (this.#ended !== null) {
        fail(new Error(this.#ended))
        return
      }
      this.#refuse.push(fail)
      const waiting = this.#waiting.get(kind) ?? []
      this.#waiting.set(kind, waiting)
      waiting.push((message) => {
        settle()
        resolve(message as Extract<T, { kind: K }>)
      })
    })
  }

  /** Asks and waits for the answer of that kind. */
  ask<K extends T['kind']>(message: object, kind: K): Promise<Extract<T, { kind: K }>> {
    const answer = this.next(kind)
    this.tell(message)
    return answer
  }

  async end(): Promise<void> {
    if (this.#ended !== null) return
    const exit = new Promise<void>((resolve) => {
      this.#child.once('exit', () => {
        resolve()
      })
    })
    // The end of the channel is what the programs leave at; whoever hangs is ended.
    this.#child.disconnect()
    const timer = setTimeout(() => {
      this.#child.kill('SIGKILL')
    }, 10_000)
    await exit
    clearTimeout(timer)
  }
}

/** The task of this process, as its argument says. */
export function taskOf<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
