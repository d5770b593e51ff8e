/** PROTOCOL.md says what the code does: its examples, its table of codes, its limits. */
import { EXCHANGE_LIMITS } from '../../src/domain/exchange-limits.ts'
import { readFileSync } from 'node:fs'
import * as lp from 'it-length-prefixed'
import { describe, expect, it } from 'vitest'
import { RPC_BYTES_MAX, RPC_MESSAGES_MAX, SEEN_TTL_MS } from '../../src/adapters/libp2p/gossip-options.ts'
import {
  inboundBudget,
  OPENING_TOLL,
  OPENINGS_BURST,
  OPENINGS_PER_SECOND,
  PINGS_BURST,
  PINGS_PER_SECOND,
  rpcBudget,
  SOCKETS_PER_ADDRESS_MAX,
  TOLL_BURST,
  TOLL_MEMORY_MS,
  TOLL_PER_SECOND,
  VERDICT_MS,
} from '../../src/adapters/libp2p/limits.ts'
import { BATCH_BYTES_MAX, BATCH_COUNT_MAX, CREATED_AHEAD_MS, PAYLOAD_BYTES_MAX } from '../../src/domain/params.ts'
import {
  OBSERVE_HOPS_MAX,
  OBSERVED_IDS_MAX,
  OBSERVED_RECORDS_MAX,
  REASON_BYTES_MAX,
} from '../../src/domain/codec/observe-codec.ts'
import { PROTOCOLS, protocolName } from '../../src/domain/protocols.ts'
import { OBSERVE_BURST, OBSERVE_PER_SECOND, OBSERVE_RELAYS_MAX } from '../../src/membership/limits.ts'
import { asNetworkId } from '../../src/domain/ids.ts'
import { REJECTS, type RejectCode } from '../../src/domain/reject.ts'
import { fromHex, toHex } from '../../src/lib/bytes.ts'
import { MEMPOOL_LIMITS } from '../../src/mempool/limits.ts'
import {
  INGRESS_BYTES_MAX,
  INGRESS_COUNT_MAX,
  INGRESS_PEER_COUNT_MAX,
  INGRESS_WAIT_MAX_MS,
} from '../../src/node/limits.ts'
import {
  BAN_MS,
  BANNED_PEERS_PER_ADDRESS,
  HELLO_DUE_MS,
  HELLO_TRIES,
  INVALID_BUDGET,
  INVALID_WINDOW_MS,
  UNPAID_BUDGET,
  UNPAID_WINDOW_MS,
  WORK_BAN_MS,
} from '../../src/peers/limits.ts'
import batch from './golden/batch.json' with { type: 'json' }
import hello from './golden/hello.json' with { type: 'json' }
import invite from './golden/invite.json' with { type: 'json' }
import keys from './golden/keys.json' with { type: 'json' }
import observe from './golden/observe.json' with { type: 'json' }
import networkId from './golden/network-id.json' with { type: 'json' }
import transactions from './golden/transactions.json' with { type: 'json' }
import block from './kit/block.json' with { type: 'json' }
import reconcile from './kit/reconcile.json' with { type: 'json' }
import record from './kit/record.json' with { type: 'json' }
import requests from './kit/requests.json' with { type: 'json' }

const text = readFileSync(new URL('../../PROTOCOL.md', import.meta.url), 'utf8')

/** Fenced blocks `hex NAME`: lines of offset, hex or {NAME of another block}, and a remark. */
function hexBlocks(): Map<string, string> {
  const blocks = new Map<string, string>()
  for (const [, name = '', content = ''] of text.matchAll(/^```hex (\S+)\n([\s\S]*?)^```$/gm)) {
    let hex = ''
    for (const line of content.trimEnd().split('\n')) {
      const [, offset = '', reference, literal] =
        /^(\d+)\s+(?:\{([\w-]+)\}|((?:[0-9a-f]{2})+))(?:\s{2}.*)?$/.exec(line) ?? []
      expect(Number(offset), `${name}: offset of "${line}"`).toBe(hex.length / 2)
      const part = reference === undefined ? literal : blocks.get(reference)
      if (part === undefined) throw new Error(`${name}: "${line}" is neither hex nor the name of a block above`)
      hex += part
    }
    expect(blocks.has(name), `two blocks are named ${name}`).toBe(false)
    blocks.set(name, hex)
  }
  return blocks
}

/** The rows of the table that follows `heading`, as cells. */
function rowsBelow(heading: string): string[][] {
  const [, table = ''] = text.split(`${heading}\n|---`, 2)
  return table
    .slice(table.indexOf('\n') + 1)
    .split('\n\n', 1)
    .join('')
    .split('\n')
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

describe('PROTOCOL.md', () => {
  it('says of each block code what the code does', () => {
    const rows = rowsBelow('| code | verdict | counts as | rule |')
    expect(rows.length).toBe(11)
    for (const [name = '', verdict, offence] of rows) {
      const consequence = REJECTS[name.replaceAll('`', '') as RejectCode]
      expect([verdict, offence], name).toEqual([consequence.verdict, consequence.offence ?? '—'])
    }
  })

  it('quotes the golden bytes', () => {
    const [first, second] = transactions.transactions
    if (first === undefined || second === undefined) throw new Error('two transactions are needed')
    const of = (name: string, golden: typeof first): [string, string][] => [
      [`${name}-body`, golden.body],
      [`${name}-signed-bytes`, golden.signedBytes],
      [`${name}-tx-id`, golden.txId],
      [`${name}-transaction`, golden.bytes],
      [`${name}-tx-hash`, golden.txHash],
    ]
    expect(Object.fromEntries(hexBlocks())).toEqual(
      Object.fromEntries([
        ['network-container', networkId.container],
        ['network-id', networkId.networkId],
        ['signing-prefix', transactions.signingPrefix],
        ...of('first', first),
        ...of('second', second),
        ['batch', batch.batch],
        ['message-id-input', batch.messageIdPrefix + batch.batch],
        ['message-id', batch.messageId],
        ['hello', hello.bytes],
        ['hello-frame', hello.frame],
        ['observe-request', observe.request.bytes],
        ['observe-answer', observe.answer.bytes],
        ['invite-request', invite.request],
        ['invitation', invite.invitation.bytes],
        ['signed-header', block.signedHeader],
        ['block-hash', block.blockHash],
        ['compact-block', block.compactBlock],
        ['record', record.bytes],
        ['chain-request', requests.requests[0]?.request],
        ['objects-request', requests.requests[3]?.request],
        ['objects-answer', requests.requests[3]?.answer[0]],
        ['fingerprint-input', reconcile.fingerprint.hashed],
        ['fingerprint', reconcile.fingerprint.fingerprint],
      ]),
    )
  })

  it('quotes the line of the invitation', () => {
    expect(text).toContain(`\n${invite.line}\n`)
  })

  it('quotes the keys', () => {
    for (const { secret, publicKey, devAddress, address } of keys.keys)
      for (const value of [secret, publicKey, devAddress, address]) expect(text).toContain(`\`${value}\``)
  })

  it('frames a hello as request streams do', () => {
    const bytes = fromHex(hello.bytes)
    if (bytes === null) throw new Error('not hex')
    expect(toHex(lp.encode.single(bytes).subarray())).toBe(hello.frame)
  })

  it('names the protocols', () => {
    expect(text).toContain(`| hello | \`${protocolName(asNetworkId(networkId.networkId), 'hello')}\` |`)
    for (const protocol of PROTOCOLS) {
      const { deadlineMs, frameBytesMax, totalBytesMax, streamsMax } = EXCHANGE_LIMITS[protocol]
      expect(text).toContain(
        `/${protocol}/1\` | ${deadlineMs / 1_000} s | ${frameBytesMax / 1_024} KiB | ${totalBytesMax / 1_024} KiB | ${streamsMax} |`,
      )
    }
  })

  it('has the bounds of observe', () => {
    expect(text).toContain(`u8 hops, at most ${OBSERVE_HOPS_MAX}`)
    expect(text).toContain(`u8 ids, at most ${OBSERVED_IDS_MAX}`)
    expect(text).toContain(`u8 records, at most ${OBSERVED_RECORDS_MAX}`)
    expect(text).toContain(`u8 length, at most ${REASON_BYTES_MAX}`)
    expect(text).toContain(`where ${OBSERVE_RELAYS_MAX} questions`)
    expect(text).toContain(`A peer may ask ${OBSERVE_BURST} at once and ${OBSERVE_PER_SECOND} a second`)
  })

  it('has the verdict, the offence and the status of the codes for transactions, which come first in the code', () => {
    const rows = rowsBelow('| code | verdict | counts as | HTTP status | meaning |').map((cells) => cells.slice(0, 4))
    const codes = Object.keys(REJECTS) as RejectCode[]
    expect(rows.at(-1)?.[0]).toBe('`storage-failed`')
    expect(rows).toEqual(
      codes.slice(0, rows.length).map((code) => {
        const { verdict, offence, httpStatus } = REJECTS[code]
        return [`\`${code}\``, verdict, offence ?? '—', String(httpStatus)]
      }),
    )
  })

  it('has what profile dev allows beyond that', () => {
    expect(text).toContain(`${inboundBudget('dev').perSecond / 2 ** 20} MiB a second from one\nconnection`)
    const { perSecond, burst } = rpcBudget('dev')
    const [units, atOnce, pending] = [perSecond, burst, MEMPOOL_LIMITS.dev.pendingPerSenderMax].map((value) =>
      value.toLocaleString('en'),
    )
    expect(text).toContain(`${units} units of RPCs a second (${atOnce} at once), ${pending} pending transactions`)
  })

  it('has the limits of the code', () => {
    const pool = MEMPOOL_LIMITS.node
    const expected: [string, number][] = [
      ['payload of a transaction, bytes', PAYLOAD_BYTES_MAX],
      ['transactions of a batch', BATCH_COUNT_MAX],
      ['bytes of a batch', BATCH_BYTES_MAX],
      ['how far ahead of a clock a transaction may be created, ms', CREATED_AHEAD_MS],
      ['bytes of an RPC', RPC_BYTES_MAX],
      ['messages of an RPC', RPC_MESSAGES_MAX],
      ['how long a message id is remembered, ms', SEEN_TTL_MS],
      ['how long a verdict may take, ms', VERDICT_MS],
      ['how long a message may wait before it is judged, ms', INGRESS_WAIT_MAX_MS],
      ['messages that wait, of one peer', INGRESS_PEER_COUNT_MAX],
      ['messages that wait, of all peers', INGRESS_COUNT_MAX],
      ['bytes of the messages that wait', INGRESS_BYTES_MAX],
      ['transactions in the pool', pool.countMax],
      ['bytes of the transactions in the pool', pool.bytesMax],
      ['pending transactions of one sender', pool.pendingPerSenderMax],
      ['transactions of one sender that wait for a nonce', pool.parkedPerSenderMax],
      ['transactions of all senders that wait for a nonce', pool.parkedMax],
      ['how far a nonce may be ahead', pool.nonceGapMax],
      ['bytes a second from one connection; more is read more slowly', inboundBudget('node').perSecond],
      ['RPCs, messages and 64s of control ids a second from one peer', rpcBudget('node').perSecond],
      ['the same at once', rpcBudget('node').burst],
      ['things that say nothing, of one peer, a second', TOLL_PER_SECOND],
      ['the same at once', TOLL_BURST],
      ['how many such things a new stream counts as, until a request has come on it', OPENING_TOLL],
      ['pings of the multiplexer a second', PINGS_PER_SECOND],
      ['the same at once', PINGS_BURST],
      ['new streams a second', OPENINGS_PER_SECOND],
      ['the same at once', OPENINGS_BURST],
      ['peers of one address whose share all of its peers have together', SOCKETS_PER_ADDRESS_MAX],
      ['how long what was sent is remembered after a connection, ms', TOLL_MEMORY_MS],
      ['length of a ban for work, ms', WORK_BAN_MS],
      ['hellos to a peer that was dialled, before it is left', HELLO_TRIES],
      ['within which whoever dialled says hello, ms', HELLO_DUE_MS],
      ['sockets of one address', SOCKETS_PER_ADDRESS_MAX],
      ['invalid objects of one peer', INVALID_BUDGET],
      ['within, ms', INVALID_WINDOW_MS],
      ['length of a ban, ms', BAN_MS],
      ['banned peers of one address that ban it', BANNED_PEERS_PER_ADDRESS],
      ['unpaid objects of one peer', UNPAID_BUDGET],
      ['within, ms', UNPAID_WINDOW_MS],
    ]
    expect(rowsBelow('| limit | value |')).toEqual(expected.map(([name, value]) => [name, value.toLocaleString('en')]))
  })
})
