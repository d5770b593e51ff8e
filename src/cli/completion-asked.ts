/**
 * Words that completion scripts ask for, in the network and the keystore of the user. What can't be read has none:
 * nobody wants an error in a prompt.
 */
import { assertNever } from '../lib/assert.ts'
import { realHome } from '../home/trusted-file.ts'
import { keysDirectory } from './accounts.ts'
import type { CompletionKind, Context } from './context.ts'
import { homeOf, readTestnetManifest } from './discovery.ts'
import { Failure } from './failure.ts'

export async function askedWords(
  context: Pick<Context, 'shared' | 'env' | 'cwd'>,
  kind: CompletionKind,
): Promise<readonly string[]> {
  try {
    switch (kind) {
      case 'nodes':
        return readTestnetManifest(homeOf(context))?.nodes.map(({ name }) => name) ?? []
      case 'keys':
        return await keyNames(context)
      case 'accounts': {
        const { DEV_ACCOUNT_NAMES } = await import('../wallet/dev-accounts.ts')
        return [...(await keyNames(context)), ...DEV_ACCOUNT_NAMES]
      }
      case 'scenarios': {
        const { SHIPPED_NAMES } = await import('../scenario/library.ts')
        return SHIPPED_NAMES
      }
      case 'snapshots': {
        const { listSnapshots } = await import('../../testnet/snapshots.ts')
        return (await listSnapshots(realHome(homeOf(context)))).map(({ name }) => name)
      }
      default:
        return assertNever(kind)
    }
  } catch (error) {
    if (error instanceof Failure) return []
    throw error
  }
}

async function keyNames({ env }: Pick<Context, 'env'>): Promise<readonly string[]> {
  const { listKeys } = await import('../wallet/keystore.ts')
  const listed = await listKeys(keysDirectory(env))
  return listed.ok ? listed.entries.map(({ name }) => name) : []
}
