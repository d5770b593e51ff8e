/**
 * What holds for a whole process that runs nodes. Not for the library: a program that embeds a node decides for itself.
 */

/**
 * An error that nobody handled leaves the process in a state that nobody knows: it says so in one line and exits with
 * 1, for its supervisor to start it anew. And `__proto__` goes, as with `--disable-proto=delete`: what a stranger names
 * so is a plain key then (SECURITY.md A22).
 * @param say one line of JSON for the log
 */
export function guardProcess(say: (line: string) => void): void {
  Reflect.deleteProperty(Object.prototype, '__proto__')
  const end = (what: string) => (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    say(JSON.stringify({ level: 60, time: Date.now(), msg: `${what}: the process ends`, error: text }))
    process.exit(1)
  }
  process.on('uncaughtException', end('an error that nobody handled'))
  process.on('unhandledRejection', end('a rejection that nobody handled'))
}
