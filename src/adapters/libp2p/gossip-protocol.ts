/** Which streams are gossip's: every version of its protocol begins so. */
export const GOSSIP_PROTOCOLS = '/meshsub/'

export function isGossip({ protocol }: { readonly protocol: string }): boolean {
  return protocol.startsWith(GOSSIP_PROTOCOLS)
}
