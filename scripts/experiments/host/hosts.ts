/** The machines, each as words of a shell before the command, and what is to come of it. */
import type { Host } from './host.ts'
import { nameThatMoves } from './name-that-moves.ts'
import { waitingManager } from './waiting-manager.ts'

/** Runs words in new namespaces, then the command in their place. */
const inside = (namespaces: string, words: string): string =>
  `exec unshare ${namespaces} sh -c '${words}; exec "$0" "$@"'`

const group = (mebibytes: number): string =>
  [
    'for base in /sys/fs/cgroup/memory /sys/fs/cgroup; do group=$base/hearsay-host',
    'if [ ! -e $base/cgroup.procs ]; then continue; fi; mkdir -p $group',
    `for file in memory.max memory.limit_in_bytes; do if [ -e $group/$file ]; then echo ${mebibytes * 1_048_576} > $group/$file; fi; done`,
    'echo $$ > $group/cgroup.procs; break; done; exec',
  ].join('; ')

const LO = 'ip link set lo up'
const NO_IPV6 = `${LO}; sysctl -qw net.ipv6.conf.all.disable_ipv6=1`
const NO_IPV4 = `${LO}; ip addr del 127.0.0.1/8 dev lo`
const ONE_SENTENCE = /EADDRNOTAVAIL|not an address of this machine|no such address/

export const HOSTS: readonly Host[] = [
  { name: 'PID 1 of its namespace', shell: 'exec unshare --fork --pid --mount-proc --kill-child' },
  {
    name: 'a user without a name',
    shell: 'chown -R 54321:54321 .; exec setpriv --reuid 54321 --regid 54321 --clear-groups',
  },
  {
    name: 'a read-only root',
    shell: inside('--mount', 'mount --bind DATA DATA; mount -o remount,bind,ro /; ! touch /tmp/written 2>/dev/null'),
  },
  { name: 'no environment at all', shell: 'exec env -i' },
  { name: '256 open files', shell: 'ulimit -n 256; exec' },
  { name: '80 open files', shell: 'ulimit -n 80; exec', refusal: /may open 80 files/ },
  { name: 'no IPv6', shell: inside('--net', NO_IPV6) },
  {
    name: 'no IPv6, and told to listen there',
    shell: inside('--net', NO_IPV6),
    args: ['--listen', '/ip6/::1/tcp/0'],
    refusal: ONE_SENTENCE,
  },
  { name: 'IPv6 only', shell: inside('--net', NO_IPV4), args: ['--listen', '/ip6/::1/tcp/0', '--api', '[::1]:0'] },
  {
    name: 'IPv6 only, and told to listen on IPv4',
    shell: inside('--net', NO_IPV4),
    args: ['--api', '[::1]:0'],
    refusal: ONE_SENTENCE,
  },
  {
    name: 'several addresses',
    args: ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.2/tcp/0', '/ip6/::1/tcp/0'].flatMap((at) => ['--listen', at]),
    look: async (node) => {
      const identity = await fetch(`${node.api ?? ''}/v1/node/identity`)
      const { listen } = (await identity.json()) as { listen: readonly string[] }
      return listen.length === 3 ? null : `it listens on ${listen.join(' ')}`
    },
  },
  { name: '256 MiB in its control group', shell: group(256) },
  { name: '64 MiB in its control group', shell: group(64), refusal: /may take 64 MiB of memory/ },
  {
    name: 'a peer whose name comes to mean another address',
    beside: nameThatMoves,
    shell: inside('--mount', 'mount --bind hosts /etc/hosts'),
  },
  { name: 'a service manager that waits for it', beside: waitingManager },
]
