/**
 * Machines as network namespaces, each with an address of its own on one switch (a bridge in a namespace of its own).
 * It promises real sockets between them, links that go down, and that nothing is left of it; not that clocks, disks or
 * processors are theirs alone. Needs root, ip and nft, and the built command.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess, type StdioOptions } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { killWhole } from '../command/shell-node.ts'

const PROGRAM = fileURLToPath(new URL('../../../scripts/hearsay.js', import.meta.url))
/** All that a machine refuses that it did not ask for: a firewall in one direction. */
export const CLOSED =
  "nft 'add table ip f; add chain ip f i { type filter hook input priority 0; }; add rule ip f i ct state new iif != lo drop'"
/** A module that a process begins with whose clock is a minute ahead. */
export const MINUTE_AHEAD = 'data:text/javascript,const now=Date.now;Date.now=()=>now()+60000'

export interface Command {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Flags of Node itself. */
  readonly flags?: readonly string[]
  readonly input?: string
}

export interface Told {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export class Switch {
  readonly #prefix: string
  readonly #running: ChildProcess[] = []
  readonly #namespaces: string[] = []
  /** The end on the switch of each machine's cable. */
  readonly #ports = new Map<string, string>()
  #links = 0

  /** Why this machine can't have one; null where it can. */
  static obstacle(): string | null {
    if (process.getuid?.() !== 0) return 'it needs root, for network namespaces'
    for (const tool of ['ip', 'nft'])
      if (spawnSync(tool, ['-V']).error !== undefined) return `it needs ${tool} (Debian packages iproute2 and nftables)`
    return null
  }

  /** @param prefix of the namespaces' names, a few letters */
  constructor(prefix: string) {
    this.#prefix = `${prefix}${process.pid}`
    // Namespaces outlive whoever made them.
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => void this.close().finally(() => process.exit(1)))
    this.#namespace('switch')
    this.within('switch', 'ip link add br0 type bridge; ip link set br0 up')
  }

  /** The address of the machine with this number. */
  static addressOf(number: number): string {
    return `10.77.0.${number}`
  }

  /** A machine on the switch. */
  add(name: string, number: number): void {
    this.#namespace(name)
    this.#plug(name, number)
  }

  /** A machine behind a router that translates addresses: the router has the number. */
  addBehindRouter(name: string, number: number): void {
    const router = `${name}-router`
    this.#namespace(name)
    this.#namespace(router)
    this.#plug(router, number)
    const inside = this.#cable(name, router)
    this.within(
      router,
      `ip addr add 192.168.77.1/24 dev ${inside.there}; ip link set ${inside.there} up; sysctl -qw net.ipv4.ip_forward=1`,
    )
    this.within(
      router,
      "nft 'add table ip n; add chain ip n p { type nat hook postrouting priority 100; }; add rule ip n p ip saddr 192.168.77.0/24 masquerade'",
    )
    this.within(
      name,
      `ip addr add 192.168.77.2/24 dev ${inside.here}; ip link set ${inside.here} up; ip route add default via 192.168.77.1`,
    )
  }

  /** Pulls a machine's cable, or puts it in again. */
  connect(name: string, isUp: boolean): void {
    this.within('switch', `ip link set ${this.#ports.get(name) ?? ''} ${isUp ? 'up' : 'down'}`)
  }

  /** Runs a line of the shell on a machine, which must succeed. */
  within(name: string, line: string): void {
    execFileSync('ip', this.#inside(name, 'sh', '-ec', line), { stdio: ['ignore', 'ignore', 'inherit'] })
  }

  /** Runs a program of Node on a machine to its end. */
  async run(name: string, words: readonly string[], { cwd, env = {}, flags = [], input = '' }: Command): Promise<Told> {
    const child = this.#spawn(name, [process.execPath, ...flags, ...words], cwd, env, ['pipe', 'pipe', 'pipe'])
    let [stdout, stderr] = ['', '']
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    // A command that fails early does not read its input.
    child.stdin?.on('error', () => undefined).end(input)
    const code = await new Promise<number | null>((settle) => child.once('close', settle))
    return { code, stdout, stderr }
  }

  /** The same of the built command. */
  async hearsay(name: string, words: readonly string[], command: Command): Promise<Told> {
    return this.run(name, [PROGRAM, ...words], command)
  }

  /** Starts the built command on a machine; it ends with the switch. What it prints goes where `stdio` says. */
  start(name: string, words: readonly string[], command: Command, stdio: StdioOptions = 'ignore'): ChildProcess {
    const { cwd, env = {}, flags = [], input } = command
    const child = this.#spawn(name, [process.execPath, ...flags, PROGRAM, ...words], cwd, env, stdio)
    child.stdin?.on('error', () => undefined).end(input)
    this.#running.push(child)
    return child
  }

  async close(): Promise<void> {
    for (const child of this.#running) await killWhole(child)
    for (const namespace of this.#namespaces) spawnSync('ip', ['netns', 'del', namespace])
  }

  #spawn(
    name: string,
    words: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>>,
    stdio: StdioOptions,
  ): ChildProcess {
    return spawn('ip', this.#inside(name, ...words), { cwd, env: { PATH: process.env.PATH ?? '', ...env }, stdio })
  }

  #namespace(name: string): void {
    const namespace = `${this.#prefix}-${name}`
    execFileSync('ip', ['netns', 'add', namespace])
    this.#namespaces.push(namespace)
    this.within(name, 'ip link set lo up')
  }

  #plug(name: string, number: number): void {
    const { here, there } = this.#cable(name, 'switch')
    this.#ports.set(name, there)
    this.within('switch', `ip link set ${there} master br0; ip link set ${there} up`)
    this.within(name, `ip addr add ${Switch.addressOf(number)}/24 dev ${here}; ip link set ${here} up`)
  }

  /** A pair of interfaces, one in each. */
  #cable(name: string, other: string): { readonly here: string; readonly there: string } {
    const [here, there] = [`v${++this.#links}`, `w${this.#links}`]
    this.within(name, `ip link add ${here} type veth peer name ${there} netns ${this.#prefix}-${other}`)
    return { here, there }
  }

  #inside(name: string, ...words: readonly string[]): readonly string[] {
    return ['netns', 'exec', `${this.#prefix}-${name}`, ...words]
  }
}
