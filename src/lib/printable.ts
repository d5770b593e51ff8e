/**
 * Texts of others as a terminal may show them. A name, an error or a line of a log may hold anything: characters that
 * move the cursor, clear the screen, set the title or the clipboard (control characters, ESC among them), that turn the
 * direction of what follows, or that are not seen at all (formats, separators of lines and paragraphs, halves of
 * characters). Each shows as �.
 */

/**
 * Unicode's general categories Cc, Cf, Cs, Zl and Zp: controls, formats, lone surrogates, line and paragraph
 * separators.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu
const SHOWN = '�'
/** The same in JSON, where ASCII's controls and lone surrogates are escaped already. */
const UNPRINTABLE_IN_JSON = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu
/** What ends a line: for terminals, for JavaScript, for Unicode. */
const LINE_BREAKS = /[\n\r\v\f\u0085\u2028\u2029]+/g

/** One line: nothing in it does anything but be seen. A tab is a space. */
export function plain(text: string): string {
  return text.replaceAll('\t', ' ').replace(UNPRINTABLE, SHOWN)
}

/** Several lines, each of them plain: for texts whose ends of line are our own. */
export function plainLines(text: string): string {
  return text.split('\n').map(plain).join('\n')
}

/** A text with its line breaks as spaces: what stands in a line of ours must not begin another. */
export function oneLine(text: string): string {
  return text.replace(LINE_BREAKS, ' ')
}

/**
 * JSON on one line that a terminal may show: the same document, with every character escaped that could do more than be
 * seen.
 */
export function plainJson(document: unknown): string {
  return plainJsonText(JSON.stringify(document))
}

/** The same for a text that is JSON. */
export function plainJsonText(json: string): string {
  return json.replace(UNPRINTABLE_IN_JSON, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}
