/** The networks of simulations: who has an account, who makes blocks. */
import { asAccountId, type AccountId } from '../domain/ids.ts'
import { type NetworkParams, TX_LIFETIME_MS } from '../domain/params.ts'
import { toHex, utf8 } from '../lib/bytes.ts'
import { sha256 } from '../lib/hash.ts'
import { keyPairOf } from '../wallet/keys.ts'
import type { Scenario } from './scenario.ts'

/** Of every account, more than any simulation spends. */
const BALANCE = 1_000_000_000_000n

interface Keys {
  readonly secret: Uint8Array
  readonly publicKey: Uint8Array
}

export function accountKeys(number: number): Keys {
  return keysOf(`account/${number}`)
}

/** Of the validator that runs at a node. */
export function validatorKeys(node: number): Keys & { readonly id: AccountId } {
  const keys = keysOf(`validator/${node}`)
  return { ...keys, id: asAccountId(toHex(keys.publicKey)) }
}

/**
 * The network of a scenario: an account for every transfer. It is a development network, as everything here is: healing
 * is watched, and nobody waits a minute before dialling again.
 * @param startMs wall clock at virtual time 0, from which slots are counted unless the network is older
 */
export function simNetwork({ chain, publications }: Scenario, startMs: number): NetworkParams {
  const named = publications.map(({ transfer }, index) => transfer?.account ?? index)
  return {
    name: 'dev-sim',
    genesisTimeMs: startMs - (chain?.ageMs ?? 0),
    slotMs: chain?.slotMs ?? 1_000,
    validators: (chain?.validators ?? []).map((node) => validatorKeys(node).id),
    accounts: Array.from({ length: Math.max(-1, ...named) + 1 }, (_, number) => ({
      key: asAccountId(toHex(accountKeys(number).publicKey)),
      balance: BALANCE,
    })),
    txLifetimeMs: chain?.txLifetimeMs ?? TX_LIFETIME_MS,
    feeFloor: 1n,
  }
}

const known = new Map<string, Keys>()

function keysOf(name: string): Keys {
  let keys = known.get(name)
  if (keys === undefined) {
    const secret = sha256(utf8(`hearsay/sim/${name}`))
    keys = { secret, publicKey: keyPairOf(secret).publicKey }
    known.set(name, keys)
  }
  return keys
}
