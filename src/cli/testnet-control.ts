/** Steering the testnet of the user's home: its supervisor's answers, or a Failure. */
import { assertNever } from '../lib/assert.ts'
import type { Command, ControlAnswers, ControlRequests, Refusal } from '../../testnet/control.ts'
import type { Context } from './context.ts'
import { distrustFailure, homeOf, noTestnet } from './discovery.ts'
import type { Manifest } from '../home/manifest.ts'
import { Failure, usageFailure } from './failure.ts'
import { nodesText } from './testnet-text.ts'
import { readNodeNames } from './parse.ts'

/** Asks the running testnet to carry out `name`. Says how to start one where none runs. */
export async function steer<C extends Command>(
  context: Context,
  name: C,
  request: ControlRequests[C],
): Promise<ControlAnswers[C]> {
  const { command } = await import('../../testnet/control-client.ts')
  const home = homeOf(context)
  const outcome = await command(home, name, request)
  switch (outcome.kind) {
    case 'done':
      return outcome.value
    case 'refused':
      throw refusalFailure(outcome.refusal)
    case 'none':
      throw noTestnet(home, outcome.stale)
    case 'distrusted':
      throw distrustFailure(outcome.distrust)
    case 'unreachable':
      throw new Failure(
        'unreachable',
        'unreachable',
        outcome.message,
        'try again; `hearsay testnet down` ends it in any case',
      )
    default:
      return assertNever(outcome)
  }
}

/** The failure of a command that needs the home for itself. */
export function alreadyRunning(home: string, pid: number, manifest: Manifest | null): Failure {
  const nodes = manifest === null ? '' : ` with ${nodesText(manifest.nodes.length)}`
  const page = manifest?.supervisor.pageUrl === undefined ? '' : `; its page: ${manifest.supervisor.pageUrl}`
  return new Failure(
    'usage',
    'already-running',
    `a testnet${nodes} runs here already (process ${pid}, ${home})${page}`,
    'use it, stop it with `hearsay testnet down`, or start another with --home DIR',
  )
}

/** Names of nodes from arguments such as `node-3`, `3` and `0-4`. */
export function nodeNamesOf(args: readonly string[]): readonly string[] {
  const names = new Set<string>()
  for (const text of args) {
    const reading = readNodeNames(text)
    if (!reading.ok) throw usageFailure(`node: ${reading.message}`)
    for (const name of reading.value) names.add(name)
  }
  return [...names]
}

/** Prints which nodes a command was carried out on. */
export function reportNodes(context: Context, done: string, answer: { readonly nodes: readonly string[] }): void {
  if (context.shared.json) context.terminal.document({ v: 1, ...answer })
  else context.terminal.out(`${done} ${answer.nodes.join(', ')}`)
}

function refusalFailure({ code, message, hint }: Refusal): Failure {
  switch (code) {
    case 'unknown-node':
      return new Failure('not-found', code, message, hint)
    case 'bad-request':
    case 'wrong-state':
    case 'no-shaper':
      return new Failure('usage', code, message, hint)
    case 'not-ready':
      return new Failure('not-ready', code, message, hint)
    case 'failed':
      return new Failure('failed', code, message, hint)
    default:
      return assertNever(code)
  }
}
