/**
 * What the router is told about a gossip message (PROTOCOL.md, Verdicts): `accept` hands it on, `reject` costs its
 * sender, `ignore` does neither.
 */
export type Verdict = 'accept' | 'ignore' | 'reject'
