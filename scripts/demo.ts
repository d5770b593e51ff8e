// `npm run demo`: ten real nodes; signed transactions reach all of them, forged ones die at the first hop, and a node that is killed
// comes back with what it had. Needs nobody, leaves nothing running, and exits 0 only when every expectation was met.
import { Demo } from './demo/demo.ts'

process.exitCode = await new Demo({ json: process.argv.includes('--json') }).run()
