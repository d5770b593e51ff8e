/**
 * The key whose blocks node-0 makes: the first that `network create dev-deploy` made, in the keystore of the
 * experiment.
 */
export const VALIDATOR = 'dev-deploy-validator-0'
export const PASSPHRASE_FILE = 'pass'
