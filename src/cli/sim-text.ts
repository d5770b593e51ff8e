/** Figures beside their theory as rows of a table. */
import { resolve } from 'node:path'
import type { Measured } from '../lab/measured.ts'
import { plotHtml, type Plot } from '../lab/plot.ts'
import type { Context } from './context.ts'
import { writeNamed } from './output.ts'
import { durationText } from './table-text.ts'

/** Seven significant figures would pretend; three are what runs repeat. */
export function figureText(value: number | null): string {
  if (value === null || Number.isNaN(value)) return '-'
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(1)
  return String(Number(value.toPrecision(3)))
}

export function deviationText({ deviation }: Measured): string {
  if (deviation === null) return '-'
  const percent = 100 * deviation
  return `${percent >= 0 ? '+' : ''}${percent.toFixed(1)} %`
}

/** Measured, theory, deviation. */
export function measuredCells(one: Measured): readonly string[] {
  return [figureText(one.value), figureText(one.theory), deviationText(one)]
}

/** Writes the plot where `--plot` asks for one. */
export async function writePlot({ cwd, terminal }: Context, file: string | undefined, plot: Plot): Promise<void> {
  if (file === undefined) return
  const path = resolve(cwd, file)
  await writeNamed(path, plotHtml(plot), '--plot')
  terminal.note(`written: ${path}`)
}

/** `1.4 s`, `2 m 5 s`: a second decides here. */
export function timeText(ms: number | null, otherwise = '-'): string {
  if (ms === null || !Number.isFinite(ms)) return otherwise
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : durationText(ms)
}
