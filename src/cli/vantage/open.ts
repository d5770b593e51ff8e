/** From where a command looks at the network: what its target is part of. */
import type { Context } from '../context.ts'
import { connect } from '../../client/connect.ts'
import { DEFAULT_SOURCE, findTarget, runningTestnet, type Target } from '../discovery.ts'
import { listedVantage } from './listed.ts'
import { oneNodeVantage } from './one-node.ts'
import { testnetVantage } from './testnet.ts'
import type { Vantage } from './vantage.ts'

/** @param target what the command talks to, where it has found that already */
export function openVantage(context: Context, target: Target = findTarget(context)): Vantage {
  if (target.manifest !== null) return testnetVantage(context, target.manifest)
  return target.listed === undefined ? oneNodeVantage(context, target) : listedVantage(context, target.listed)
}

/**
 * The same for a command that is about a whole network: where none is named and nobody answers, a testnet was meant.
 */
export async function openNetwork(context: Context, target: Target = findTarget(context)): Promise<Vantage> {
  if (target.source === DEFAULT_SOURCE) {
    const client = connect(target.apiUrl)
    const answer = await client.identity()
    client.close()
    if (!answer.ok) runningTestnet(context)
  }
  return openVantage(context, target)
}
