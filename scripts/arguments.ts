/**
 * Arguments of the scripts behind `npm run`: `--help` says what there is, and what is not understood is one sentence
 * and the usage.
 */
import { parseArgs, type ParseArgsConfig } from 'node:util'

/** What was understood, or what to print and the exit code to end with. */
export type Understood<T> =
  { readonly ok: true; readonly parsed: T } | { readonly ok: false; readonly text: string; readonly exitCode: 0 | 2 }

/**
 * @param usage begins with `usage: npm run NAME`
 * @param config as of `parseArgs`; an option whose default is a whole number takes whole numbers only
 */
export function understand<const C extends ParseArgsConfig>(
  usage: string,
  config: C,
  args: readonly string[],
): Understood<ReturnType<typeof parseArgs<C>>> {
  if (args.includes('--help') || args.includes('-h')) return { ok: false, text: usage, exitCode: 0 }
  const wrong = (what: string) => ({ ok: false, text: `${what}\n${usage}`, exitCode: 2 }) as const
  try {
    const parsed = parseArgs({ ...config, args: [...args] })
    const values = parsed.values as Readonly<Record<string, unknown>>
    for (const [name, option] of Object.entries(config.options ?? {})) {
      const value = values[name]
      const isNumber = typeof option.default === 'string' && /^\d+$/.test(option.default)
      if (isNumber && !/^\d{1,15}$/.test(String(value)))
        return wrong(`--${name} must be a whole number, not "${String(value)}"`)
    }
    return { ok: true, parsed: parsed as ReturnType<typeof parseArgs<C>> }
  } catch (error) {
    // Node's own first sentence says which option it is.
    const [what = 'the arguments are not understood'] = error instanceof Error ? error.message.split('. ') : []
    return wrong(what)
  }
}

/** The same for this process; where nothing can be run it prints and ends. */
export function scriptArguments<const C extends ParseArgsConfig>(
  usage: string,
  config: C,
): ReturnType<typeof parseArgs<C>> {
  const understood = understand(usage, config, process.argv.slice(2))
  if (understood.ok) return understood.parsed
  if (understood.exitCode === 0) console.log(understood.text)
  else console.error(understood.text)
  process.exit(understood.exitCode)
}
