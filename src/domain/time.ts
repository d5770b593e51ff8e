/** The two times that every decision may need; both are arguments, never read (ARCHITECTURE.md, rule 2). */
export interface Now {
  /**
   * Milliseconds since the Unix epoch; may jump when somebody sets the clock. For what the protocol dates: windows,
   * slots, expiry.
   */
  readonly wallMs: number
  /**
   * Milliseconds that only grow, from an arbitrary start. For rates, deadlines and memory: no set clock may revive or
   * rush them.
   */
  readonly monoMs: number
}
