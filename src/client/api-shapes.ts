/** What the document of the API says of its requests, as types: the paths that are asked, and what comes back. */
import type { paths } from './api-types.ts'

type Responses<Operation> = Operation extends { readonly responses: infer Found } ? Found : never
/** The bodies of all answers that are no refusals. */
type Success<Found> = Found[Extract<keyof Found, 200 | 202>]
type Json<Response> = Response extends { readonly content: { readonly 'application/json': infer Body } } ? Body : never

export type Method = 'get' | 'post'
/** Paths that answer this method, with the names of their parameters in braces. */
export type PathOf<M extends Method> = {
  [Path in keyof paths]: paths[Path][M] extends { readonly responses: unknown } ? Path : never
}[keyof paths]

/** The document that `M Path` answers with. */
export type AnswerOf<M extends Method, Path extends PathOf<M>> = Json<Success<Responses<paths[Path][M]>>>

type Parameters<M extends Method, Path extends PathOf<M>> = paths[Path][M] extends { readonly parameters: infer All }
  ? All
  : never
/** The parts of the path and the query that `M Path` takes. */
export type PartsOf<M extends Method, Path extends PathOf<M>> =
  Parameters<M, Path> extends { readonly path: infer Parts } ? Parts : Record<never, never>
export type QueryOf<M extends Method, Path extends PathOf<M>> =
  Parameters<M, Path> extends { readonly query?: infer Query } ? Query : never

/** Media types of the body that `M Path` takes. */
export type MediaOf<M extends Method, Path extends PathOf<M>> = paths[Path][M] extends {
  readonly requestBody: { readonly content: infer Content }
}
  ? keyof Content & string
  : never

/** A path with its parts in it and its query behind it. */
export function pathWith(
  path: string,
  parts: Readonly<Record<string, string>>,
  query: Readonly<Record<string, unknown>> = {},
): string {
  const whole = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parts[name] ?? ''))
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null)
  const text = given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')
  return text === '' ? whole : `${whole}?${text}`
}
