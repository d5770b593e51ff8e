import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { toHex } from '../../lib/bytes.ts'
import { networkIdOf } from '../../domain/params.ts'
import { openApi } from '../api.ts'
import { defineCommand, value } from '../command.ts'
import type { Context } from '../context.ts'
import { findTarget } from '../discovery.ts'
import { DRAFT_OPTIONS, signDraft } from '../draft.ts'
import { systemCode, usageFailure } from '../failure.ts'
import { readNetworkFile } from '../network-file.ts'
import { readText } from '../parse.ts'

export const command = defineCommand({
  details:
    'Writes the SSZ of the signed transaction to stdout. With --network and --nonce it needs no node, so the key may stay on a machine without one.',
  args: [],
  options: {
    ...DRAFT_OPTIONS,
    network: value('--network <file>', "the network's JSON file, instead of asking a node", readText),
    out: value('--out <file>', 'write to a new file instead of stdout', readText),
    node: value('--node <node>', 'the node of the testnet to ask', readText),
  },
  examples: [
    ['tx sign --from alice --to bob --amount 5 > tx.bin', 'asks the node for network and nonce'],
    ['tx sign --from me --to hs1… --amount 5 --network net.json --nonce 7', 'without a node'],
  ],
  async run(context, { options }) {
    const { shared, terminal } = context
    if (options.out === undefined && shared.json)
      throw usageFailure('--json: the bytes and a JSON document do not fit into one stdout', 'give --out FILE')
    if (options.out === undefined && process.stdout.isTTY)
      throw usageFailure(
        'the signed transaction is binary, and stdout is a terminal',
        'give --out FILE, or pipe it on: | hearsay tx submit -',
      )
    const api =
      options.network === undefined || options.nonce === undefined
        ? openApi(context, findTarget(context, options.node))
        : null
    const network = options.network === undefined ? await networkOf(api) : await networkOfFile(context, options.network)
    const signed = await signDraft(context, options, network, async (key) =>
      BigInt((await needed(api).account(toHex(key))).nextNonce),
    )
    if (options.out === undefined) {
      await terminal.outBytes(signed.bytes)
      terminal.note(`signed ${signed.id} for ${network.name}, ${signed.bytes.byteLength} bytes`)
      return 'done'
    }
    await writeNew(resolve(context.cwd, options.out), options.out, signed.bytes)
    if (shared.json)
      terminal.document({
        v: 1,
        id: signed.id,
        file: options.out,
        sizeBytes: signed.bytes.byteLength,
        nonce: signed.draft.nonce.toString(),
        network: network.name,
      })
    else terminal.out(`${signed.id}  ${options.out}`)
    return 'done'
  },
})

type Api = ReturnType<typeof openApi>

function needed(api: Api | null): Api {
  if (api === null) throw new Error('a node is asked whenever network or nonce is missing')
  return api
}

async function networkOf(api: Api | null): Promise<{ name: string; id: string }> {
  const { network, networkId } = await needed(api).identity()
  return { name: network, id: networkId }
}

async function networkOfFile(context: Context, path: string): Promise<{ name: string; id: string }> {
  const { params } = await readNetworkFile(resolve(context.cwd, path), '--network')
  return { name: params.name, id: networkIdOf(params) }
}

async function writeNew(path: string, shown: string, bytes: Uint8Array): Promise<void> {
  try {
    const file = await open(path, 'wx')
    try {
      await file.writeFile(bytes)
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = systemCode(error)
    throw usageFailure(
      code === 'EEXIST'
        ? `--out: ${shown} exists already`
        : `--out: ${shown} can't be written (${code ?? 'unknown reason'})`,
      'name a new file',
    )
  }
}
