/** Provokes one situation and looks where an operator looks. */
import { join } from 'node:path'
import type { ProblemView } from '../../../src/domain/problems.ts'
import { SITUATIONS } from './cases.ts'
import { folderOf, startNode } from './node.ts'
import { refusalIn, type ShellNode } from '../../../test/toolkit/command/shell-node.ts'
import { until } from '../../../testnet/until.ts'
import type { Seen, Situation, Stage, Told } from './situation.ts'

export async function runSituation(situation: Situation, root: string): Promise<Seen> {
  const place = join(root, String(SITUATIONS.indexOf(situation)))
  const stage: Stage = { folder: folderOf(place, 'node'), root: place, beside: [], servers: [], strangers: [] }
  let node: ShellNode | null = null
  try {
    const { args = [], shell = '', node: flags = [], after } = await situation.provoke(stage)
    node = await startNode(stage.folder, args, shell, flags)
    if ('refusal' in situation.expects) return refusalOf(node, situation.expects.refusal)
    await after?.(node)
    return await problemOf(node, situation.expects)
  } finally {
    await node?.stop()
    for (const started of stage.beside) await started.stop()
    for (const server of stage.servers) server.close()
    for (const peer of stage.strangers) await peer.stop()
  }
}

function refusalOf(node: ShellNode, words: RegExp): Seen {
  const told = refusalIn(node.log()) ?? node.log().slice(-200)
  return { ok: node.exit() === 2 && words.test(told), told: shortened(told), where: 'the start, exit 2' }
}

/** In all four places, or not told. */
async function problemOf(node: ShellNode, { code, words, unlogged = false, ms = 25_000 }: Told): Promise<Seen> {
  const json = async <T>(path: string): Promise<T> => (await (await fetch(`${node.api ?? ''}${path}`)).json()) as T
  let told = 'nothing'
  const isTold = async (): Promise<boolean> => {
    const { details } = await json<{ details: ProblemView[] }>('/v1/node/health')
    const found = details.find((problem) => problem.code === code)
    if (found !== undefined) told = found.message
    return found !== undefined && words.test(found.message)
  }
  const inHealth = await until(isTold, { timeoutMs: ms, everyMs: 100 })
  const { problems } = await json<{ problems: ProblemView[] }>('/v1/node/status')
  const inStatus = problems.some((problem) => problem.code === code)
  const inMetrics = (await (await fetch(`${node.api ?? ''}/metrics`)).text()).includes(
    `hearsay_problem{code="${code}"} 1`,
  )
  const inLog =
    !unlogged && (await until(() => node.log().includes(`"problem":"${code}"`), { timeoutMs: 15_000, everyMs: 100 }))
  const places = { health: inHealth, status: inStatus, metrics: inMetrics, log: inLog }
  const where = Object.entries(places)
    .filter(([, isThere]) => isThere)
    .map(([name]) => name)
  return {
    ok: inHealth && inStatus && inMetrics && inLog !== unlogged,
    told: shortened(told),
    where: `${where.join(', ')} (\`${code}\`)`,
  }
}

/** Paths and numbers of one run say nothing to others. */
function shortened(text: string): string {
  return text
    .replaceAll(/\/\S*hearsay-situations-\S+?\/(node|first)\/?/g, '…/')
    .replaceAll(/process \d+/g, 'process N')
    .slice(0, 260)
}
