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

/** Null for a key without a meaning. */
export function keyOf(text: string): TopKey | null {
  return KEYS[text] ?? null
}
