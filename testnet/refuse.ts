import type { Refusal } from './control.ts'

/** An outcome that says what was not done, why, and what to do next. */
export function refuse(
  code: Refusal['code'],
  message: string,
  hint: string,
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { code, message, hint } }
}
