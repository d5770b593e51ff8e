// `npm run build:native`: builds the native checker (src/adapters/crypto/native, Rust) into `native/` for this machine.
// Nothing needs it: a node that finds it uses it, if it passes the self-test. Plain JavaScript, so that any Node runs
// it.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = process.env.CARGO_TARGET_DIR ?? join(tmpdir(), 'hearsay-native')
const cargo = spawnSync('cargo', ['build', '--release', '--locked'], {
  cwd: join(root, 'src/adapters/crypto/native'),
  env: { ...process.env, CARGO_TARGET_DIR: target },
  stdio: 'inherit',
})
if (cargo.error !== undefined) {
  console.error(
    'build:native: there is no cargo here: install Rust 1.88 or newer, or go without: the node uses libsodium',
  )
  process.exitCode = 1
} else if (cargo.status !== 0) process.exitCode = 1
else {
  const built = { linux: 'libhearsay_check.so', darwin: 'libhearsay_check.dylib', win32: 'hearsay_check.dll' }
  const file = join(root, 'native', `check-${process.platform}-${process.arch}.node`)
  mkdirSync(join(root, 'native'), { recursive: true })
  copyFileSync(join(target, 'release', built[process.platform] ?? built.linux), file)
  console.log(`build:native: ${file}`)
}
