// `npm run clients [-- NAME…]`: clients of the API that others make. Generates a client with each generator, compiles
// it, and reads and writes with it against a network of real processes; then schemathesis asks a node what the document
// does not say. Needs Java, Go, Python and Rust, and says what it lacks. Prints a table; exit code 1 where something
// failed, 2 for a name that is not known.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../../src/client/connect.ts'
import { scriptArguments } from '../arguments.ts'
import { bundle } from '../bundle.ts'
import { makeDocuments } from './clients/documents.ts'
import { run, tryClient, type ClientResult } from './clients/make-clients.ts'
import { OPENAPI_GENERATOR, OPENAPI_PYTHON_CLIENT, PLANS } from './clients/plans.ts'
import { SCHEMATHESIS, trySchemathesis } from './clients/schemathesis.ts'
import { LiveNetwork } from '../../test/toolkit/processes/live-network.ts'

const { positionals: wanted } = scriptArguments(
  'usage: npm run clients -- [NAME…]: clients of the API that other generators make',
  {
    allowPositionals: true,
  },
)
const known = [...PLANS.map(({ name }) => name), 'schemathesis']
const unknown = wanted.filter((word) => !known.some((name) => name.includes(word)))
if (unknown.length > 0) {
  console.error(`no client is called ${unknown.join(' or ')}; there are: ${known.join(', ')}`)
  process.exit(2)
}
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.some((word) => name.includes(word))

bundle()
const folder = mkdtempSync(join(tmpdir(), 'hearsay-clients-'))
const network = new LiveNetwork('clients')
const results: ClientResult[] = []
try {
  await network.within({ count: 3, seed: 17 }, async () => {
    const [node] = await network.nodes()
    if (node === undefined) throw new Error('the network has no node')
    const token = readFileSync(join(network.home, 'nodes', node.name, 'data', '.cookie'), 'utf8').trim()
    const client = connect(node.apiUrl)
    const document = await client.openapi()
    if (!document.ok) throw new Error('the node gives no document')
    writeFileSync(join(folder, 'openapi.json'), JSON.stringify(document.value, null, 2))
    const documents = makeDocuments(network.home, client)
    const target = {
      url: node.apiUrl,
      token,
      peerId: node.peerId,
      transaction: async () => {
        const { id, document: transaction } = await documents.next()
        const file = join(folder, `${id}.json`)
        writeFileSync(file, JSON.stringify(transaction))
        return { file, id }
      },
    }
    const tools = [
      `openapi-generator-cli==${OPENAPI_GENERATOR}`,
      `openapi-python-client==${OPENAPI_PYTHON_CLIENT}`,
      `schemathesis==${SCHEMATHESIS}`,
    ]
    await run({ command: 'python3', args: ['-m', 'venv', 'tools'] }, folder)
    const installed = await run({ command: 'tools/bin/pip', args: ['install', '--quiet', ...tools] }, folder)
    if (installed.code !== 0) throw new Error(`the tools of PyPI cannot be installed: ${installed.output}`)
    const say = (result: ClientResult): void => {
      results.push(result)
      console.log(
        `${result.ok ? 'ok    ' : 'FAILED'} ${result.client} (${result.versions})${result.note === '' ? '' : `: ${result.note}`}`,
      )
    }
    for (const plan of PLANS) if (isWanted(plan.name)) say(await tryClient(plan, folder, target))
    if (isWanted('schemathesis')) say(await trySchemathesis(folder, target))
    client.close()
  })
} finally {
  // Go marks the files of modules as read-only; its cache is elsewhere.
  rmSync(folder, { recursive: true, force: true })
}
const failed = results.filter(({ ok }) => !ok)
console.log(`${results.length - failed.length} of ${results.length} clients read and wrote`)
if (failed.length > 0) process.exitCode = 1
