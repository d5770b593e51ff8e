import type { SavedRead } from '../../../testnet/resume-file.ts'
import { isSupervised, readManifest } from '../../home/testnet-home.ts'
import { realHome } from '../../home/trusted-file.ts'
import { defineCommand } from '../command.ts'
import { homeOf } from '../discovery.ts'
import { knownHomes } from '../homes-file.ts'
import { durationText, tableText } from '../table-text.ts'

/** `abandoned`: its supervisor was killed, and nobody has cleared away what it left. */
type State = 'running' | 'down' | 'abandoned' | 'distrusted'

interface Row {
  readonly home: string
  readonly state: State
  readonly network: string | null
  readonly nodes: number | null
  /** ms since the Unix epoch. */
  readonly createdAt: number | null
  readonly supervisorPid: number | null
}

export const command = defineCommand({
  details:
    'All homes in which you started one with `testnet up` and that still have it, the newest first, and the home of this folder. Those that are down come back with `testnet up --resume --home HOME`.',
  args: [],
  options: {},
  examples: [['testnet list', 'what runs, what is down, and where']],
  without: ['api', 'token-file'],
  async run(context) {
    const { env, shared, terminal } = context
    const { readSaved } = await import('../../../testnet/resume-file.ts')
    const homes = new Set([realHome(homeOf(context)), ...knownHomes(env).map(realHome)])
    const testnets = [...homes].flatMap((home) => rowOf(home, readSaved) ?? [])
    if (shared.json) terminal.document({ v: 1, testnets })
    else if (testnets.length === 0) terminal.note('no testnets: `hearsay testnet up` starts one')
    else
      terminal.out(
        tableText(
          [
            { title: 'STATE' },
            { title: 'NODES', align: 'right' },
            { title: 'NETWORK' },
            { title: 'BEGAN' },
            { title: 'HOME' },
          ],
          testnets.map(({ state, nodes, network, createdAt, home }) => [
            state,
            nodes === null ? '' : String(nodes),
            network ?? '',
            createdAt === null ? '' : `${durationText(Date.now() - createdAt)} ago`,
            home,
          ]),
        ),
      )
    return 'done'
  },
})

/** What a home has; null where it has no network. Read only: nothing is cleared away. */
function rowOf(home: string, readSaved: (home: string) => SavedRead): Row | null {
  const read = readManifest(home)
  if (read.kind === 'found') {
    const { network, nodes, createdAt, supervisor } = read.manifest
    const isRunning = isSupervised(read.manifest)
    const supervisorPid = isRunning ? supervisor.pid : null
    return { home, state: isRunning ? 'running' : 'abandoned', network, nodes: nodes.length, createdAt, supervisorPid }
  }
  const saved = read.kind === 'none' ? readSaved(home) : read
  if (saved.kind === 'distrusted')
    return { home, state: 'distrusted', network: null, nodes: null, createdAt: null, supervisorPid: null }
  if (saved.kind === 'none') return null
  const { network, nodes, createdAt } = saved.saved
  return { home, state: 'down', network, nodes: nodes.length, createdAt, supervisorPid: null }
}
