/** Builds the peers of other makes with the toolchains that are there, and says which are not. */
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const MAKES = ['go', 'rust'] as const
export type Make = (typeof MAKES)[number]

/** The peer that takes commands, or the bare relay of `npm run bench -- peers`. */
export type Program = 'peer' | 'bench'

export type Binaries = Readonly<Partial<Record<Make, string>>>

interface Toolchain {
  readonly command: string
  readonly version: readonly string[]
  /** What to do where it is not there. */
  readonly hint: string
  readonly build: (
    folder: string,
    program: Program,
  ) => { args: readonly string[]; environment: NodeJS.ProcessEnv; binary: string }
}

/** Kept between runs: a first build of rust-libp2p takes minutes, a second one seconds. */
const RUST_TARGET = process.env['CARGO_TARGET_DIR'] ?? join(tmpdir(), 'hearsay-interop-rust')

const TOOLCHAINS: Readonly<Record<Make, Toolchain>> = {
  go: {
    command: 'go',
    version: ['version'],
    hint: 'Debian: apt install golang, or https://go.dev/dl',
    build: (folder, program) => ({
      args: ['build', '-o', join(folder, `go-${program}`), program === 'peer' ? '.' : './bench'],
      environment: {},
      binary: join(folder, `go-${program}`),
    }),
  },
  rust: {
    command: 'cargo',
    version: ['--version'],
    hint: 'https://rustup.rs, or Debian: apt install cargo',
    build: (_, program) => {
      const name = program === 'peer' ? 'hearsay-interop-peer' : 'hearsay-bench-peer'
      return {
        args: ['build', '--release', '--locked', '--quiet', '--bin', name],
        environment: { CARGO_TARGET_DIR: RUST_TARGET },
        binary: join(RUST_TARGET, 'release', name),
      }
    },
  },
}

/**
 * @param folder for what is not kept
 * @param say takes lines about what goes on
 */
export function buildPeers(
  folder: string,
  wanted: readonly Make[],
  say: (text: string) => void,
  program: Program = 'peer',
): Binaries {
  const binaries: Partial<Record<Make, string>> = {}
  for (const make of wanted) {
    const { command, version, hint, build } = TOOLCHAINS[make]
    const found = spawnSync(command, version, { encoding: 'utf8' })
    if (found.status !== 0) {
      say(`${command} is not installed: nothing is tried with what is in test/interop/${make} (${hint})`)
      continue
    }
    say(
      `building the peer in test/interop/${make} with ${found.stdout.trim()}${make === 'rust' ? ' (minutes, the first time)' : ''} …`,
    )
    const { args, environment, binary } = build(folder, program)
    const cwd = fileURLToPath(new URL(`../../interop/${make}`, import.meta.url))
    const built = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, ...environment } })
    if (built.status !== 0) throw new Error(`the peer in test/interop/${make} does not build: ${built.stderr}`)
    binaries[make] = binary
  }
  return binaries
}
