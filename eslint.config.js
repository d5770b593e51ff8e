// What the layers of ARCHITECTURE.md may call and import, and the habits that catch bugs of asynchronous code.
// Who may import whom among our own folders is held by .dependency-cruiser.cjs.
import tseslint from 'typescript-eslint'
import { usedWings } from './scripts/linting/used-wings.js'

// Layers that decide. They are synchronous and deterministic: the same input gives the same output on every machine and
// in virtual time, which is what makes a failure replayable from its seed.
const pureLayers = ['lib', 'domain', 'mempool', 'chain', 'relay', 'sync', 'membership', 'peers', 'kernel', 'trace'].map(
  (layer) => `src/${layer}/**/*.ts`,
)

const noReexports = [
  {
    selector: 'ExportAllDeclaration, ExportNamedDeclaration[source]',
    message:
      'Import from the file that defines it: barrels hide who depends on whom. Only src/index.ts and src/surface re-export.',
  },
]

// `process.stdout.write`, `stderr.end`, `writeSync(1, …)`, `writeSync(process.stderr.fd, …)`, and a second terminal
// beside the one of main.
const otherPrinter = 'Print through the Terminal (src/cli/terminal.ts): it makes texts of others harmless.'
const noOtherPrinter = [
  {
    selector: [
      'CallExpression[callee.property.name=/^(write|end)$/][callee.object.property.name=/^(stdout|stderr)$/]',
      'CallExpression[callee.name=/^(writeSync|writevSync|createWriteStream)$/][arguments.0.value=/^[12]$/]',
      "CallExpression[callee.name=/^(writeSync|writevSync)$/][arguments.0.property.name='fd']",
      "ImportDeclaration[source.value='node:tty']",
    ].join(', '),
    message: otherPrinter,
  },
]

const noSpreadLists = [
  {
    selector: "CallExpression[callee.name='concatBytes'] > SpreadElement",
    message: 'A list may be longer than a call can have arguments: concatAll takes it whole.',
  },
]

const noDefaultExport = [
  {
    selector: 'ExportDefaultDeclaration',
    message: 'Use a named export: a name that is the same everywhere can be searched.',
  },
]

const noAsync = [
  {
    selector: ':function[async=true]',
    message: 'This layer decides synchronously: return an effect and let node/ do it.',
  },
  {
    selector: 'AwaitExpression, ForOfStatement[await=true]',
    message: 'This layer decides synchronously: return an effect and let node/ do it.',
  },
  {
    selector: "TSTypeReference[typeName.name='Promise']",
    message: 'This layer decides synchronously: return an effect, and take its answer as an event.',
  },
  { selector: 'ImportExpression', message: 'A dynamic import is asynchronous: this layer is not.' },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Chance is an argument: take a lib/prng generator.',
  },
]

const typesOnly = [
  {
    selector: 'ExportNamedDeclaration > :matches(VariableDeclaration, FunctionDeclaration, ClassDeclaration)',
    message: 'A port is a contract: its values live in an adapter or in the domain.',
  },
]

const testFrameworkNames = 'it|test|describe|suite|bench'
const noSkippedTests = [
  {
    selector: [
      `MemberExpression[property.name=/^(skip|only|todo|fails)$/][object.name=/^(${testFrameworkNames})$/]`,
      `MemberExpression[property.name=/^(skip|only|todo|fails)$/][object.object.name=/^(${testFrameworkNames})$/]`,
      `CallExpression[callee.name=/^(${testFrameworkNames})$/] > ObjectExpression > Property[key.name=/^(skip|only|todo|fails)$/]`,
    ].join(', '),
    message:
      'A test runs or is deleted. Where the machine lacks something, use it.skipIf or context.skip(condition, reason).',
  },
  {
    selector:
      "CallExpression[callee.property.name='skip'][arguments.length=0], CallExpression[callee.name='skip'][arguments.length=0]",
    message: 'Say why: context.skip(condition, reason). The reporter prints the reason.',
  },
]

const asyncGlobals = [
  'Promise',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'queueMicrotask',
  'fetch',
  'AbortSignal',
  'AbortController',
].map((name) => ({ name, message: 'This layer decides synchronously: time is an argument, waiting is an effect.' }))

const impureGlobals = [
  { name: 'Date', message: 'Time is an argument (now, in milliseconds).' },
  { name: 'performance', message: 'Time is an argument (now, in milliseconds).' },
  { name: 'process', message: 'This layer knows no process: take what you need as an argument.' },
  { name: 'console', message: 'Return a value; node/observe makes log lines of it.' },
  { name: 'crypto', message: 'Chance is an argument (lib/prng); hashes are in lib/hash.' },
  { name: 'globalThis', message: 'A way around the other bans.' },
  { name: 'global', message: 'A way around the other bans.' },
]

const noBuffer = [{ name: 'Buffer', message: 'Use Uint8Array and lib/bytes.' }]

// Anything that is not a relative path is a package or a part of Node.
const relativeOnly = {
  regex: String.raw`^(?!\.\.?/)`,
  message: 'This layer uses nothing but our own pure code.',
}
const relativeOrHash = {
  regex: String.raw`^(?!\.\.?/|node:crypto$)`,
  message: 'lib/hash alone may use node:crypto, and nothing else: a hash is deterministic.',
}
const relativeOrNoble = {
  regex: String.raw`^(?!\.\.?/|@noble/hashes/(sha2|hmac)$)`,
  message: 'The hashes of a browser are those of @noble/hashes, and nothing else.',
}
const relativeOrBase = {
  regex: String.raw`^(?!\.\.?/|@scure/base$)`,
  message: 'Texts for bytes are those of @scure/base, and nothing else.',
}
const relativeOrCodec = {
  regex: String.raw`^(?!\.\.?/|@chainsafe/(persistent-merkle-tree|as-sha256|hashtree)(/|$))`,
  message: 'This layer uses our own pure code and the SSZ codec only.',
}
const restrictImports = (pattern) => ['error', { patterns: [pattern] }]

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './src/dashboard/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      eqeqeq: ['error', 'always'],
      'no-constant-binary-expression': 'error',
      'no-debugger': 'error',
      'no-dupe-else-if': 'error',
      'no-self-compare': 'error',
      'no-template-curly-in-string': 'error',
      'no-unreachable-loop': 'error',
      'no-unsafe-finally': 'error',
      'no-useless-rename': 'error',
      'no-var': 'error',
      'prefer-const': 'error',

      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-unnecessary-boolean-literal-compare': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // A new member of a closed union must be noticed everywhere. A `default: assertNever(x)` stays allowed.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { allowDefaultCaseForExhaustiveSwitch: true, considerDefaultExhaustiveForUnions: false },
      ],
      // An implementation of a port may be synchronous behind an asynchronous signature.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],

      'no-restricted-syntax': ['error', ...noDefaultExport, ...noReexports, ...noSpreadLists],
    },
  },

  { files: ['src/**/*.ts'], rules: { 'no-console': 'error' } },
  {
    files: ['src/kernel/**/*.ts'],
    plugins: { hearsay: { rules: { 'used-wings': usedWings } } },
    rules: { 'hearsay/used-wings': 'error' },
  },
  {
    // Texts of files and peers reach the user's terminal through one printer, which obeys none of their controls. The
    // testnet's programs write to their logs.
    files: ['src/**/*.ts', 'testnet/**/*.ts'],
    ignores: [
      'src/cli/terminal.ts',
      ...pureLayers,
      'src/ports/**',
      'src/index.ts',
      'src/surface/**',
      'src/dashboard/**',
      'src/sim/**',
      // Its stdout is read by who started it.
      'src/scenario/virtual/run.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', ...noDefaultExport, ...noReexports, ...noOtherPrinter] },
  },
  { files: ['src/index.ts', 'src/surface/*.ts'], rules: { 'no-restricted-syntax': ['error', ...noDefaultExport] } },

  {
    files: pureLayers,
    rules: {
      'no-restricted-syntax': ['error', ...noDefaultExport, ...noReexports, ...noSpreadLists, ...noAsync],
      'no-restricted-globals': ['error', ...asyncGlobals, ...impureGlobals, ...noBuffer],
      'no-restricted-imports': restrictImports(relativeOnly),
    },
  },
  {
    files: ['src/ports/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...noDefaultExport, ...noReexports, ...noSpreadLists, ...typesOnly] },
  },
  {
    files: ['src/lib/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', ...asyncGlobals, ...impureGlobals] },
  },
  {
    files: ['src/lib/hash.browser.ts'],
    rules: { 'no-restricted-imports': restrictImports(relativeOrNoble) },
  },
  { files: ['src/lib/hash.ts'], rules: { 'no-restricted-imports': restrictImports(relativeOrHash) } },
  {
    files: ['src/lib/bech32.ts', 'src/lib/base58.ts'],
    rules: { 'no-restricted-imports': restrictImports(relativeOrBase) },
  },
  {
    // The codec, and the ledger whose state root is a Merkle tree.
    files: ['src/domain/**/*.ts', 'src/chain/**/*.ts'],
    rules: { 'no-restricted-imports': restrictImports(relativeOrCodec) },
  },

  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...noDefaultExport, ...noReexports, ...noSpreadLists, ...noSkippedTests],
      // JSON answers of the API and of the commands are `any` at first; asserting on them is the point of the test.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },

  { files: ['*.config.ts', '*.config.js'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['**/*.js', '**/*.cjs'], ...tseslint.configs.disableTypeChecked },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
)
