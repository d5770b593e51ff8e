/**
 * The version of this program, as identify, the API and `--version` tell it; a tidy test holds it equal to
 * package.json's.
 */
export const VERSION = '0.1.0'
