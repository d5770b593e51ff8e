/**
 * The textbook's models beside the textbook's formulae.
 *
 * - Push, pull and push-pull are known up to a constant (Pittel 1987; Frieze and Grimmett 1985; Karp et al. 2000).
 *   That of push, 0.9 rounds, was fitted to runs with 1,000 and 10,000 nodes and one to four contacts; that of pull,
 *   0.8, likewise. Push-pull fits without one.
 * - Whatever the rule by which tellers lose interest, m messages a node leave e^-m of the nodes behind (Demers et al.
 *   1987, 1.4).
 * - A blind fanout f leaves s = e^(-f(1-s)) behind.
 * - On a ring two ends go on, each in every second round.
 */
import type { Prng } from '../lib/prng.ts'
import { summariseModel, type ModelMode, type ModelSummary, type ModelTopology } from '../sim/models.ts'
import { fanoutResidue, pullRounds, pushPullRounds, pushRounds } from '../sim/theory.ts'
import { measured, type Measured } from './measured.ts'

const PUSH_CONSTANT = 0.9
const PULL_CONSTANT = 0.8

export interface SpreadModel {
  readonly summary: ModelSummary
  readonly figure: Measured
}

/**
 * Many runs of one model, beside its formula. @param options.k contacts a round, useless contacts until interest is
 * lost, or the fanout
 */
export function spreadModel(options: {
  mode: ModelMode
  nodes: number
  k: number
  runs: number
  topology: ModelTopology
  random: Prng
}): SpreadModel {
  const summary = summariseModel(options)
  return { summary, figure: besideTheory(summary, options.topology) }
}

/** The figure by which a model is known, beside its formula. */
function besideTheory(summary: ModelSummary, topology: ModelTopology): Measured {
  const { mode, nodes, k, residue, messagesPerNode, sourceSends } = summary
  const rounds = summary.roundsToAll ?? Number.NaN
  if (topology === 'ring' && mode === 'push' && k === 1)
    return measured('rounds to all', rounds, nodes - 1, 'N - 1 (two ends, each in every second round)')
  switch (mode) {
    case 'push':
      return measured(
        'rounds to all',
        rounds,
        topology === 'ring' ? null : pushRounds(nodes, k) + PUSH_CONSTANT,
        topology === 'ring' ? null : 'log(k+1) N + ln N / k + 0.9',
      )
    case 'pull': {
      const isKnown = k === 1 && topology === 'random'
      return measured(
        'rounds to all',
        rounds,
        isKnown ? pullRounds(nodes) + PULL_CONSTANT : null,
        isKnown ? 'log2 N + log2 ln N + 0.8' : null,
      )
    }
    case 'pushpull': {
      const isKnown = k === 1 && topology === 'random'
      return measured(
        'rounds to all',
        rounds,
        isKnown ? pushPullRounds(nodes) : null,
        isKnown ? 'log3 N + log2 ln N' : null,
      )
    }
    case 'direct':
      return measured('messages of the source', sourceSends, nodes - 1, 'N - 1')
    case 'rumor':
    case 'rumor-coin':
      return measured('share left behind', residue, Math.exp(-messagesPerNode), 'e^-m for m messages a node')
    case 'fanout':
      return measured('share left behind', residue, fanoutResidue(k), 's = e^(-f(1-s))')
    case 'rumor-pull':
      return measured('share left behind', residue, null, null)
  }
}
