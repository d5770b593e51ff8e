/** Values as YAML in blocks. Texts that are not plainly a word stand in quotes, as JSON writes them. */
export type Yaml = string | number | boolean | readonly Yaml[] | { readonly [key: string]: Yaml }

export function yamlText(value: Yaml): string {
  return `${linesOf(value).join('\n')}\n`
}

/** Several documents of one file. */
export function yamlTexts(values: readonly Yaml[]): string {
  return values.map(yamlText).join('---\n')
}

function linesOf(value: Yaml): readonly string[] {
  if (typeof value !== 'object') return [scalar(value)]
  if (isList(value)) return value.length === 0 ? ['[]'] : value.flatMap(itemLines)
  const entries = Object.entries(value)
  return entries.length === 0 ? ['{}'] : entries.flatMap(([key, field]) => fieldLines(scalar(key), field))
}

function itemLines(item: Yaml): readonly string[] {
  return linesOf(item).map((line, index) => `${index === 0 ? '- ' : '  '}${line}`)
}

function fieldLines(key: string, field: Yaml): readonly string[] {
  if (typeof field === 'string' && field.includes('\n'))
    return [
      `${key}: |`,
      ...field
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}`),
    ]
  const lines = linesOf(field)
  const isShort = typeof field !== 'object' || (lines.length === 1 && /^(\[\]|\{\})$/.test(lines[0] ?? ''))
  return isShort ? [`${key}: ${lines.join('')}`] : [`${key}:`, ...lines.map((line) => `  ${line}`)]
}

function scalar(value: string | number | boolean): string {
  // A word that YAML could take for something else (no, 1.0, null) is quoted too.
  const isWord =
    typeof value === 'string' &&
    /^[A-Za-z_][\w./-]*$/.test(value) &&
    !/^(true|false|yes|no|on|off|null|[yn])$/i.test(value)
  return typeof value === 'string' && !isWord ? JSON.stringify(value) : String(value)
}

function isList(value: Yaml): value is readonly Yaml[] {
  return Array.isArray(value)
}
