/** Text of anybody inside HTML and XML, in an element or in the value of an attribute. */

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** For HTML: by number, and both kinds of quotes. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** By the names that XML has too. What XML can't hold at all is the caller's to take out. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => NAMED[character] ?? character)
}
