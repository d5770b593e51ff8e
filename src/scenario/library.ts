/** The scenarios that the package brings. */
import partitionAndHeal from '../../testnet/scenarios/partition-and-heal.json' with { type: 'json' }

export interface Shipped {
  readonly document: unknown
}

const SHIPPED: Readonly<Record<string, Shipped>> = {
  'partition-and-heal': { document: partitionAndHeal },
}

export const SHIPPED_NAMES = Object.keys(SHIPPED)

/** The file of a shipped scenario, as it would lie on disk; undefined where there is none of this name. */
export function shippedText(name: string): string | undefined {
  const shipped = Object.hasOwn(SHIPPED, name) ? SHIPPED[name] : undefined
  return shipped === undefined ? undefined : `${JSON.stringify(shipped.document, null, 2)}\n`
}
