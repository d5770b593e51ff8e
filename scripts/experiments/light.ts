// The light node in a real browser: `npm run light [-- --transactions 100 --pictures DIR]`. Chromium opens /light of a
// node that takes WebSockets; transactions are given to another node, and the page must check and show every one.
// Then a
// page joins through a hostile peer in place of the node, which sends it a forged one: refused, and the sender cut off.
// One line of JSON; exit code 1 where something does not hold. Without a Chromium it says so and ends with 0.
import { scriptArguments } from '../arguments.ts'
import { bundle } from '../bundle.ts'
import { findChromium } from '../../test/toolkit/find-chromium.ts'
import { tryLight } from './light/pages.ts'

const USAGE = 'usage: npm run light -- [--transactions 100] [--pictures DIR] (needs Chromium)'
const { values } = scriptArguments(USAGE, {
  options: { transactions: { type: 'string', default: '100' }, pictures: { type: 'string' } },
})
const executablePath = findChromium()
if (executablePath === null) console.log('light: no Chromium on this machine (Debian: apt-get install chromium)')
else {
  bundle()
  const { broken, figures } = await tryLight({
    executablePath,
    transactions: Number(values.transactions),
    pictures: values.pictures ?? null,
    onProgress: (text) => {
      console.error(`light: ${text}`)
    },
  })
  console.log(JSON.stringify({ v: 1, id: 'light', pass: broken.length === 0, broken, figures }))
  if (broken.length > 0) process.exitCode = 1
}
