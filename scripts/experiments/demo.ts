// `npm run demo`: builds the command and runs `hearsay demo`. More arguments are those of that command: npm run demo --
// --json
import { runBuilt } from '../bundle.ts'

await runBuilt(['demo', ...process.argv.slice(2)])
