/**
 * What the demo shows while it runs: steps and checks on stderr as they come, with one live line where it is a
 * terminal.
 */
import type { DemoScreen } from '../../testnet/demo/demo.ts'
import { coverageLine } from './coverage-text.ts'
import type { Terminal } from './terminal.ts'

const INDENT = ' '.repeat(9)

/** @param elapsedMs since the command began */
export function demoScreen(terminal: Terminal, elapsedMs: () => number): DemoScreen {
  const step = (text: string): void => {
    terminal.note(`${(elapsedMs() / 1_000).toFixed(1).padStart(5)} s  ${text}`)
  }
  return {
    step,
    live: (text) => {
      terminal.live(`${INDENT}${text}`)
    },
    spread: (figures) => {
      const coverage = figures.curve.at(-1)?.share ?? 0
      const reached = Math.round(coverage * figures.nodes)
      step(coverageLine({ ...figures, coverage, reached, laggards: [] }))
    },
    check: ({ pass, name, detail }) => {
      terminal.note(`${INDENT}${pass ? '✓' : '✗'} ${name}: ${detail}`)
    },
  }
}
