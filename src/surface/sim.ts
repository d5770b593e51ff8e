/**
 * `hearsay/sim`: a network in virtual time. Whole nodes, or bare routers, run on the real gossipsub over simulated
 * links, in a process of their own; the same scenario with the same seed gives the same report, to the digest of
 * everything that happened.
 */
export { runInChild as simulate } from '../sim/child.ts'
export { afterRehearsals, everySecond, scenario } from '../sim/scenario.ts'
export type { Fault, Forgery, Publication, Scenario } from '../sim/scenario.ts'
export { REFERENCE_LINKS } from '../sim/network.ts'
export type { LinkProfile } from '../sim/network.ts'
export type { RunReport } from '../sim/run.ts'
