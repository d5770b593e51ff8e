// Screenshots of the page and the report, wide and narrow, light and dark, from a running testnet: `node scripts/run.ts
// screens [--home DIR] [--out DIR]`. Looks for Chromium where systems put it; without one it says so and ends with 0,
// since nothing is wrong.
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { scriptArguments } from '../arguments.ts'
import { chromium, type Page } from 'playwright-core'
import { readManifest } from '../../src/home/testnet-home.ts'
import { CHROMIUM_ARGS, findChromium } from '../../test/toolkit/find-chromium.ts'

const { values } = scriptArguments(
  'usage: node scripts/run.ts screens [--home .hearsay] [--out scripts/experiments/screens]: pictures of the page and the report (needs Chromium)',
  {
    options: {
      home: { type: 'string', default: '.hearsay' },
      out: { type: 'string', default: 'scripts/experiments/screens' },
    },
  },
)
const WIDTHS = [1280, 390] as const
const THEMES = ['light', 'dark'] as const

const executablePath = findChromium()
if (executablePath === null) console.log('screens: no Chromium on this machine (Debian: apt-get install chromium)')
else process.exitCode = await take(executablePath, resolve(values.home), resolve(values.out))

async function take(executable: string, home: string, out: string): Promise<number> {
  const read = readManifest(home)
  const manifest = read.kind === 'found' ? read.manifest : null
  if (manifest?.supervisor.pageUrl === undefined) {
    console.error(`screens: no testnet runs in ${home}; start one with \`hearsay testnet up --detach\``)
    return 1
  }
  mkdirSync(out, { recursive: true })
  const browser = await chromium.launch({ executablePath: executable, args: CHROMIUM_ARGS })
  try {
    for (const colorScheme of THEMES)
      for (const width of WIDTHS) {
        const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
        await page.goto(manifest.supervisor.pageUrl)
        await settle(page)
        await page.screenshot({ path: join(out, `page-${width}-${colorScheme}.png`), fullPage: true })
        await page.goto(`file://${join(home, 'report.html')}`).catch(() => null)
        if (page.url().startsWith('file:'))
          await page.screenshot({ path: join(out, `report-${width}-${colorScheme}.png`), fullPage: true })
        await page.close()
        console.log(`screens: ${width} ${colorScheme}`)
      }
  } finally {
    await browser.close()
  }
  return 0
}

/** Sends what there is to see: a forged one, and some transactions, of which the last one is on the map. */
async function settle(page: Page): Promise<void> {
  await page.getByText('live', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Send a forged one' }).click()
  await page.getByText('it died there').waitFor()
  for (let sent = 0; sent < 3; sent++) {
    await page.getByRole('button', { name: 'Send a transaction' }).click()
    await page.getByText('is accepted by').waitFor()
  }
  await page.getByText('(100 %)').waitFor()
  await page.waitForFunction('document.querySelector("#curve canvas") !== null')
}
