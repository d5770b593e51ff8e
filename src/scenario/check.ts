/**
 * The text of a scenario file to an experiment, or to what is wrong with it: where (line and column), why, and what
 * was probably meant.
 */
import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser'
import { Errors } from 'typebox/schema'
import type { TSchema } from 'typebox'
import { didYouMean } from '../lib/suggest.ts'
import { ENTRIES, ENTRY_NAMES, FRAME, type ScenarioDocument } from './document.ts'
import type { Experiment } from './experiment.ts'
import { MISTAKES_MAX } from './limits.ts'
import { compile, type Path } from './timeline.ts'

export interface Mistake {
  /** From 1; of the value that is wrong. */
  readonly line: number
  readonly column: number
  /** `timeline[3].nodes`; empty for the file as a whole. */
  readonly path: string
  readonly message: string
  /** May be empty. */
  readonly hint: string
}

export type Checked =
  | { readonly ok: true; readonly experiment: Experiment; readonly document: ScenarioDocument }
  /** At least one, in the order of the file. */
  | { readonly ok: false; readonly mistakes: readonly Mistake[] }

type Found = Pick<Mistake, 'message' | 'hint'> & { readonly path: Path; readonly isKey?: boolean }

/** @param text JSON; comments and commas at the end are allowed */
export function checkScenario(text: string): Checked {
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false })
  const [broken] = errors
  if (broken !== undefined || tree === undefined) {
    const offset = broken?.offset ?? 0
    const message =
      text.trim() === ''
        ? 'the file is empty'
        : `is not JSON: ${broken === undefined ? '' : wordsOf(printParseErrorCode(broken.error))}`
    return {
      ok: false,
      mistakes: [{ ...placeAt(text, offset), path: '', message, hint: 'see `hearsay scenario show quiet`' }],
    }
  }
  const value = valueOf(tree)
  const found = mistakesOf(value)
  if (found.length > 0) return { ok: false, mistakes: located(text, tree, found) }
  const document = value as ScenarioDocument
  const compiled = compile(document)
  if (compiled.ok) return { ok: true, experiment: compiled.experiment, document }
  return {
    ok: false,
    mistakes: located(
      text,
      tree,
      compiled.mistakes.map((each) => ({ ...each, hint: '' })),
    ),
  }
}

/** Values without a prototype that a key such as `__proto__` could change. */
function valueOf(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(valueOf)
  if (node.type !== 'object') return node.value as unknown
  const entries = (node.children ?? []).map(({ children = [] }): [string, unknown] => {
    const [key, value] = children
    return [String(key?.value), value === undefined ? undefined : valueOf(value)]
  })
  return Object.fromEntries(entries)
}

function mistakesOf(value: unknown): Found[] {
  const frame = against(FRAME, value, [])
  const timeline = isObject(value) && Array.isArray(value.timeline) ? (value.timeline as readonly unknown[]) : []
  return [...frame, ...timeline.flatMap((entry, index) => entryMistakes(entry, ['timeline', index]))]
}

function entryMistakes(entry: unknown, path: Path): Found[] {
  if (!isObject(entry)) return [{ path, message: 'is not an object with "at" and "do"', hint: '' }]
  const name = entry.do
  const known = ENTRY_NAMES.find((each) => each === name)
  if (known !== undefined) return against(ENTRIES[known], entry, path)
  const choices = `one of ${ENTRY_NAMES.join(', ')}`
  if (typeof name !== 'string') return [{ path, message: `does not say what to do: give "do", ${choices}`, hint: '' }]
  const hint = didYouMean(name, ENTRY_NAMES) || `it is ${choices}`
  return [{ path: [...path, 'do'], message: `there is nothing called "${name}" to do`, hint }]
}

/** What of a value is not as its schema has it: one mistake for each place. */
function against(schema: TSchema, value: unknown, base: Path): Found[] {
  const found: Found[] = []
  const [, wrong] = Errors(schema, value)
  for (const { keyword, instancePath, params, message } of wrong) {
    const own = instancePath === '' ? [] : instancePath.slice(1).split('/').map(unescaped)
    const path = [...base, ...own.map((part) => (/^\d+$/.test(part) ? Number(part) : part))]
    const details = params as Readonly<Record<string, unknown>>
    if (keyword === 'additionalProperties') {
      for (const key of details.additionalProperties as readonly string[]) {
        const known = knownKeys(schema, own)
        const hint = didYouMean(key, known) || `it may have ${known.join(', ')}`
        found.push({ path: [...path, key], message: `there is no "${key}" here`, hint, isKey: true })
      }
    } else if (keyword === 'required')
      for (const key of details.requiredProperties as readonly string[])
        found.push({ path, message: `"${key}" is missing`, hint: '' })
    // A choice that none of fits: what each of them asked says less than all of them together.
    else if (keyword === 'anyOf' || keyword === 'enum')
      found.push({ path, ...choiceOf(schemaAt(schema, own), valueAt(value, own)) })
    else if (keyword !== 'const' && keyword !== 'boolean' && !isWithinChoice(schema, own))
      found.push({ path, message: keyword === 'pattern' ? patternText(valueAt(value, own)) : message, hint: '' })
    else if (keyword === 'const' && !isWithinChoice(schema, own))
      found.push({ path, message: `must be ${JSON.stringify(details.allowedValue)}`, hint: '' })
  }
  return found
}

function patternText(value: unknown): string {
  return `${JSON.stringify(value)} is not written as it must be: a time such as "500ms" or "20s", a name in lower case`
}

function choiceOf(schema: unknown, value: unknown): Pick<Found, 'message' | 'hint'> {
  const words = isObject(schema) && Array.isArray(schema.enum) ? (schema.enum as readonly string[]) : []
  const shown = JSON.stringify(value)
  if (words.length === 0) {
    const description = isObject(schema) && typeof schema.description === 'string' ? schema.description : 'another kind'
    return { message: `${shown} does not fit: ${description}`, hint: '' }
  }
  const meant = typeof value === 'string' ? didYouMean(value, words) : ''
  return { message: `${shown} is none of ${words.join(', ')}`, hint: meant }
}

/** The schema of what lies at a path below another one. */
function schemaAt(schema: unknown, path: readonly string[]): unknown {
  let at: unknown = schema
  for (const part of path) {
    if (!isObject(at)) return undefined
    at = isObject(at.properties) ? at.properties[part] : at.items
  }
  return at
}

function isWithinChoice(schema: unknown, path: readonly string[]): boolean {
  const at = schemaAt(schema, path)
  return isObject(at) && Array.isArray(at.anyOf)
}

function knownKeys(schema: unknown, path: readonly string[]): readonly string[] {
  const at = schemaAt(schema, path)
  return isObject(at) && isObject(at.properties) ? Object.keys(at.properties) : []
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], value)
}

function located(text: string, tree: Node, found: readonly Found[]): readonly Mistake[] {
  return found
    .map(({ path, message, hint, isKey }) => {
      const node = nearest(tree, path)
      // A key that should not be there is itself the place.
      const offset = isKey === true ? (node.parent?.children?.[0]?.offset ?? node.offset) : node.offset
      return { ...placeAt(text, offset), path: pathText(path), message, hint }
    })
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .slice(0, MISTAKES_MAX)
}

/** The value at a path, or what would hold it. */
function nearest(tree: Node, path: Path): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, [...path.slice(0, length)])
    if (node !== undefined) return node
  }
  return tree
}

function placeAt(text: string, offset: number): Pick<Mistake, 'line' | 'column'> {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/)
  return { line: before.length, column: [...(before.at(-1) ?? '')].length + 1 }
}

function pathText(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('')
}

/** `PropertyNameExpected` → `property name expected` */
function wordsOf(code: string): string {
  return code.replace(/[A-Z]/g, (letter, at: number) => (at === 0 ? letter.toLowerCase() : ` ${letter.toLowerCase()}`))
}

function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
