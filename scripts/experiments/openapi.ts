// `npm run openapi`: writes the types of the API's document for the client. `npm run openapi -- FILE` writes the
// document itself.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { scriptArguments } from '../arguments.ts'
import { VERSION } from '../../src/node/version.ts'
import { apiDocument } from '../../test/toolkit/api/openapi-document.ts'
import { apiTypes } from '../../test/toolkit/api/api-types.ts'

const { positionals } = scriptArguments(
  'usage: npm run openapi -- [FILE]: writes the types of the API for the client, or the document itself to FILE',
  {
    allowPositionals: true,
  },
)
const [file] = positionals
const document = await apiDocument(VERSION)
if (file === undefined) {
  const types = fileURLToPath(new URL('../../src/client/api-types.ts', import.meta.url))
  writeFileSync(types, await apiTypes(document, types))
} else writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`)
