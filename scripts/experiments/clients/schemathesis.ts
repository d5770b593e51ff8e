/** schemathesis asks a running node all that its document says, and much that it does not say. */
import type { ClientResult, Target } from './make-clients.ts'
import { run } from './make-clients.ts'

export const SCHEMATHESIS = '4.32.5'

/** How long it may ask, s. */
const SECONDS = 90

export async function trySchemathesis(folder: string, target: Target): Promise<ClientResult> {
  const { code, output } = await run(
    {
      command: 'tools/bin/schemathesis',
      args: [
        ...['run', `${target.url}/openapi.json`, '--header', `Authorization: Bearer ${target.token}`],
        ...['--phases', 'examples,coverage,fuzzing', '--max-time', String(SECONDS), '--continue-on-failure'],
        // A schema says less than a checksum or the bytes of SSZ ask for: not all that fits it is valid.
        ...['--checks', 'all', '--exclude-checks', 'positive_data_acceptance'],
        // A stream has no end to wait for.
        ...['--exclude-path', '/v1/events', '--request-timeout', '10', '--generation-database', 'none'],
      ],
    },
    folder,
  )
  const summary = output.slice(output.lastIndexOf('SUMMARY')).trim()
  return {
    client: 'schemathesis',
    versions: `schemathesis ${SCHEMATHESIS}`,
    lacks: null,
    ok: code === 0,
    note: code === 0 ? (/(\d+) generated/.exec(summary)?.[0] ?? '') : output.slice(-6_000),
  }
}
