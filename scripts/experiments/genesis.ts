// `npm run genesis [-- --accounts N]`: one real node process on a network whose genesis has that many accounts (default
// 70,000): how long until it answers, how much memory it takes, and whether it knows the first and the last of them.
// Ends with 0 only when it does.
import { scriptArguments } from '../arguments.ts'
import { asAccountId } from '../../src/domain/ids.ts'
import { utf8 } from '../../src/lib/bytes.ts'
import { sha256Hex } from '../../src/lib/hash.ts'
import { devNetwork } from '../../testnet/dev-network.ts'
import { ProcessNetwork } from '../../test/toolkit/processes/process-network.ts'

const { values } = scriptArguments(
  'usage: npm run genesis -- [--accounts 70000]: starts a node of a network with that many accounts',
  { options: { accounts: { type: 'string', default: '70000' } } },
)
const count = Number(values.accounts)

if (count < 1) {
  console.error('--accounts must be 1 or more')
  process.exitCode = 2
} else process.exitCode = (await start(count)) ? 0 : 1

async function start(accounts: number): Promise<boolean> {
  const keys = Array.from({ length: accounts }, (_, index) => asAccountId(sha256Hex(utf8(`genesis ${index}`))))
  const network = new ProcessNetwork('genesis', {
    ...devNetwork({ genesisTimeMs: Date.now(), slotMs: 2_000, validators: 1, seed: 1 }),
    accounts: keys.map((key) => ({ key, balance: 1_000n })),
  })
  const node = await network.add('large', { profile: 'node', logLevel: 'info', validator: 0 })
  try {
    const readyMs = await node.start()
    const ends = await Promise.all([keys[0], keys.at(-1)].map((key) => node.client.account(key ?? '')))
    const known = ends.filter((account) => account.ok && account.value.balance === '1000').length
    console.log(
      JSON.stringify({ accounts, readyMs: Math.round(readyMs), rssMiB: Math.round(node.rss() / 1_048_576), known }),
    )
    return known === 2
  } finally {
    await network.close()
  }
}
