/**
 * What a node's own page and `peers` show of a mixed network: pictures for a person to look at, where there is a
 * Chromium.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { runCommand } from '../../../src/cli/run-inside.ts'
import { CHROMIUM_ARGS, findChromium } from '../../../test/toolkit/find-chromium.ts'
import type { Say } from './outcome.ts'

export async function takePictures(apiUrl: string, home: string, folder: string, say: Say): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const { stdout } = await runCommand(['peers', '--node', 'node-0', '--home', home])
  writeFileSync(join(folder, 'peers.txt'), stdout)
  const executablePath = findChromium()
  if (executablePath === null)
    return say('no Chromium on this machine: no picture of the page (Debian: apt-get install chromium)')
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS })
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    await page.goto(`${apiUrl}/`)
    await page.getByText('live', { exact: true }).waitFor()
    await page.locator('#nodes tr').nth(1).waitFor()
    await page.screenshot({ path: join(folder, 'page.png'), fullPage: true })
  } finally {
    await browser.close()
  }
  say(`pictures are in ${folder}`)
}
