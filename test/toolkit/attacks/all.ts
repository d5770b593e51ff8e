/** Every attack that can be run, by its number in the threat list. */
import type { Attack } from '../arena/attack.ts'
import { API_ATTACKS } from './api.ts'
import { CHAIN_ATTACKS } from './chain.ts'
import { CROWD_ATTACKS } from './crowds.ts'
import { HOME_ATTACKS } from './home.ts'
import { INVENTED_ATTACKS } from './invented.ts'
import { LIAR_ATTACKS } from './liars.ts'
import { NEIGHBOUR_ATTACKS } from './neighbours.ts'
import { REPLAY_ATTACKS } from './replays.ts'
import { ROUTER_ATTACKS } from './router.ts'
import { SIGNATURE_ATTACKS } from './signatures.ts'
import { SLOW_FORGER_ATTACKS } from './slow-forgers.ts'
import { TRANSPORT_ATTACKS } from './transport.ts'
import { VALIDATOR_ATTACKS } from './validators.ts'
import { WORK_ATTACKS } from './work.ts'

const number = ({ id }: Attack): number => Number(id.slice(1))

export const ATTACKS: readonly Attack[] = [
  ...SIGNATURE_ATTACKS,
  ...ROUTER_ATTACKS,
  ...TRANSPORT_ATTACKS,
  ...API_ATTACKS,
  ...NEIGHBOUR_ATTACKS,
  ...CHAIN_ATTACKS,
  ...REPLAY_ATTACKS,
  ...HOME_ATTACKS,
  ...INVENTED_ATTACKS,
  ...LIAR_ATTACKS,
  ...CROWD_ATTACKS,
  ...SLOW_FORGER_ATTACKS,
  ...VALIDATOR_ATTACKS,
  ...WORK_ATTACKS,
].sort((a, b) => number(a) - number(b))
