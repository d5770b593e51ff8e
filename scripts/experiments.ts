/**
 * What `node scripts/run.ts` can run. Its help is made of this table, and a test holds it to the files, to package.json
 * and to CONTRIBUTING.md.
 */

export interface Experiment {
  /** As it is typed; its file is `experiments/NAME.ts`, with a dash for a colon. */
  readonly name: string
  /** One line: what it does, and what the machine must have. */
  readonly about: string
}

export interface ExperimentGroup {
  readonly title: string
  readonly experiments: readonly Experiment[]
}

export const EXPERIMENTS: readonly ExperimentGroup[] = [
  {
    title: 'What strangers try',
    experiments: [
      { name: 'attack', about: 'hostile peers against real nodes, and the same without the defence (--control)' },
      { name: 'mutants', about: 'each defence switched off in turn: a test must fail' },
      { name: 'fuzz', about: 'altered bytes for every decoder and a whole kernel' },
      { name: 'verifiers', about: 'whether implementations of the signature rule agree on signatures of every kind' },
    ],
  },
  {
    title: 'What must not be lost',
    experiments: [
      { name: 'crash', about: 'kill -9 at random under load' },
      {
        name: 'sigterm',
        about: 'asked to stop at random under load: soon, in order, and with all that was acknowledged',
      },
      { name: 'powerloss', about: 'power cuts on a disk of its own (root)' },
      { name: 'torn', about: 'every truncation and bit flip of the last records of the log' },
      { name: 'iofault', about: 'a disk that fails from the n-th write on (strace)' },
    ],
  },
  {
    title: 'Many nodes',
    experiments: [
      { name: 'sim', about: 'spread, chain, repair and membership in virtual time, from seeds' },
      { name: 'chain', about: 'ten processes that make blocks, one killed; or cut in half (--partition)' },
      { name: 'network', about: 'repair and failure detection between processes: joiner, parted, members' },
      { name: 'scenarios', about: 'the scenarios of the package hold, and fail with their bad settings (--in)' },
      { name: 'planted', about: 'chaos finds three defences that are switched off, and makes each case small' },
      { name: 'soak', about: 'steady load for long: memory and files must not grow' },
      { name: 'genesis', about: 'a node of a network with tens of thousands of accounts' },
    ],
  },
  {
    title: 'What it costs',
    experiments: [
      { name: 'bench', about: 'the figures P1 to P11' },
      { name: 'embedded', about: 'how soon a testnet within a test is ready, and gone' },
      { name: 'bench:reconcile', about: 'what finding the differences of two sets costs' },
      { name: 'smooth', about: 'whether the page stays smooth with a hundred nodes (Chromium)' },
    ],
  },
  {
    title: 'What is told',
    experiments: [
      { name: 'situations', about: 'what a node tells when something is wrong, provoked with the built command' },
      {
        name: 'host',
        about: 'a node as PID 1, any user, read-only root, few files, little memory, under systemd (root)',
      },
      { name: 'join', about: 'how long `hearsay join` takes to be in sync, with 5,000 transactions that wait' },
      { name: 'machines', about: 'a network on five machines, made by invite and join; one is cut off (root, nft)' },
      { name: 'doctor', about: 'what is wrong with a machine, and whether `hearsay doctor` names it (root, nft)' },
      {
        name: 'deploy',
        about: 'what `hearsay deploy` writes, read by the programs it is for; under a real systemd (root)',
      },
      { name: 'alerts', about: 'each alert that we ship fires and clears (Prometheus, root)' },
      { name: 'light', about: 'a node in a page checks and shows all, and cuts a forger off (Chromium)' },
      { name: 'views', about: 'whether page, report, top, trace and metrics say the same (Chromium)' },
    ],
  },
  {
    title: 'Programs of others',
    experiments: [
      { name: 'clients', about: 'clients that generators make of the API (Java, Go, Python, Rust)' },
      { name: 'streams', about: 'readers of server-sent events (Python, Go, Chromium)' },
      { name: 'conform', about: 'the conformance kit on our own node, and on nodes with one thing wrong (--mutants)' },
      { name: 'interop', about: 'peers of go-libp2p and rust-libp2p beside nodes of ours (Go, Rust)' },
      { name: 'vectors', about: 'the kit of vectors, checked by a Python program (Python)' },
    ],
  },
  {
    title: 'What is written or shown',
    experiments: [
      { name: 'demo', about: 'hearsay demo, built first' },
      { name: 'testnet', about: 'hearsay testnet up, built first' },
      { name: 'openapi', about: 'the types of the API for the client, after a change of the API' },
      { name: 'capture', about: 'what the commands really print, into the README' },
      { name: 'screens', about: 'pictures of the page and the report of a running testnet (Chromium)' },
    ],
  },
]

/** The file of an experiment, relative to this folder. */
export function fileOf({ name }: Experiment): string {
  return `experiments/${name.replaceAll(':', '-')}.ts`
}
