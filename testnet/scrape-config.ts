/**
 * What Prometheus needs to watch a testnet: `<home>/prometheus.yml`, with the names of the nodes as labels, written
 * whenever the network changes.
 */
import { join } from 'node:path'
import type { Manifest } from '../src/home/manifest.ts'
import { replaceFile } from '../src/home/own-file.ts'

/** The configuration; JSON is YAML, so nothing has to be escaped by hand. */
export function scrapeConfig({ network, nodes }: Manifest): string {
  const targets = nodes
    .filter(({ apiUrl }) => apiUrl !== '')
    .map(({ name, apiUrl }) => ({ targets: [new URL(apiUrl).host], labels: { node: name, network } }))
  const config = {
    global: { scrape_interval: '5s' },
    scrape_configs: [{ job_name: 'hearsay', metrics_path: '/metrics', static_configs: targets }],
  }
  return `# hearsay: prometheus --config.file=prometheus.yml; dashboards and alerts are in testnet/deploy\n${JSON.stringify(config, null, 2)}\n`
}

export function writeScrapeConfig(manifest: Manifest): void {
  replaceFile(join(manifest.home, 'prometheus.yml'), scrapeConfig(manifest))
}
