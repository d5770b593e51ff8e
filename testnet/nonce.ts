/**
 * Environment variable in which a supervisor gets the nonce of its run (src/home/proof.ts): arguments are everybody's
 * to see, the environment of a process is its user's alone.
 */
export const NONCE_VARIABLE = 'HEARSAY_HOME_NONCE'
