/** Aligned columns for people. Cells are texts of anybody: each is made plain here, so that none begins a line. */
import { plain } from '../lib/printable.ts'

export interface Column {
  readonly title: string
  readonly align?: 'right'
}

/** Columns of figures. */
export function rightColumns(titles: readonly string[]): Column[] {
  return titles.map((title) => ({ title, align: 'right' }))
}

/** Rows under their titles, two spaces between columns, no trailing space. Texts are measured in code points. */
export function tableText(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map((column) => column.title), ...rows.map((row) => row.map(plain))]
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => lengthOf(line[index] ?? ''))))
  return lines
    .map((line) =>
      columns
        .map((column, index) => {
          const text = line[index] ?? ''
          const gap = ' '.repeat((widths[index] ?? 0) - lengthOf(text))
          return column.align === 'right' ? gap + text : text + gap
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** `name  value` lines of one document. */
export function fieldsText(fields: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...fields.map(([name]) => lengthOf(name)))
  return fields.map(([name, text]) => `${name.padEnd(width)}  ${plain(text)}`.trimEnd()).join('\n')
}

/** The first and last characters of a long id, enough to tell peers of one network apart. */
export function shortId(id: string): string {
  return id.length <= 16 ? id : `${id.slice(0, 6)}…${id.slice(-6)}`
}

/** `1.4 MiB` */
export function sizeText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`
  const units = ['KiB', 'MiB', 'GiB', 'TiB']
  let amount = bytes
  let unit = 'B'
  for (const next of units) {
    if (amount < 1_024) break
    amount /= 1_024
    unit = next
  }
  return `${amount.toFixed(1)} ${unit}`
}

/** `740 ms`, `38 s`, `3 m 20 s`, `2 h 5 m`, `4 d 1 h` */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  const seconds = Math.floor(ms / 1_000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} m ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? `${hours} h ${minutes % 60} m` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

function lengthOf(text: string): number {
  return [...text].length
}
