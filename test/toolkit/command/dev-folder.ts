/**
 * A folder from which the built command runs a node of a small development network: its network file, and the
 * arguments.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '../../../src/lib/bytes.ts'
import { devAccount } from '../../../src/wallet/dev-accounts.ts'

/**
 * `network.json` of a network on which alice has something to spend and nobody makes blocks. Its name begins with
 * `dev-`.
 */
export function writeNetwork(folder: string, name: string): void {
  const alice = devAccount('alice', name)
  if (!alice.ok) throw new Error(alice.reason)
  const accounts = [{ key: toHex(alice.keys.publicKey), balance: '1000000' }]
  const document = { name, genesisTime: 1_700_000_000_000, slotMs: 2_000, validators: [], accounts }
  writeFileSync(join(folder, 'network.json'), JSON.stringify(document))
}

/** `node run` on that file, on ports that the system chooses where `more` names none. */
export function nodeRun(more: readonly string[] = []): readonly string[] {
  const listen = more.includes('--listen') ? [] : ['--listen', '/ip4/127.0.0.1/tcp/0']
  const api = more.includes('--api') ? [] : ['--api', '127.0.0.1:0']
  return ['node', 'run', '--network', 'network.json', '--profile', 'dev', '--json', ...listen, ...api, ...more]
}
