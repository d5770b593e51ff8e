import { chromium, type Browser } from 'playwright-core'
import { CHROMIUM_ARGS } from '../../../test/toolkit/find-chromium.ts'
import type { Reader } from './readers.ts'

/** Chromium's own EventSource, in a page of the node's address. */
export function chromiumReader(executablePath: string): Reader {
  return {
    name: 'EventSource of Chromium',
    start: (url) => {
      let said = ''
      let browser: Browser | null = null
      const opening = (async () => {
        browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS })
        const page = await browser.newPage()
        page.on('console', (message) => {
          said += `${message.text()}\n`
        })
        const { origin, pathname, search } = new URL(url)
        const script = `const source = new EventSource(${JSON.stringify(pathname + search)})
          for (const name of ['admitted', 'dropped']) source.addEventListener(name, ({ type, data }) => console.log(type, data))`
        await page.route('**/reader.html', (route) =>
          route.fulfill({ contentType: 'text/html', body: `<script>${script}</script>` }),
        )
        await page.goto(`${origin}/reader.html`)
      })()
      return {
        said: () => said,
        running: () => true,
        stop: async () => {
          await opening.catch(() => undefined)
          await browser?.close()
        },
      }
    },
  }
}
