/** What the demo shows: steps and checks on stderr as they come, with one live line where it is a terminal; the result on stdout. */

export class Screen {
  readonly #isLive = process.stderr.isTTY && process.env.TERM !== 'dumb'
  readonly #startedMs = performance.now()
  #isShown = false

  get elapsedMs(): number {
    return performance.now() - this.#startedMs
  }

  step(text: string): void {
    this.#write(`${(this.elapsedMs / 1_000).toFixed(1).padStart(5)} s  ${text}`)
  }

  live(text: string): void {
    if (!this.#isLive) return
    this.#isShown = true
    process.stderr.write(`\r\x1b[2K         ${text}`.slice(0, (process.stderr.columns || 80) + 4))
  }

  check(pass: boolean, name: string, detail: string): void {
    this.#write(`         ${pass ? '✓' : '✗'} ${name}: ${detail}`)
  }

  #write(line: string): void {
    if (this.#isShown) process.stderr.write('\r\x1b[2K')
    this.#isShown = false
    process.stderr.write(`${line}\n`)
  }
}
