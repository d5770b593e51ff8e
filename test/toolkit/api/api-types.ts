import openapiTypescript, { astToString } from 'openapi-typescript'
import type { OpenAPI3 } from 'openapi-typescript'
import { format, resolveConfig } from 'prettier'

const HEADER = `/**
 * What openapi-typescript makes of the API's own document: the client asks by these, so that the document, the node and
 * the client cannot part. Made by \`npm run openapi\`; a test makes it again and compares.
 */
`

/** The types of a document, as the file of that `path` in this project. */
export async function apiTypes(document: object, path: string): Promise<string> {
  const text = astToString(await openapiTypescript(document as OpenAPI3, { silent: true, immutable: true }))
  return format(`${HEADER}${text}`, { ...(await resolveConfig(path)), parser: 'typescript' })
}
