/** A QR picture for a terminal: two rows of it in a line, light on dark, with the quiet zone that readers want. */
import { encodeQR } from 'qr'

/** Modules around the symbol. The standard says four; readers of screens are content with two (qrencode's default). */
const BORDER = 2

/**
 * Lines of the picture. @param text in upper case: then it takes five and a half bits a character instead of eight
 */
export function qrLines(text: string): readonly string[] {
  const rows = encodeQR(text, 'raw', { ecc: 'low', border: BORDER })
  const lines: string[] = []
  for (let at = 0; at < rows.length; at += 2) {
    const [upper = [], lower] = [rows[at], rows[at + 1]]
    // Dark modules are left to the terminal's ground, so that nothing of it depends on colours.
    lines.push(upper.map((isDark, x) => BLOCKS[isDark ? 1 : 0][(lower?.[x] ?? true) ? 1 : 0]).join(''))
  }
  return lines
}

/** By whether the upper and the lower module are dark. */
const BLOCKS = [
  ['█', '▀'],
  ['▄', ' '],
] as const
