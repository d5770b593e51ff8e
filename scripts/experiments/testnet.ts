// `npm run testnet`: ten nodes on this machine until Ctrl-C. More arguments are those of `hearsay testnet up`: npm run
// testnet -- -n 20
import { runBuilt } from '../bundle.ts'

await runBuilt(['testnet', 'up', ...process.argv.slice(2)])
