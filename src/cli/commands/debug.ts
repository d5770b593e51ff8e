import { openSync, writeFileSync, closeSync } from 'node:fs'
import { resolve } from 'node:path'
import { openApi } from '../api.ts'
import { defineCommand, value } from '../command.ts'
import { withoutOthers } from '../debug-bundle.ts'
import { findTarget } from '../discovery.ts'
import { Failure, systemCode } from '../failure.ts'
import { readText } from '../parse.ts'
import { VERSION } from '../version.ts'

export const command = defineCommand({
  details:
    'One JSON file with status, limits, metrics, the last lines of the log and what doctor finds. Secrets, ids, and addresses and identities of others are left out;\nlook at it all the same before you give it away: the log has the names that peers give themselves.',
  args: [{ name: 'file', summary: 'the file to write; it must not be there yet' }],
  options: { node: value('--node <node>', 'a node of the testnet', readText) },
  examples: [['debug fault.json', 'of the node of this folder']],
  async run(context, { args: [file = ''], options }) {
    const { shared, terminal, cwd } = context
    const api = openApi(context, findTarget(context, options.node))
    const status = await api.status()
    const [doctor, limits, metrics, log] = [
      await api.doctor(),
      await api.limits(),
      await api.metrics(),
      await api.log(),
    ]
    const lines = log.lines.map((line) => JSON.parse(line) as unknown)
    const bundle = {
      v: 1,
      madeBy: VERSION,
      madeAt: new Date().toISOString(),
      status,
      doctor,
      limits,
      log: lines,
      metrics,
    }
    const own = [status.peerId, status.networkId, ...status.listen]
    const text = `${withoutOthers(JSON.stringify(bundle, null, 2), own)}\n`
    write(resolve(cwd, file), text)
    const bytes = Buffer.byteLength(text)
    if (shared.json) terminal.document({ v: 1, file, bytes })
    else terminal.out(`${file}: ${bytes} bytes; look at it before you give it away`)
    return 'done'
  },
})

function write(path: string, text: string): void {
  try {
    const descriptor = openSync(path, 'wx', 0o600)
    try {
      writeFileSync(descriptor, text)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    const code = systemCode(error)
    if (code === null) throw error
    const isThere = code === 'EEXIST'
    throw new Failure(
      'usage',
      'not-written',
      `${path} can't be written${isThere ? ': it is there already' : ` (${code})`}`,
      isThere ? 'name another file, or remove it' : 'name a file in a folder that you may write to',
    )
  }
}
