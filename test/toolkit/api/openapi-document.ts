/** The API's document without a node: what is described never asks one. */
import { openHttpApi } from '../../../src/adapters/http/open-http-api.ts'
import type { NodeControl } from '../../../src/ports/control.ts'

/** What GET /openapi.json of this version answers. */
export async function apiDocument(version: string): Promise<object> {
  const opened = await openHttpApi({
    control: {} as NodeControl,
    listen: '127.0.0.1:0',
    token: 'x'.repeat(64),
    hosts: [],
    dev: true,
    version,
    parseAccount: () => null,
    monotonicMs: () => performance.now(),
  })
  if (!opened.ok) throw new Error(opened.message)
  try {
    return (await (await fetch(`${opened.api.url}/openapi.json`)).json()) as object
  } finally {
    await opened.api.close()
  }
}
