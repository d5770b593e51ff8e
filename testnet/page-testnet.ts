/** The page of a running testnet: what its supervisor observes, and its supervisor's commands. */
import type { Command, Outcome } from './control.ts'
import { PageActions } from './page-actions.ts'
import { openPageServer, type PageServer } from './page-server.ts'
import type { Observation } from './record.ts'

export async function openTestnetPage(
  observation: Observation,
  carryOut: (command: Command, request: Readonly<Record<string, unknown>>) => Promise<Outcome<unknown>>,
  port: number | null,
): Promise<PageServer> {
  const actions = new PageActions({ manifest: () => observation.manifest, carryOut })
  const server = await openPageServer(
    {
      network: () => observation.network(),
      open: () => observation.open(),
      act: (action, request) => actions.act(action, request),
    },
    port,
  )
  return {
    url: server.url,
    close: () => {
      actions.close()
      return server.close()
    },
  }
}
