// Who may import whom. The table is the one of ARCHITECTURE.md; a layer may always import itself.
// What a layer may call (clocks, promises, chance) is held by eslint.config.js.

const machines = ['mempool', 'chain', 'relay', 'sync', 'membership', 'peers']
const anyMachine = `src/(${machines.join('|')})/`
const machineLimits = `src/(${machines.join('|')})/limits\\.ts`

// Layer: what it may import, as regular expressions on the path from the project's root.
const mayImport = {
  'src/lib': [],
  'src/domain': ['src/lib/'],
  ...Object.fromEntries(machines.map((machine) => [`src/${machine}`, ['src/domain/', 'src/lib/']])),
  // Effects and events name what the ports take and answer; src/ports holds types only.
  'src/kernel': [anyMachine, 'src/ports/', 'src/domain/', 'src/lib/'],
  'src/ports': ['src/domain/', 'src/lib/'],
  'src/wallet': ['src/domain/', 'src/lib/'],
  'src/client': ['src/domain/', 'src/lib/'],
  // The vectors for other implementations are made by what the node itself uses.
  'src/surface': [
    'src/node/(config|compose|fitting-node)\\.ts',
    'src/sim/(child|run|scenario|network)\\.ts',
    'testnet/embedded/',
    'src/client/',
    'src/wallet/(keys|dev-accounts|make-transaction|quick-signer)\\.ts',
    'src/adapters/crypto/verify-signature\\.ts',
    'src/ports/control\\.ts',
    'src/domain/',
  ],
  'src/vectors': ['src/wallet/', 'src/sync/', 'src/mempool/id-sum\\.ts', 'src/domain/', 'src/lib/'],
  // The kit plays nodes over raw libp2p, and knows of a node what PROTOCOL.md says: objects and names, never an adapter
  // or a decision.
  'src/conform': ['src/wallet/', 'src/domain/', 'src/lib/'],
  // What lies in a home is read, judged and written here, for whoever runs a testnet and whoever asks it.
  'src/home': ['src/lib/'],
  // Records in, trees and figures out: what the command line, the page, the report and a replay share. The formulae
  // import nothing.
  'src/trace': ['src/sim/theory\\.ts', 'src/domain/', 'src/lib/'],
  'src/dashboard': ['src/trace/', 'src/client/', 'src/domain/'],
  // Adapters meet in node/compose.ts, never one another: that is what lets each of them be replaced.
  'src/adapters': ['src/ports/', 'src/domain/', 'src/lib/'],
  // A machine decides through the kernel only; its limits are also what the node reports and configures.
  'src/node': ['src/kernel/', machineLimits, 'src/ports/', 'src/adapters/', 'src/domain/', 'src/lib/'],
  // The simulator runs the production runtime on the real gossipsub, but composes its own world.
  'src/sim': [
    'src/node/(?!compose\\.ts)',
    'src/kernel/',
    machineLimits,
    'src/ports/',
    'src/adapters/(libp2p|crypto|store)/',
    'src/wallet/',
    'src/domain/',
    'src/lib/',
  ],
  // A node in a page: the production runtime on the adapters that run anywhere. Its page shows documents.
  'src/light/page': ['src/light/(limits|view)\\.ts'],
  'src/light': [
    'src/node/(?!compose\\.ts)',
    'src/kernel/',
    'src/ports/',
    'src/adapters/(libp2p|crypto|store)/',
    'src/domain/',
    'src/lib/',
  ],
  // One experiment, three worlds: it runs the simulator and the testnet, and neither knows of it.
  'src/scenario': ['src/sim/', 'testnet/', 'src/client/', 'src/home/', 'src/wallet/', 'src/domain/', 'src/lib/'],
  // Theory beside measurement: models, and the machines of nodes without their network.
  'src/lab': [
    'src/sim/(child|models|network|run|scenario|theory|topology)\\.ts',
    'src/sync/',
    'src/membership/',
    'src/domain/',
    'src/lib/',
  ],
  'src/cli': [
    'src/scenario/',
    'src/lab/',
    'src/vectors/',
    'src/conform/',
    'src/trace/',
    'src/client/',
    'src/home/',
    'src/wallet/',
    'src/node/',
    'testnet/',
    'src/domain/',
    'src/lib/',
  ],
  // Of libp2p's adapter the demo's forger alone takes the peer that keeps no rules.
  testnet: [
    'src/trace/',
    'src/client/',
    'src/home/',
    'src/wallet/',
    'src/node/',
    'src/adapters/(http/|libp2p/outsider\\.ts)',
    'src/domain/',
    'src/lib/',
  ],
}

const layerRules = Object.entries(mayImport).map(([layer, allowed]) => ({
  name: `layer-${layer.replace('src/', '')}`,
  comment: `${layer} may import ${allowed.join(', ') || 'nothing of ours'}, and itself.`,
  severity: 'error',
  from: { path: `^${layer}/` },
  to: { path: '^(src|testnet|scripts|test)/', pathNot: [`^${layer}/`, ...allowed.map((path) => `^${path}`)] },
}))

// Wing of the kernel: what it may ask. The hall (the files of src/kernel itself) sees all of them, and none of them
// sees the hall.
const mayAsk = {
  shared: [],
  peers: ['shared'],
  transactions: ['peers', 'shared'],
  blocks: ['transactions', 'peers', 'shared'],
  repair: ['transactions', 'peers', 'shared'],
  members: ['peers', 'shared'],
}

const wingRules = Object.entries(mayAsk).map(([wing, others]) => ({
  name: `kernel-${wing}`,
  comment: `src/kernel/${wing} may ask ${others.join(', ') || 'no other wing'}: what else it needs, the hall hands it.`,
  severity: 'error',
  from: { path: `^src/kernel/${wing}/` },
  to: { path: '^src/kernel/', pathNot: [wing, ...others].map((other) => `^src/kernel/${other}/`) },
}))

// What whoever takes a surface gets with it. A file with a twin for browsers (x.browser.ts) may use Node, and the build
// for browsers fails where another does.
const surfaceKnows = {
  protocol: [
    'src/(domain|lib)/',
    'src/wallet/(keys|dev-accounts|make-transaction|quick-signer)\\.ts',
    'src/adapters/crypto/(verify-signature|noble-verifier|first-invalid|key-cache|limits|strict-rule)\\.ts',
    'src/ports/signature-verifier\\.ts',
    'node_modules/(@noble/(ed25519|hashes)|@scure/base)/',
    'node_modules/@chainsafe/(persistent-merkle-tree|as-sha256)/',
    'node:crypto$',
    'crypto$',
  ],
  client: ['src/(client|domain|lib)/', 'node_modules/@noble/hashes/', '(node:)?(http|crypto|events)$'],
}

module.exports = {
  forbidden: [
    ...layerRules,
    ...wingRules,
    {
      name: 'kernel-is-in-wings',
      comment: 'A folder of the kernel is a wing, and says above what it may ask.',
      severity: 'error',
      from: {},
      to: { path: '^src/kernel/[^/]+/', pathNot: `^src/kernel/(${Object.keys(mayAsk).join('|')})/` },
    },
    {
      name: 'entry-main',
      comment: 'src/main.ts turns arguments into a command: everything else is behind src/cli.',
      severity: 'error',
      from: { path: '^src/main\\.ts$' },
      to: { path: '^(src|testnet|scripts|test)/', pathNot: '^src/(cli|domain|lib)/' },
    },
    {
      name: 'entry-index',
      comment: 'The public library is its surfaces put together.',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: { path: '^(src|testnet|scripts|test)/', pathNot: '^src/surface/(protocol|client|node)\\.ts$' },
    },
    {
      name: 'nobody-imports-an-entry',
      comment: 'Nothing of ours is made of the public library.',
      severity: 'error',
      from: { path: '^(src|testnet)/', pathNot: '^src/index\\.ts$' },
      to: { path: '^src/(main\\.ts$|index\\.ts$|surface/)' },
    },
    ...Object.entries(surfaceKnows).map(([surface, allowed]) => ({
      name: `surface-${surface}`,
      comment: `hearsay/${surface} is made of ${allowed.join(', ')} and of nothing else, however far away.`,
      severity: 'error',
      from: { path: `^src/surface/${surface}\\.ts$` },
      to: { path: '.', pathNot: allowed.map((path) => `^${path}`), reachable: true },
    })),
    {
      name: 'adapters-apart',
      comment: 'One adapter does not know another: what they share is a port or a domain type.',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)' },
      to: { path: '^src/adapters/', pathNot: '^src/adapters/$1' },
    },
    {
      name: 'only-compose-constructs',
      comment:
        'node/compose.ts imports adapters as values, and fetch-document.ts, which asks one node one thing; the rest of node/ knows ports.',
      severity: 'error',
      from: { path: '^src/node/', pathNot: '^src/node/(compose|fetch-document)\\.ts$' },
      to: { path: '^src/adapters/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'cli-loads-the-node-when-asked',
      comment: 'A command that only talks to a node must start without libp2p: import() inside the command.',
      severity: 'error',
      from: { path: '^src/(cli/|main\\.ts$)' },
      to: { path: '^(src/(node|conform)|testnet)/', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'libp2p-stays-in-its-adapter',
      comment: 'Outside, a peer is a branded string and a message is bytes.',
      severity: 'error',
      from: { path: '^(src|testnet)/', pathNot: '^src/(adapters/libp2p|sim|conform)/' },
      to: {
        path: 'node_modules/(libp2p|@libp2p/[^/]+|@chainsafe/libp2p-gossipsub|@multiformats/[^/]+|it-[^/]+|uint8arraylist)/',
      },
    },
    {
      name: 'toolkit-stands-alone',
      comment:
        'What makes networks for tests and for experiments knows neither: test/toolkit imports the product and itself.',
      severity: 'error',
      from: { path: '^test/toolkit/' },
      to: { path: '^(scripts|test)/', pathNot: '^test/toolkit/' },
    },
    {
      name: 'scripts-take-the-toolkit-only',
      comment: 'Of test/, a script knows the toolkit: a test is run and not imported.',
      severity: 'error',
      from: { path: '^scripts/' },
      to: { path: '^test/', pathNot: '^test/toolkit/' },
    },
    {
      name: 'experiments-apart',
      comment: 'One experiment knows nothing of what is inside another: what two of them need lies in the toolkit.',
      severity: 'error',
      from: { path: '^scripts/experiments/([^/.]+)' },
      to: { path: '^scripts/experiments/', pathNot: '^scripts/experiments/$1[/.]' },
    },
    {
      name: 'tests-of-scripts',
      comment:
        'A test that needs a part of a script needs it in the toolkit; tests of the scripts themselves lie in test/unit/scripts.',
      severity: 'error',
      from: { path: '^test/', pathNot: '^test/(unit/scripts|tidy)/' },
      to: { path: '^scripts/' },
    },
    {
      name: 'packages-are-declared',
      comment: 'A package that package.json does not name may vanish with the next update of another.',
      severity: 'error',
      from: { path: '^(src|testnet|scripts|test)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'imports-exist',
      severity: 'error',
      from: {},
      // esbuild is absent in a production installation, and dist/ before the build.
      to: { couldNotResolve: true, pathNot: '^\\.\\./dist/' },
    },
    {
      name: 'no-cycles',
      comment: 'Also among types: two files that know each other are one file.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A source file that nothing reaches is deleted, or it is missing from where it belongs.',
      severity: 'error',
      from: {
        orphan: true,
        path: '^(src|testnet)/',
        pathNot: '^(src/(main|index)\\.ts|testnet/main\\.ts|src/scenario/virtual/run\\.ts|src/light/globals\\.ts)$',
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage)/' },
    // Type-only imports count: a layer that needs another's types depends on it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    cache: false,
  },
}
