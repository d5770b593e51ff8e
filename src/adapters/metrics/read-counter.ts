import { Counter } from 'prom-client'
import type { Registry } from 'prom-client'

/** A counter whose value somebody else keeps: it is read when metrics are asked for, and must only grow. */
export function readCounter(
  registry: Registry,
  config: { readonly name: string; readonly help: string },
  read: () => number,
): void {
  new Counter({
    ...config,
    registers: [registry],
    collect() {
      this.reset()
      this.inc(read())
    },
  })
}
