/** A bare relay of another make: a process that takes words on its input and tells a JSON document a line. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** How long it may take to answer, ms: the machine is busy, by intent. */
const ANSWER_MS_MAX = 30_000

export interface BareFigures {
  /** Transactions that it had from others. */
  readonly received: number
  /** Signatures checked. */
  readonly checked: number
  /** Peers in its mesh. */
  readonly peers: number
  readonly cpuMs: number
  readonly rssMb: number
  /** It had nothing left to send. */
  readonly ranOut: boolean
}

export class BareRelay {
  /** Where others dial it. */
  readonly address: string
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: Interface

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>, lines: Interface, address: string) {
    this.#child = child
    this.#lines = lines
    this.address = address
  }

  static async start(binary: string, args: readonly string[]): Promise<BareRelay> {
    const child = spawn(binary, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    child.stdin.on('error', () => undefined)
    const lines = createInterface({ input: child.stdout })
    const { address } = (await nextLine(lines)) as { readonly address: string }
    return new BareRelay(child, lines, address)
  }

  tell(word: 'start' | 'stop' | 'figures'): void {
    this.#child.stdin.write(`${word}\n`)
  }

  /** One question at a time: answers carry no name. */
  figures(): Promise<BareFigures> {
    const answer = nextLine(this.#lines) as Promise<BareFigures>
    this.tell('figures')
    return answer
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = new Promise<void>((resolve) => {
      this.#child.once('exit', () => {
        resolve()
      })
    })
    this.#child.stdin.end()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), ANSWER_MS_MAX)
    await exit
    clearTimeout(timer)
  }
}

function nextLine(lines: Interface): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer)
      lines.off('line', onLine)
      lines.off('close', onClose)
    }
    const onLine = (text: string): void => {
      settle()
      resolve(JSON.parse(text))
    }
    const onClose = (): void => {
      settle()
      reject(new Error('a bare relay has ended'))
    }
    const timer = setTimeout(() => {
      settle()
      reject(new Error(`a bare relay did not answer within ${ANSWER_MS_MAX / 1_000} s`))
    }, ANSWER_MS_MAX)
    lines.on('line', onLine)
    lines.on('close', onClose)
  })
}
