/** What a user sees when a testnet is up: where everything is, and last what to type next. */
import type { SavedNetwork } from '../../testnet/resume-file.ts'
import type { Manifest } from '../home/manifest.ts'
import { networkKindOf, encodeAddress } from '../domain/address.ts'
import type { Context } from './context.ts'
import { fieldsText } from './table-text.ts'
import type { Styled } from './terminal.ts'

/** Nodes listed by their URLs; the others are in `testnet status`. */
const NODES_LISTED = 10
/** Accounts listed: enough for every example. */
const ACCOUNTS_LISTED = 4

/** Presets that --preset knows; test/unit/cli has that they are all of testnet/presets. */
export const PRESET_NAMES = [
  'small-3',
  'small-5',
  'small-10',
  'small-20',
  'line-10',
  'star-10',
  'continent-10',
] as const

/** `1 node`, `10 nodes` */
export function nodesText(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`
}

/** The network as one JSON document. */
export async function upDocument(
  manifest: Manifest,
  {
    replaced,
    resumed,
    elapsedMs,
  }: { readonly replaced: SavedNetwork | 'unknown' | null; readonly resumed: boolean; readonly elapsedMs: number },
): Promise<object> {
  return {
    v: 1,
    home: manifest.home,
    network: manifest.network,
    networkId: manifest.networkId,
    networkFile: manifest.networkFile,
    seed: manifest.seed,
    elapsedMs,
    resumed,
    replaced:
      replaced === null
        ? null
        : replaced === 'unknown'
          ? { network: null, nodes: null, createdAt: null }
          : { network: replaced.network, nodes: replaced.nodes.length, createdAt: replaced.createdAt },
    supervisorPid: manifest.supervisor.pid,
    pageUrl: manifest.supervisor.pageUrl ?? null,
    nodes: manifest.nodes.map(({ name, peerId, pid, apiUrl, state }) => ({ name, peerId, pid, apiUrl, state })),
    accounts: await accountsOf(manifest),
  }
}

/** The network as text. */
export async function upText(
  context: Context,
  manifest: Manifest,
  elapsedMs: number,
): Promise<readonly (string | Styled)[]> {
  const { shared, env } = context
  const title = (text: string): Styled => ({ style: 'bold', text })
  const { nodes } = manifest
  const more = nodes.length - NODES_LISTED
  const accounts = (await accountsOf(manifest)).slice(0, ACCOUNTS_LISTED)
  // What the user typed first: under npm the command is not on the PATH.
  const program = env.npm_execpath === undefined ? 'hearsay' : 'npx hearsay'
  const home = shared.home === undefined ? '' : ` --home ${shared.home}`
  return [
    title(`${nodes.length} nodes ready in ${(elapsedMs / 1_000).toFixed(1)} s`),
    fieldsText([
      ['  network', `${manifest.network}  (seed ${manifest.seed})`],
      ['  home', manifest.home],
      ...(manifest.supervisor.pageUrl === undefined ? [] : [['  page', manifest.supervisor.pageUrl] as const]),
    ]),
    '',
    title('Nodes'),
    ...indented(nodes.slice(0, NODES_LISTED).map(({ name, apiUrl }) => [name, apiUrl])),
    ...(more > 0 ? [`  and ${more} more: ${program} testnet status${home}`] : []),
    '',
    title('Accounts (their keys are public: for this network only)'),
    ...indented(accounts.map(({ name, address }) => [name, address])),
    '',
    title('Try next'),
    `  ${program} tx send --from alice --to bob --amount 5 --watch${home}`,
    `  ${program} testnet kill ${nodes.at(-1)?.name ?? 'node-0'}${home}`,
    `  ${program} testnet status${home}`,
  ]
}

async function accountsOf(manifest: Manifest): Promise<readonly { readonly name: string; readonly address: string }[]> {
  const { DEV_ACCOUNT_NAMES, devAccount } = await import('../wallet/dev-accounts.ts')
  return DEV_ACCOUNT_NAMES.flatMap((name) => {
    const account = devAccount(name, manifest.network)
    return account.ok ? [{ name, address: encodeAddress(account.keys.publicKey, networkKindOf(manifest.network)) }] : []
  })
}

function indented(fields: readonly (readonly [string, string])[]): readonly string[] {
  return fields.length === 0
    ? []
    : fieldsText(fields)
        .split('\n')
        .map((line) => `  ${line}`)
}
