/** A switch as a network namespace, and machines on it, each with a node. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { killWhole } from '../../../test/toolkit/command/shell-node.ts'
import { DIALLED, type Machine } from './machines.ts'

const PROGRAM = fileURLToPath(new URL('../../hearsay.js', import.meta.url))
const PREFIX = `hsd${process.pid}`
const API = '127.0.0.1:4600'

export class Switch {
  readonly #root: string
  readonly #nodes: ChildProcess[] = []
  readonly #namespaces: string[] = []
  #links = 0

  /** Why this machine can't have one; null where it can. */
  static obstacle(): string | null {
    if (process.getuid?.() !== 0) return 'it needs root, for network namespaces'
    for (const tool of ['ip', 'nft'])
      if (spawnSync(tool, ['-V']).error !== undefined) return `it needs ${tool} (Debian packages iproute2 and nftables)`
    return null
  }

  /** @param root holds `network.json` */
  constructor(root: string) {
    this.#root = root
    this.#namespace('switch')
    this.#within('switch', 'ip link add br0 type bridge; ip link set br0 up')
  }

  add(machine: Machine): void {
    const { name, number, isBehind = false, spoilt = [] } = machine
    this.#namespace(name)
    const address = `10.77.0.${number}/24`
    if (isBehind) {
      const router = `${name}-router`
      this.#namespace(router)
      this.#plug(router, address)
      const inside = this.#cable(name, router)
      this.#within(
        router,
        `ip addr add 192.168.77.1/24 dev ${inside.there}; ip link set ${inside.there} up; sysctl -qw net.ipv4.ip_forward=1`,
      )
      this.#within(
        router,
        "nft 'add table ip n; add chain ip n p { type nat hook postrouting priority 100; }; add rule ip n p ip saddr 192.168.77.0/24 masquerade'",
      )
      this.#within(
        name,
        `ip addr add 192.168.77.2/24 dev ${inside.here}; ip link set ${inside.here} up; ip route add default via 192.168.77.1`,
      )
    } else this.#plug(name, address)
    for (const command of spoilt) this.#within(name, command)
    this.#start(machine)
  }

  doctor(name: string): { readonly code: number | null; readonly text: string } {
    const cookie = join(this.#root, name, '.cookie')
    const args = ['doctor', '--api', `http://${API}`, '--token-file', cookie]
    const { status, stdout, stderr } = spawnSync('ip', this.#inside(name, process.execPath, PROGRAM, ...args), {
      encoding: 'utf8',
    })
    return { code: status, text: `${stdout}${stderr}` }
  }

  async close(): Promise<void> {
    for (const node of this.#nodes) await killWhole(node)
    for (const namespace of this.#namespaces) spawnSync('ip', ['netns', 'del', namespace])
  }

  #start({ name, number, flags = [] }: Machine): void {
    const bootstrap = DIALLED.filter((other) => other !== number).flatMap((other) => [
      '--bootstrap',
      `/ip4/10.77.0.${other}/tcp/4601`,
    ])
    const run = [
      'node',
      'run',
      '--network',
      'network.json',
      '--profile',
      'dev',
      '--name',
      name,
      '--data-dir',
      name,
      '--log-level',
      'error',
    ]
    const node = [process.execPath, ...flags, PROGRAM, ...run, '--api', API, ...bootstrap]
    this.#nodes.push(spawn('ip', this.#inside(name, ...node), { cwd: this.#root, stdio: 'ignore' }))
  }

  #namespace(name: string): void {
    const namespace = `${PREFIX}-${name}`
    execFileSync('ip', ['netns', 'add', namespace])
    this.#namespaces.push(namespace)
    this.#within(name, 'ip link set lo up')
  }

  #plug(name: string, address: string): void {
    const { here, there } = this.#cable(name, 'switch')
    this.#within('switch', `ip link set ${there} master br0; ip link set ${there} up`)
    this.#within(name, `ip addr add ${address} dev ${here}; ip link set ${here} up`)
  }

  /** A pair of interfaces, one in each. */
  #cable(name: string, other: string): { readonly here: string; readonly there: string } {
    const [here, there] = [`v${++this.#links}`, `w${this.#links}`]
    this.#within(name, `ip link add ${here} type veth peer name ${there} netns ${PREFIX}-${other}`)
    return { here, there }
  }

  #within(name: string, command: string): void {
    execFileSync('ip', this.#inside(name, 'sh', '-ec', command), { stdio: ['ignore', 'ignore', 'inherit'] })
  }

  #inside(name: string, ...words: readonly string[]): readonly string[] {
    return ['netns', 'exec', `${PREFIX}-${name}`, ...words]
  }
}
