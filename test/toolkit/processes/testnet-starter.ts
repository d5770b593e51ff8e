/**
 * Starts a testnet that is not to outlive this process, in the folder given as argument, and tells its starter when it
 * is ready.
 */
import { DEFAULT_PLAN, up } from '../../../testnet/control-client.ts'

const [home = '', supervisorEntry = ''] = process.argv.slice(2)
const outcome = await up({
  ...DEFAULT_PLAN,
  home,
  supervisorEntry,
  count: 2,
  seed: 1,
  detach: false,
  onProgress: () => undefined,
})
process.send?.(outcome.kind)
