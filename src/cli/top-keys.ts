/** Keys of `top` to what they do. Pure: bytes of a terminal in, intention out. */

export type TopKey = 'up' | 'down' | 'send' | 'kill' | 'restart' | 'pause' | 'cut' | 'heal' | 'quit'

const KEYS: Readonly<Record<string, TopKey>> = {
  '\x1b[A': 'up',
  '\x1b[B': 'down',
  '\x1bOA': 'up',
  '\x1bOB': 'down',
  j: 'down',
  s: 'send',
  k: 'kill',
  r: 'restart',
  p: 'pause',
  c: 'cut',
  h: 'heal',
  q: 'quit',
  // Ctrl-C: in raw mode the terminal makes no signal of it.
  '\x03': 'quit',
}

/**
 * What was pressed, by what a terminal sent at once: one key, or several times a way up or down, as a slow line gathers
 * them. All else means nothing: a text that somebody pastes must not kill nodes by its letters.
 */
export function keysOf(text: string): TopKey[] {
  const key = KEYS[text]
  if (key !== undefined) return [key]
  const arrows = text.match(/\x1b[[O][AB]/g) ?? []
  return arrows.join('') === text ? arrows.flatMap((arrow) => KEYS[arrow] ?? []) : []
}
