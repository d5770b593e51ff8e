/** The part of A33 that needs a ledger: honest nodes that are a block apart, and one that has just joined. */
import { headerOf, shortIdOf } from '../../../src/domain/block.ts'
import {
  decodeSignedHeader,
  encodeCompactBlock,
  encodeHeader,
  encodeSignedHeader,
} from '../../../src/domain/codec/block-codec.ts'
import { decodeTransaction, encodeBatch } from '../../../src/domain/codec/transaction-codec.ts'
import { asAccountId, asBlockHash } from '../../../src/domain/ids.ts'
import { Ledger } from '../../../src/domain/ledger/ledger.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import { slotAt } from '../../../src/domain/slots.ts'
import { concatBytes, toHex } from '../../../src/lib/bytes.ts'
import { sign } from '../../../src/wallet/keys.ts'
import { keysOf, signedTransaction } from '../objects/transactions.ts'
import type { Ground } from '../arena/attack.ts'
import type { Report } from '../report.ts'
import { readMetrics, sumOf } from '../processes/metrics-text.ts'
import { PROPOSER, transactionOf } from '../processes/funded-network.ts'
import { eventually, Sight, type Gang } from '../arena/sight.ts'

/** An account that owns nothing before the block. */
const POOR = 200_000
/** In each of three rounds: one sender has at most 64 pending ones. */
const BATCHES = 20

/** The first block, which gives to the poor. */
function firstBlock(ground: Ground, grant: Uint8Array): Uint8Array {
  const network = networkIdOf(ground.network)
  const prefix = signingPrefix('hearsay/block/1', network)
  const { secret, publicKey } = keysOf(PROPOSER)
  const proposer = asAccountId(toHex(publicKey))
  const decoded = decodeTransaction(grant, signingPrefix('hearsay/tx/1', network))
  if (!decoded.ok) throw new Error(decoded.code)
  const applied = Ledger.genesis(ground.network.accounts).apply([decoded.value], proposer)
  if (!applied.ok) throw new Error(applied.code)
  const place = { parent: asBlockHash(network), height: 1, slot: slotAt(ground.network, Date.now()), proposer }
  const header = encodeHeader(headerOf({ ...place, ledgerRoot: toHex(applied.ledger.root()) }, [decoded.value]))
  const signed = decodeSignedHeader(encodeSignedHeader(header, sign(secret, concatBytes(prefix, header))), prefix)
  if (!signed.ok) throw new Error(signed.code)
  return encodeCompactBlock(signed.value, [shortIdOf(decoded.value.hash)], [])
}

/**
 * One honest node stands still while a block and transactions that only this block pays for spread among the others:
 * all of it reaches it in one go. Then a node joins. Nobody may be charged for what an honest node handed on, and every
 * fresh transaction must arrive everywhere.
 */
export async function outOfStep(ground: Ground, gang: Gang, sight: Sight, report: Report): Promise<void> {
  const { network } = ground
  const poorKey = toHex(keysOf(POOR).publicKey)
  const grant = signedTransaction(ground.accounts + 125, 0, {
    network,
    createdAtMs: Date.now(),
    recipient: keysOf(POOR).publicKey,
    amount: 1_000_000n,
  })
  const granted = await sight.client.submit(grant)
  if (!granted.ok) throw new Error('the grant was refused')
  const late = ground.others.at(-1)
  if (late === undefined) throw new Error('nobody can be late')
  const sights = [sight, ...ground.others.map((place) => new Sight(place))]
  const lateSight = sights.at(-1) ?? sight
  await eventually(() => lateSight.has(granted.value.id))
  const attacker = await gang.joined()
  const offences = async (node: Sight): Promise<number> =>
    sumOf(await readMetrics(node.client), 'hearsay_offences_total')
  const before = await offences(lateSight)
  let sent = 0
  const send = async (): Promise<void> => {
    for (let i = 0; i < BATCHES; i++, sent++) {
      const broken = grant.slice()
      broken[10 + (sent >> 8)] = (broken[10 + (sent >> 8)] ?? 0) ^ (1 + (sent & 0xff))
      const fresh = transactionOf(network, ground.accounts + (sent % 8), Math.floor(sent / 8))
      const paidSince = transactionOf(network, POOR, sent)
      await attacker.messages('transactions', [encodeBatch([broken, fresh, paidSince])])
    }
  }
  const taken = async (node: Sight): Promise<number> => {
    const view = await node.client.account(poorKey)
    return view.ok ? Number(view.value.nextNonce) : 0
  }
  process.kill(late.pid, 'SIGSTOP')
  try {
    await attacker.messages('blocks', [firstBlock(ground, grant)])
    const isAhead = async (): Promise<boolean> => {
      const status = await sight.client.status()
      return status.ok && status.value.head.height === 1
    }
    report.require(await eventually(isAhead, 3_000), 'the block was not taken')
    await send()
    await eventually(async () => (await taken(sight)) >= sent, 2_000)
  } finally {
    process.kill(late.pid, 'SIGCONT')
  }
  const joins = ground.join()
  await send()
  sights.push(new Sight(await joins))
  await send()
  for (const [at, node] of sights.entries())
    report.require(await eventually(async () => (await taken(node)) >= sent, 15_000), `node ${at} lacks fresh ones`)
  report.figure('outOfStepBatches', sent)
  report.exactly('chargedByWhoWasLate', (await offences(lateSight)) - before, 0)
  report.exactly('chargedByJoiner', await offences(sights.at(-1) ?? sight), 0)
  const honest = new Set([ground.victim, ...ground.others].map(({ peerId }) => peerId))
  for (const node of sights) {
    const here = (await node.peers()).filter(({ peerId }) => honest.has(peerId)).length
    report.require(here >= honest.size - 1, 'an honest node was disconnected')
    if (node !== sight) node.client.close()
  }
}
