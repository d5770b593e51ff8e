/** Which accounts of the network send to which node, with the nonces that the nodes have for them. */
import { connect, type Client } from '../../client/connect.ts'
import type { Outcome } from '../../client/outcome.ts'
import { asNetworkId } from '../../domain/ids.ts'
import { toHex } from '../../lib/bytes.ts'
import { devAccount } from '../../wallet/dev-accounts.ts'
import type { KeyPair } from '../../wallet/keys.ts'
import { apiFailure } from '../api.ts'
import type { Target } from '../discovery.ts'
import { usageFailure } from '../failure.ts'
import { ANSWER_MS_MAX } from './limits.ts'
import { LoadAccount } from './load-account.ts'

/**
 * A node that gets load, and the accounts whose transactions go to it: one account's nonces keep their order on one
 * path.
 */
export interface LoadLane {
  readonly name: string
  readonly client: Client
  readonly accounts: readonly LoadAccount[]
}

export interface LaneOptions {
  /** How many accounts. */
  readonly accounts: number
  /** Size of each signed transaction, bytes. */
  readonly size: number
  readonly fee: bigint
}

export interface Lanes {
  readonly network: string
  readonly lanes: readonly LoadLane[]
  close(): void
}

/** Deals the accounts out to the nodes. A node without an account gets nothing, and is left out. */
export async function openLanes(targets: readonly Target[], options: LaneOptions): Promise<Lanes> {
  const used = targets.slice(0, options.accounts).map((target) => ({
    target,
    client: connect(target.apiUrl, { timeoutMs: ANSWER_MS_MAX, token: target.token }),
  }))
  const close = (): void => {
    for (const { client } of used) client.close()
  }
  try {
    const lanes = await Promise.all(
      used.map(async ({ target, client }, lane): Promise<LoadLane & { readonly network: string }> => {
        const { network, networkId } = answered(await client.identity(), target)
        const mine = Array.from({ length: options.accounts }, (_, index) => index).filter(
          (index) => index % used.length === lane,
        )
        const accounts = await Promise.all(
          mine.map(async (index) => {
            const keys = keysOf(index, network)
            const { balance, nextNonce } = answered(await client.account(toHex(keys.publicKey)), target)
            if (balance === '0')
              throw usageFailure(
                `${network} funds no account load-${index}`,
                'give fewer --accounts, or start a network with `hearsay testnet up`',
              )
            return new LoadAccount({
              keys,
              recipient: keysOf((index + 1) % options.accounts, network).publicKey,
              network: asNetworkId(networkId),
              sizeBytes: options.size,
              fee: options.fee,
              nextNonce: BigInt(nextNonce),
            })
          }),
        )
        return { name: target.nodeName ?? target.apiUrl, client, accounts, network }
      }),
    )
    return { network: lanes[0]?.network ?? '', lanes, close }
  } catch (error) {
    close()
    throw error
  }
}

function keysOf(index: number, network: string): KeyPair {
  const account = devAccount(`load-${index}`, network)
  if (account.ok) return account.keys
  throw usageFailure(`load is for development networks, and this is ${network}`, 'start one with `hearsay testnet up`')
}

function answered<T>(answer: Outcome<T>, target: Target): T {
  if (answer.ok) return answer.value
  throw apiFailure(answer, target, false)
}
