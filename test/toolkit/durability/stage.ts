/** The network of a node that is to be hurt: nobody makes blocks unless given, and it has been there for a minute. */
import type { NetworkParams } from '../../../src/domain/params.ts'
import { attackNetwork } from '../processes/funded-network.ts'
import { ProcessNetwork } from '../processes/process-network.ts'

/** @param given what of the network shall be otherwise */
export function setStage(purpose: string, given: Partial<NetworkParams> = {}): ProcessNetwork {
  return new ProcessNetwork(purpose, { ...attackNetwork(Date.now() - 60_000), ...given })
}
