/**
 * A set that nodes compare with one another, and what of it is missing here. Its owner books what comes and goes;
 * repair compares, and asks for what is missing.
 */
import type { SetName } from '../../domain/codec/reconcile-codec.ts'
import { concatBytes, utf8 } from '../../lib/bytes.ts'
import { FingerprintTree } from '../../sync/fingerprint-tree.ts'
import { Wanted } from '../../sync/wanted.ts'
import type { Shared } from './state.ts'

export interface ComparedSet {
  readonly tree: FingerprintTree
  readonly wanted: Wanted
}

/** What is missing of each set, by the name under which its size is shown. */
const WANTED_NAMES: Readonly<Record<SetName, string>> = { transactions: 'wanted', records: 'wantedRecords' }

export function comparedSet(name: SetName, { networkId, config, nextJob }: Shared): ComparedSet {
  return {
    tree: new FingerprintTree(concatBytes(utf8(networkId), Uint8Array.of(0), utf8(name))),
    wanted: new Wanted({ name: WANTED_NAMES[name], nextNumber: nextJob, chance: config.chance }),
  }
}
