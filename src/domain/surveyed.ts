/** What came of asking one node, in a survey of all that can be reached. */
import type { PeerId } from './ids.ts'
import type { ClockSample, Observation } from './observation.ts'

export type SurveyTrouble = 'no-way' | 'cut-off' | 'busy' | 'no-answer' | 'not-served' | 'late' | 'dead'

export interface Surveyed {
  readonly peer: PeerId
  readonly name: string
  /** Why there is no answer; null where there is one. */
  readonly trouble: SurveyTrouble | null
  /** The nodes between. */
  readonly over: readonly PeerId[]
  readonly clock: ClockSample | null
  readonly observations: readonly Observation[]
}
