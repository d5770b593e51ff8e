import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { defineCommand, required } from '../command.ts'
import { emptyFolder } from '../empty-folder.ts'
import { readText } from '../parse.ts'

export const command = defineCommand({
  details:
    'For who writes a hearsay peer in another language: transactions, blocks, records, hellos, requests and comparisons as JSON, each with the steps from its fields to its bytes. The same on every machine.',
  args: [],
  options: { out: required('--out <dir>', 'a folder that is new or empty', readText) },
  examples: [['vectors --out vectors', 'writes the files and a README into ./vectors']],
  without: ['api', 'token-file', 'home'],
  async run({ cwd, shared, terminal }, { options }) {
    const folder = resolve(cwd, options.out)
    const [{ vectorFiles, KIT_README, KIT_VERSION }, { devValidator }] = await Promise.all([
      import('../../vectors/kit.ts'),
      import('../../../testnet/dev-network.ts'),
    ])
    const files = new Map<string, string>([
      ...[...vectorFiles([devValidator(0), devValidator(1)])].map(
        ([name, file]) => [name, `${JSON.stringify(file, null, 2)}\n`] as const,
      ),
      ['README.md', KIT_README],
    ])
    await emptyFolder(folder, options.out)
    for (const [name, text] of files) await writeFile(join(folder, name), text, { flag: 'wx' })
    if (shared.json) terminal.document({ v: 1, folder: options.out, version: KIT_VERSION, files: [...files.keys()] })
    else terminal.out(`${files.size} files in ${options.out}, version ${KIT_VERSION} of the kit; begin with README.md`)
    return 'done'
  },
})
