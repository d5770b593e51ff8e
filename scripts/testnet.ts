// `npm run testnet`: ten nodes on this machine until Ctrl-C. More arguments are those of `hearsay testnet up`: npm run testnet -- -n 20
import { bundle } from './bundle.ts'

bundle()
const { main } = (await import(new URL('../dist/main.js', import.meta.url).href)) as {
  main: (argv: readonly string[]) => Promise<number>
}
process.exitCode = await main(['testnet', 'up', ...process.argv.slice(2)])
