import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connect } from '../../src/client/connect.ts'
import { encodeSignedTransaction, encodeTransactionBody } from '../../src/domain/codec/transaction-codec.ts'
import { asNetworkId } from '../../src/domain/ids.ts'
import { signingPrefix } from '../../src/domain/signing.ts'
import { concatBytes } from '../../src/lib/bytes.ts'
import { sha256Hex } from '../../src/lib/hash.ts'
import { devAccount } from '../../src/wallet/dev-accounts.ts'
import { sign } from '../../src/wallet/keys.ts'
import { DEFAULT_PLAN, down, up } from '../../testnet/control-client.ts'
import type { Manifest } from '../../src/home/manifest.ts'
import { presetPlan, type PresetName } from '../../testnet/presets.ts'
import { drawn } from '../toolkit/api/depth.ts'

const supervisorEntry = fileURLToPath(new URL('../../dist/supervisor.js', import.meta.url))
const SENDERS = 10
const EACH = 10

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hearsay-spread-'))
})
afterEach(async () => {
  await down(home, { force: true })
  rmSync(home, { recursive: true, force: true })
})

/** `EACH` signed transactions of one load account, in order of their nonces. */
function signed(manifest: Manifest, sender: number): { id: string; bytes: Uint8Array }[] {
  const account = devAccount(`load-${sender}`, manifest.network)
  if (!account.ok) throw new Error(account.reason)
  const { secret, publicKey } = account.keys
  return Array.from({ length: EACH }, (_, nonce) => {
    const body = encodeTransactionBody({
      sender: publicKey,
      nonce: BigInt(nonce),
      recipient: publicKey,
      amount: 1n,
      fee: 1n,
      createdAtMs: Date.now(),
      payload: new Uint8Array(),
    })
    const message = concatBytes(signingPrefix('hearsay/tx/1', asNetworkId(manifest.networkId)), body)
    return { id: sha256Hex(message), bytes: encodeSignedTransaction(body, sign(secret, message)) }
  })
}

function linesOf(file: string): { level: string; msg: string }[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
}

describe('100 of 100 transactions reach every node of', () => {
  const presets: PresetName[] = drawn(['small-5', 'line-10'], ['small-3', 'small-5', 'line-10', 'star-10'])
  it.each(presets.map((name) => [name]))('%s, and nobody warns again and again', async (name) => {
    const outcome = await up({
      ...DEFAULT_PLAN,
      ...presetPlan(name),
      home,
      supervisorEntry,
      seed: 7,
      detach: true,
      onProgress: () => undefined,
    })
    if (outcome.kind !== 'ready') throw new Error(JSON.stringify(outcome))
    const { manifest } = outcome
    const clients = manifest.nodes.map(({ name: node, apiUrl, cookieFile }) => ({
      node,
      client: connect(apiUrl, { token: readFileSync(cookieFile, 'utf8').trim() }),
    }))
    const ids: string[] = []
    for (let sender = 0; sender < SENDERS; sender++) {
      const transactions = signed(manifest, sender)
      ids.push(...transactions.map(({ id }) => id))
      const submitted = await clients[sender % clients.length]?.client.submitBatch(
        transactions.map(({ bytes }) => bytes),
      )
      expect(submitted).toMatchObject({ ok: true })
    }
    const missing = new Map(clients.map(({ node }) => [node, ids]))
    await vi.waitFor(
      async () => {
        for (const { node, client } of clients) {
          const left: string[] = []
          for (const id of missing.get(node) ?? []) if (!(await client.transaction(id)).ok) left.push(id)
          missing.set(node, left)
        }
        const lacking = [...missing].filter(([, left]) => left.length > 0)
        if (lacking.length > 0)
          throw new Error(`missing: ${lacking.map(([node, left]) => `${node} ${left.length}`).join(', ')}`)
      },
      { timeout: 30_000, interval: 100 },
    )
    const logs = manifest.nodes.map(({ logFile }) => linesOf(logFile))
    expect(logs.every((lines) => lines.some(({ level, msg }) => level === 'info' && msg.startsWith('ready')))).toBe(
      true,
    )
    const warnings = logs.map((lines) => lines.filter(({ level }) => ['warn', 'error', 'fatal'].includes(level)))
    console.log(
      `${name}: ready in ${outcome.elapsedMs} ms; warnings a node: ${warnings.map((lines) => lines.length).join(' ')}`,
    )
    for (const lines of warnings) expect(lines.length, JSON.stringify(lines.slice(0, 3))).toBeLessThan(10)
  })
})
