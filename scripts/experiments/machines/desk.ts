/**
 * What somebody does who sits at one of the machines: hands in transactions, or looks which of them its nodes know. Run
 * within its namespace: `desk.ts send API TOKEN-FILE NETWORK-FILE FIRST COUNT` prints the ids that were acknowledged,
 * `desk.ts look MS API…` reads ids from stdin and prints how many of them each node lacks, at the latest after so long.
 */
import { readFileSync } from 'node:fs'
import { connect } from '../../../src/client/connect.ts'
import { parseNetwork } from '../../../src/domain/params.ts'
import { until } from '../../../testnet/until.ts'
import { readNamedToken } from '../../../src/home/token-file.ts'
import { transactionOf } from '../../../test/toolkit/processes/funded-network.ts'
import { PAYERS } from './payers.ts'

const [task, ...words] = process.argv.slice(2)
if (task === 'send') await send(words)
else await look(words)

async function send([api = '', tokenFile = '', file = '', first = '0', count = '0']: readonly string[]): Promise<void> {
  const network = parseNetwork(JSON.parse(readFileSync(file, 'utf8')))
  if (!network.ok) throw new Error(network.message)
  const client = connect(api, { token: () => readNamedToken(tokenFile) })
  const ids: string[] = []
  for (let number = Number(first); number < Number(first) + Number(count); number++) {
    const nonce = Math.floor(number / PAYERS)
    const outcome = await client.submit(transactionOf(network.params, number % PAYERS, nonce))
    if (!outcome.ok) throw new Error(JSON.stringify(outcome))
    ids.push(outcome.value.id)
  }
  client.close()
  process.stdout.write(`${JSON.stringify(ids)}\n`)
}

async function look([forMs = '0', ...apis]: readonly string[]): Promise<void> {
  const ids = JSON.parse(readFileSync(0, 'utf8')) as string[]
  const wanted = apis.map((api) => ({ client: connect(api, { token: () => null }), ids }))
  await until(
    async () => {
      for (const each of wanted) {
        const found = await Promise.all(each.ids.map((id) => each.client.transaction(id)))
        each.ids = each.ids.filter((_, index) => found[index]?.ok !== true)
      }
      return wanted.every(({ ids: left }) => left.length === 0)
    },
    { timeoutMs: Number(forMs), everyMs: 100 },
  )
  for (const { client } of wanted) client.close()
  process.stdout.write(`${JSON.stringify(wanted.map(({ ids: left }) => left.length))}\n`)
}
