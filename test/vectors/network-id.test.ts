/**
 * `networkId` against the definition of PROTOCOL.md in a general SSZ library, and against one value that never changes.
 */
import { ByteListType, ByteVectorType, ContainerType, ListCompositeType, UintBigintType } from '@chainsafe/ssz'
import { describe, expect, it } from 'vitest'
import { networkIdOf, type NetworkParams } from '../../src/domain/params.ts'
import { utf8 } from '../../src/lib/bytes.ts'
import { sha256Hex } from '../../src/lib/hash.ts'
import { accountKey, keyBytes } from '../toolkit/objects/builders.ts'

const u64 = new UintBigintType(8)
const key = new ByteVectorType(32)
const Network = new ContainerType({
  name: new ByteListType(64),
  genesisTime: u64,
  slotMs: u64,
  validators: new ListCompositeType(key, 1_024),
  accounts: new ListCompositeType(new ContainerType({ key, balance: u64 }), 2 ** 20),
  txLifetimeMs: u64,
  feeFloor: u64,
})

function sszId(params: NetworkParams): string {
  return sha256Hex(
    Network.serialize({
      name: utf8(params.name),
      genesisTime: BigInt(params.genesisTimeMs),
      slotMs: BigInt(params.slotMs),
      validators: params.validators.map(keyBytes),
      accounts: params.accounts.map((account) => ({ key: keyBytes(account.key), balance: account.balance })),
      txLifetimeMs: BigInt(params.txLifetimeMs),
      feeFloor: params.feeFloor,
    }),
  )
}

const network: NetworkParams = {
  name: 'dev-golden',
  genesisTimeMs: 1_800_000_000_000,
  slotMs: 2_000,
  validators: [accountKey('v0'), accountKey('v1')],
  accounts: [
    { key: accountKey('alice'), balance: 1_000_000n },
    { key: accountKey('bob'), balance: 2n ** 63n },
  ],
  txLifetimeMs: 1_800_000,
  feeFloor: 1n,
}

describe('networkId', () => {
  it('is the golden value', () => {
    expect(networkIdOf(network)).toBe('b52fcf9fcc982fceb0520072849ce621d759c9dfb9867b62202e4589f9a68b52')
  })

  it('is the hash of what the SSZ library makes of the definition', () => {
    const empty = { ...network, validators: [], accounts: [] }
    for (const params of [network, empty, { ...network, name: 'x' }]) expect(networkIdOf(params)).toBe(sszId(params))
  })

  it('changes with every parameter', () => {
    const variants: NetworkParams[] = [
      network,
      { ...network, name: 'dev-golder' },
      { ...network, genesisTimeMs: network.genesisTimeMs + 1 },
      { ...network, slotMs: 2_001 },
      { ...network, validators: [...network.validators].reverse() },
      { ...network, accounts: [...network.accounts].reverse() },
      { ...network, txLifetimeMs: 1 },
      { ...network, feeFloor: 2n },
    ]
    expect(new Set(variants.map(networkIdOf)).size).toBe(variants.length)
  })
})
