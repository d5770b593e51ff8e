/**
 * A peer of another make (test/interop): a process that takes commands on its input and answers on its output, a JSON
 * document a line.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** How long a peer may take for a command that waits for nobody, ms. */
const ANSWER_MS_MAX = 60_000

/** A peer that another one is connected with, as that one sees it. */
export interface SeenPeer {
  readonly peer: string
  readonly agent: string | null
  /** Topics (short names) in whose mesh it is. */
  readonly mesh: readonly string[]
}

export interface PeerStatus {
  readonly peers: readonly SeenPeer[]
  /** Transactions that it found valid. */
  readonly transactions: number
  /** Highest height among the headers that it found valid. */
  readonly height: number
  /** Messages that it rejected. */
  readonly rejected: number
}

/** What each command is given, and what it answers. */
interface Commands {
  readonly dial: [{ address: string }, { peer: string; name: string }]
  readonly refuse: [{ peers: readonly string[] }, object]
  readonly allow: [object, object]
  readonly publish: [{ account: string; first: number; count: number }, { ids: readonly string[]; dropped: number }]
  /** Go alone: messages as they are, in hex. */
  readonly messages: [{ messages: readonly string[] }, { ms: number; dropped: number }]
  /** Go alone: transactions whose signature does not hold, one each `ms`, until `peer` has cut it off. */
  readonly forge: [{ account: string; peer: string; count: number; ms: number }, { forged: number; cut: boolean }]
  readonly chain: [{ peer: string }, { height: number }]
  readonly known: [object, { ids: readonly string[] }]
  readonly status: [object, PeerStatus]
}

type Document = Readonly<Record<string, unknown>>

export class ForeignPeer {
  readonly name: string
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #waiting = new Map<number, (answer: Document) => void>()
  readonly #ready: Promise<Document>
  #id = 0
  #peerId = ''
  #address = ''

  private constructor(name: string, binary: string, args: readonly string[]) {
    this.name = name
    this.#child = spawn(binary, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#ready = new Promise((resolve, reject) => {
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        const document = JSON.parse(line) as Document
        if (document['event'] === 'ready') resolve(document)
        if (document['event'] === 'failed') reject(new Error(`${name}: ${String(document['error'])}`))
        const id = document['id'] as number
        this.#waiting.get(id)?.(document)
        this.#waiting.delete(id)
      })
      this.#child.on('error', reject)
      this.#child.on('exit', (code) => {
        reject(new Error(`${name} ended with code ${code ?? 'none'}`))
        for (const answer of this.#waiting.values()) answer({ error: 'its process has ended' })
      })
    })
    // Nobody may be waiting for it any more.
    this.#ready.catch(() => undefined)
    // Its process may have ended.
    this.#child.stdin.on('error', () => undefined)
  }

  /** Starts `binary` on the network of `networkFile`; rejects where it does not come up. */
  static async start(
    name: string,
    binary: string,
    networkFile: string,
    flags: { before?: readonly string[]; after?: readonly string[] } = {},
  ): Promise<ForeignPeer> {
    const peer = new ForeignPeer(name, binary, [...(flags.before ?? []), networkFile, name, ...(flags.after ?? [])])
    const ready = await peer.#ready
    peer.#peerId = String(ready['peer'])
    peer.#address = String(ready['address'])
    return peer
  }

  get peerId(): string {
    return this.#peerId
  }

  get address(): string {
    return this.#address
  }

  /** Rejects with what the peer says went wrong, or when it does not answer. */
  async ask<C extends keyof Commands>(
    command: C,
    given: Commands[C][0],
    answerMsMax = ANSWER_MS_MAX,
  ): Promise<Commands[C][1]> {
    const id = ++this.#id
    let timer: NodeJS.Timeout | undefined
    const answer = await new Promise<Document>((resolve) => {
      this.#waiting.set(id, resolve)
      timer = setTimeout(() => resolve({ error: `no answer within ${answerMsMax} ms` }), answerMsMax)
      this.#child.stdin.write(`${JSON.stringify({ id, do: command, ...given })}\n`)
    })
    clearTimeout(timer)
    if (answer['error'] !== undefined) throw new Error(`${this.name}, ${command}: ${JSON.stringify(answer['error'])}`)
    return answer
  }

  stop(): void {
    this.#child.kill()
  }
}
