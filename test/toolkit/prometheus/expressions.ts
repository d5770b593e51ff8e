/** What the dashboards and the alerts that we ship ask Prometheus. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const deploy = fileURLToPath(new URL('../../../testnet/deploy', import.meta.url))
export const alertFile = `${deploy}/prometheus/alerts.yml`

export interface Expression {
  /** The dashboard and the panel, or the alert. */
  readonly where: string
  /** Without a dashboard's variables: for all nodes. */
  readonly text: string
}

interface Panel {
  readonly title: string
  readonly targets: readonly { readonly expr: string }[]
}

export const dashboards = readdirSync(`${deploy}/grafana`)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ name, text: readFileSync(`${deploy}/grafana/${name}`, 'utf8') }))

export const panelExpressions: readonly Expression[] = dashboards.flatMap(({ name, text }) =>
  (JSON.parse(text) as { panels: readonly Panel[] }).panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({ where: `${name}: ${title}`, text: expr.replaceAll('$node', '.*') })),
  ),
)

export const alertExpressions: readonly Expression[] = [
  ...readFileSync(alertFile, 'utf8').matchAll(/^ {6}- alert: (\w+)\n {8}expr: (.+)$/gm),
].map(([, where = '', text = '']) => ({ where, text }))

/** What an alert compares: an alert that does not fire has no value, what it looks at must have one all the time. */
export function measureOf(alert: string): string {
  return alert.replace(/ (==|!=|[<>]=?) [\d.]+$/, '')
}
