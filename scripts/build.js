// Bundles the command, the library and the testnet's supervisor into dist/. Plain JavaScript, so that whichever Node
// runs `npm ci` can run it. Bundled, a command starts in a third of the time: one file to read instead of a thousand.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// dist/<name>.js from <source>. Each one is a file of its own because another process or thread starts there.
const entries = {
  main: 'src/main.ts',
  index: 'src/index.ts',
  protocol: 'src/surface/protocol.ts',
  client: 'src/surface/client.ts',
  node: 'src/surface/node.ts',
  sim: 'src/surface/sim.ts',
  testnet: 'src/surface/testnet.ts',
  simulation: 'src/sim/run.ts',
  supervisor: 'testnet/main.ts',
  child: 'testnet/child.ts',
  forger: 'testnet/demo/forger.ts',
  experiment: 'src/scenario/virtual/run.ts',
}

// dist/dashboard/: what a browser loads, beside the program that serves it.
const page = ['src/dashboard/main.ts', 'src/dashboard/app.css']
const pageFiles = ['index.html']

// dist/browser/: what browsers can run of the library, for whoever bundles, by the condition `browser` of package.json.
// Each file of ours that needs Node has a twin beside it, `x.browser.ts` for `x.ts`, which takes its place.
const forBrowsers = ['index', 'protocol', 'client']
const twins = {
  name: 'twins',
  setup(build) {
    build.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const twin = join(resolveDir, path.replace(/\.ts$/, '.browser.ts'))
      return existsSync(twin) ? { path: twin } : undefined
    })
  },
}

// Native code finds its binary beside its own package.json, so it can't be bundled.
const external = ['sodium-native', 'classic-level', '@chainsafe/hashtree']
// One of them is never asked for: a faster hasher that @chainsafe/persistent-merkle-tree takes where somebody chooses
// it.
const unused = ['@chainsafe/hashtree']

// What a package asks for and never uses here is left empty: the API's document is JSON and not YAML, no request is
// made up in place of a socket, no metric carries a span or is a summary, no line of the log leaves by a thread of its
// own, no schema is of JSON Type Definition, the API is described as OpenAPI and not as Swagger 2.0, no header says for
// whom a proxy asks, answers are written by JSON.stringify, and no WebSocket compresses or is a stream of Node.
const emptied = {
  name: 'emptied',
  setup(build) {
    const packages = [
      'yaml',
      'light-my-request',
      '@opentelemetry/api',
      'tdigest',
      'thread-stream',
      'ipaddr.js',
      'fast-json-stringify',
    ]
    const parts = [
      'ajv/dist/jtd',
      '../spec/swagger',
      './permessage-deflate',
      './lib/permessage-deflate.js',
      './lib/stream.js',
    ]
    const unused = [...packages, ...parts].map((name) => name.replaceAll('.', '\\.')).join('|')
    build.onResolve({ filter: new RegExp(`^(${unused})$`) }, ({ path }) => ({ path, namespace: 'emptied' }))
    build.onLoad({ filter: /.*/, namespace: 'emptied' }, () => ({ contents: '' }))
    // What `ws` does itself where they are not installed, it learns from that.
    build.onResolve({ filter: /^(bufferutil|utf-8-validate)$/ }, ({ path }) => ({ path, namespace: 'missing' }))
    build.onLoad({ filter: /.*/, namespace: 'missing' }, () => ({ contents: "throw new Error('not installed')" }))
  },
}

// Node has the web's cryptography itself: @libp2p/tls brings another one, for a Node that had none.
const ownCrypto = {
  name: 'own-crypto',
  setup(build) {
    build.onResolve({ filter: /^@peculiar\/webcrypto$/ }, ({ path }) => ({ path, namespace: 'own-crypto' }))
    build.onLoad({ filter: /.*/, namespace: 'own-crypto' }, () => ({
      contents: "import { webcrypto } from 'node:crypto'\nexport function Crypto() { return webcrypto }",
    }))
  },
}

// Which Fastify a plugin of Fastify's fits, the lockfile has settled.
const settledVersions = {
  name: 'settled-versions',
  setup(build) {
    build.onResolve({ filter: /^semver$/ }, ({ path }) => ({ path, namespace: 'settled-versions' }))
    build.onLoad({ filter: /.*/, namespace: 'settled-versions' }, () => ({
      contents: 'module.exports = { coerce: (version) => version, gt: () => false, satisfies: () => true }',
    }))
  },
}

// npm keeps a copy of a package beside each of two that ask for a newer one than the first. One is enough, also for
// those
// that are content with the older one: both hand theirs to ajv, and what json-schema-resolver asks is the same in both.
const copies = {
  name: 'copies',
  setup(build) {
    const [kept, other] = ['@fastify/ajv-compiler', 'fast-json-stringify'].map((name) =>
      join(root, 'node_modules', name, 'node_modules', 'fast-uri'),
    )
    const versionIn = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
    if (![kept, other].every((folder) => existsSync(folder)) || versionIn(kept) !== versionIn(other)) return
    build.onResolve({ filter: /^fast-uri$/ }, ({ path, importer, pluginData }) => {
      if (pluginData === copies || importer.startsWith(dirname(kept))) return undefined
      return build.resolve(path, { kind: 'require-call', resolveDir: dirname(kept), pluginData: copies })
    })
    const hashes = ['@noble/curves', '@libp2p/noise', '@libp2p/crypto'].map((name) =>
      join(root, 'node_modules', name, 'node_modules', '@noble', 'hashes'),
    )
    const [first] = hashes
    const isOne = hashes.every((folder) => existsSync(folder) && versionIn(folder) === versionIn(first))
    build.onResolve({ filter: /^@noble\/hashes\// }, ({ path, kind, importer, pluginData }) => {
      if (!isOne || pluginData === copies || !/node_modules.@libp2p.(noise|crypto).dist/.test(importer))
        return undefined
      return build.resolve(path, { kind, resolveDir: dirname(dirname(dirname(first))), pluginData: copies })
    })
  },
}

// Names of what is inside a function are short: a stack trace shows none of them but those of inner functions. Names of
// functions, classes and methods stay, and with them a stack trace that says something.
const shortNames = {
  name: 'short-names',
  setup(build) {
    build.onLoad({ filter: /\.(ts|[cm]?js)$/, namespace: 'file' }, async ({ path }) => {
      const { code } = await build.esbuild.transform(readFileSync(path, 'utf8'), {
        loader: path.endsWith('.ts') ? 'ts' : 'js',
        minifyIdentifiers: true,
        platform: 'node',
        target: 'node24',
        sourcefile: path,
        sourcemap: 'inline',
        legalComments: 'inline',
      })
      return { contents: code, loader: 'js' }
    })
  },
}

// Bundled CommonJS packages call `require` and read `__dirname`, which ES modules don't have.
const banner = `import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
const __filename = import.meta.filename;
const __dirname = import.meta.dirname;`

// Whatever a browser loads.
const inBrowser = {
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'browser',
  target: ['chrome120', 'firefox121', 'safari17'],
  minify: true,
  logLevel: 'warning',
}

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

async function loadEsbuild() {
  try {
    return await import('esbuild')
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

function presentEntries() {
  const present = {}
  for (const [name, source] of Object.entries(entries)) {
    if (existsSync(join(root, source))) present[name] = join(root, source)
    else console.log(`build: ${source} does not exist, so there is no dist/${name}.js`)
  }
  return present
}

function writeWhole(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return
  const partial = `${path}.${process.pid}.partial`
  writeFileSync(partial, contents)
  renameSync(partial, path)
}

/**
 * Each file appears whole or not at all, and an unchanged one is not touched: a running testnet may be reading them.
 */
function write(files) {
  const folders = [dist, join(dist, 'browser')]
  for (const folder of folders) mkdirSync(folder, { recursive: true })
  for (const { path, contents } of files) writeWhole(path, contents)
  const current = new Set(files.map(({ path }) => path))
  for (const folder of folders)
    for (const name of readdirSync(folder)) {
      const path = join(folder, name)
      if (/\.js(\.map|\.LEGAL\.txt)?$/.test(name) && !current.has(path)) rmSync(path)
    }
}

/** Fails where anything asks for a module of Node: a bundler for browsers has none. */
async function buildForBrowsers() {
  return esbuild.build({
    ...inBrowser,
    absWorkingDir: root,
    entryPoints: Object.fromEntries(forBrowsers.map((name) => [name, join(root, entries[name])])),
    outdir: join(dist, 'browser'),
    splitting: true,
    sourcemap: true,
    legalComments: 'linked',
    metafile: true,
    plugins: [twins],
  })
}

async function buildPage() {
  const source = join(root, 'src/dashboard')
  const outdir = join(dist, 'dashboard')
  const { outputFiles, metafile } = await esbuild.build({
    ...inBrowser,
    absWorkingDir: root,
    entryPoints: page.map((path) => ({ in: join(root, path), out: 'app' })),
    outdir,
    metafile: true,
  })
  mkdirSync(outdir, { recursive: true })
  const copied = pageFiles.map((name) => ({ path: join(outdir, name), contents: readFileSync(join(source, name)) }))
  for (const { path, contents } of [...outputFiles, ...copied]) writeWhole(path, contents)
  return metafile
}

/**
 * The node in a page, which a clone serves at /light. It is no part of the package, whose size is bounded: half as
 * large again for whom most do without.
 */
async function buildLight() {
  const source = join(root, 'src/light')
  const outdir = join(dist, 'light')
  const { outputFiles } = await esbuild.build({
    ...inBrowser,
    absWorkingDir: root,
    entryPoints: [
      { in: join(source, 'worker.ts'), out: 'worker' },
      { in: join(source, 'page/main.ts'), out: 'app' },
      { in: join(source, 'page/app.css'), out: 'app' },
    ],
    outdir,
    legalComments: 'none',
    inject: [join(source, 'globals.ts')],
    plugins: [twins],
  })
  mkdirSync(outdir, { recursive: true })
  for (const { path, contents } of outputFiles) writeWhole(path, contents)
  writeWhole(join(outdir, 'index.html'), readFileSync(join(source, 'page/index.html')))
}

/**
 * Who installs the package gets what package.json names under `dependencies` and nothing else: that must be exactly
 * what the bundle leaves out.
 * @returns a sentence for each difference
 */
function undeclared(metafile) {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const left = new Set()
  for (const { imports } of Object.values(metafile.outputs)) {
    for (const { path, external: isOutside } of imports) {
      if (!isOutside || path.startsWith('node:') || builtinModules.includes(path) || unused.includes(path)) continue
      left.add(path)
    }
  }
  return [
    ...[...left].filter((name) => !(name in dependencies)).map((name) => `the bundle leaves out ${name}: a dependency`),
    ...Object.keys(dependencies)
      .filter((name) => !left.has(name))
      .map((name) => `the bundle holds ${name}: a devDependency`),
  ]
}

/**
 * What the bundle holds of others, with their licences, as those ask. A text that several share stands once, and alike
 * ones side by side: a packer sees 32 KB.
 */
function thirdParty(metafiles) {
  const folders = new Set()
  for (const { inputs } of metafiles) {
    for (const path of Object.keys(inputs)) {
      const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? []
      if (folder !== undefined) folders.add(folder)
    }
  }
  const namesOf = new Map()
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    const files = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|copying)/i.test(file))
    const texts = files.sort().map((file) => readFileSync(join(root, folder, file), 'utf8').trim())
    const text = texts.join('\n\n')
    namesOf.set(text, [...(namesOf.get(text) ?? []), `${name} ${version}: ${license ?? 'see below'}`])
  }
  const parts = [...namesOf].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `${parts.map(([text, names]) => `${names.join('\n')}\n\n${text}`).join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}

const esbuild = await loadEsbuild()
if (esbuild === undefined) {
  // `prepare` also runs where only the production dependencies are: that must not fail the installation.
  const preparing = process.argv.includes('--prepare')
  console.log(`build: esbuild is not installed, so dist/ is not built${preparing ? '' : ': run "npm ci"'}`)
  process.exitCode = preparing ? 0 : 1
} else {
  const started = Date.now()
  const entryPoints = presentEntries()
  try {
    const { outputFiles, metafile } = await esbuild.build({
      absWorkingDir: root,
      entryPoints,
      outdir: dist,
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      splitting: true,
      sourcemap: true,
      // A process keeps the text of its program in memory: shorter, and with one byte a character, since comments have
      // others. Names stay, for stack traces.
      minifyWhitespace: true,
      minifySyntax: true,
      legalComments: 'linked',
      external,
      // Its other form asks for its parts in a way that no bundler can follow.
      mainFields: ['module', 'main'],
      alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
      plugins: [emptied, copies, ownCrypto, settledVersions, shortNames],
      banner: { js: banner },
      metafile: true,
      logLevel: 'warning',
    })
    const gaps = undeclared(metafile)
    if (gaps.length > 0) throw new Error(`package.json and the bundle disagree:\n  ${gaps.join('\n  ')}`)
    const browser = await buildForBrowsers()
    write([...outputFiles, ...browser.outputFiles])
    const page = await buildPage()
    if (!process.argv.includes('--prepare')) await buildLight()
    writeWhole(join(dist, 'THIRD-PARTY-LICENCES.txt'), Buffer.from(thirdParty([metafile, browser.metafile, page])))
    const built = Object.keys(entryPoints).map((name) => `dist/${name}.js`)
    console.log(`build: ${built.join(', ') || 'nothing'} in ${Date.now() - started} ms`)
  } catch (error) {
    if (!Array.isArray(error.errors)) throw error
    // esbuild has printed each of them with its place.
    process.exitCode = 1
  }
}
