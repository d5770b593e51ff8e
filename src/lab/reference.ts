/** The real router in virtual time on the reference links, beside the branching process (sim/theory, floodMedianMs). */
import { runInChild } from '../sim/child.ts'
import { REFERENCE_LINKS } from '../sim/network.ts'
import { everySecond, scenario } from '../sim/scenario.ts'
import { meshHops } from '../sim/theory.ts'
import { measured, type Measured } from './measured.ts'

export interface RealSpread {
  readonly nodes: number
  readonly coverage: number
  /** Until half of the nodes have a message, beside (ln N)/λ of the mesh as it was, ms. */
  readonly p50: Measured
  readonly p99Ms: number
  readonly hops: Measured
  readonly copies: number
  readonly meshDegree: number
  readonly digest: string
}

/** @param options.member whole nodes, or bare routers, of which ten thousand fit */
export async function realSpread(options: {
  nodes: number
  degree: number
  messages: number
  seed: number
  member: 'relay' | 'router'
}): Promise<RealSpread> {
  const { nodes, degree, messages, seed, member } = options
  const report = await runInChild(
    scenario({ seed, nodes, degree, member, links: REFERENCE_LINKS, publications: everySecond(messages, nodes, seed) }),
  )
  const { mesh } = report
  return {
    nodes,
    coverage: report.coverage,
    p50: measured('time to half of the nodes, ms', report.p50Ms, mesh.predictedP50Ms, 'ln N / λ, (D-1) E[e^-λL] = 1'),
    p99Ms: report.p99Ms,
    hops: measured('hops, mean', report.hopsMean, mesh.degree > 2 ? meshHops(nodes, mesh.degree) : null, 'log(D-1) N'),
    copies: report.copies,
    meshDegree: mesh.degree,
    digest: report.digest,
  }
}
