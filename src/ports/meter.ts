/**
 * What a node counts and measures. Labels come from closed lists only: never a peer, a hash, or anything else that a
 * stranger chooses.
 */
export interface Meter {
  count(name: MeterCounter, labels: Readonly<Record<string, string>>, by?: number): void
  observe(name: MeterHistogram, seconds: number): void
}

export type MeterCounter =
  | 'messages' // topic, verdict
  | 'received' // topic
  | 'outcomes' // topic, outcome
  | 'evicted' // why
  | 'malformed' // what
  | 'mute_links' // carried
  | 'deaf_peers' // none
  | 'overworked' // what
  | 'items' // topic, outcome (admitted, known, or the reject code)
  | 'duplicates' // topic
  | 'propagation_records' // kind, event
  | 'transactions_taken'
  | 'bytes' // topic, kind (first, duplicate)
  | 'shed' // topic, reason
  | 'late_verdicts' // topic
  | 'published' // topic, outcome
  | 'offences' // offence
  | 'bans' // subject (peer, address)
  | 'removed' // why
  | 'blocks_rebuilt' // how (unasked, asked)
  | 'block_bytes_saved'
  | 'reorgs' // across (settled, unsettled)
  | 'equivocations'
  | 'own_blocks_refused'
  | 'records' // outcome
  | 'gossip_alarms' // change (raised, ended)
  | 'sets_compared' // set, outcome (equal, different)
  | 'repair_bytes' // set
  | 'store_failures'
  | 'networks_refused'
  | 'dials_failed' // kind

export type MeterHistogram =
  /** From the arrival of a message to the beginning of its judgement. */
  | 'queue_seconds'
  /** One job of signature checks, from its start to its result. */
  | 'check_seconds'
  /** From the arrival of a message to its verdict; what is shed was not judged. */
  | 'judging_seconds'
  /**
   * From the creation of a transaction, by its maker's clock, to its admission here, by ours; once for each that came
   * from a peer.
   */
  | 'propagation_seconds'
  /** From a submission to its answer: judged, on disk. */
  | 'submission_seconds'
  /** One write, from its request to its outcome. */
  | 'store_write_seconds'
