import type { ClientPlan, Step } from './plan.ts'

export const OPENAPI_GENERATOR = '7.26.0'
export const OPENAPI_PYTHON_CLIENT = '0.29.1'
const OPENAPI_TYPESCRIPT = '7.13.0'
const OPENAPI_FETCH = '0.17.0'
const OAPI_CODEGEN = 'v2.8.2'
const OGEN = 'v1.25.0'
const NODE_TYPES = '24.19.2'
const TYPESCRIPT = '5.9.3'

/** The folder beside the clients' in which the tools of PyPI are. */
const TOOLS = '../tools/bin'

const step = (command: string, ...args: string[]): Step => ({ command, args })
const within = (cwd: string, command: string, ...args: string[]): Step => ({ command, args, cwd })

/** The wrapper of PyPI carries the generator's jar. */
const generate = (generator: string, output: string, ...options: string[]): Step =>
  step(`${TOOLS}/openapi-generator-cli`, 'generate', '-i', '../openapi.json', '-g', generator, '-o', output, ...options)

const typescript = (name: string): readonly Step[] => [
  step(
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    '--no-save',
    `typescript@${TYPESCRIPT}`,
    `@types/node@${NODE_TYPES}`,
    ...(name === '' ? [] : name.split(' ')),
  ),
]
const TSC = [
  '--strict',
  '--noEmitOnError',
  '--skipLibCheck',
  '--target',
  'es2022',
  '--module',
  'esnext',
  '--moduleResolution',
  'bundler',
  '--lib',
  'es2022,dom',
  '--types',
  'node',
  '--outDir',
  'out',
  'main.ts',
]
const compileTypescript: readonly Step[] = [
  step('npx', 'tsc', ...TSC),
  step('npx', '--yes', 'esbuild', 'out/main.js', '--bundle', '--platform=node', '--format=esm', '--outfile=main.mjs'),
]

export const PLANS: readonly ClientPlan[] = [
  {
    name: 'openapi-typescript',
    versions: `openapi-typescript ${OPENAPI_TYPESCRIPT}, openapi-fetch ${OPENAPI_FETCH}, TypeScript ${TYPESCRIPT}`,
    needs: ['npm'],
    program: ['openapi-typescript.ts.source', 'main.ts'],
    writes: 'transaction',
    make: [
      ...typescript(`openapi-typescript@${OPENAPI_TYPESCRIPT} openapi-fetch@${OPENAPI_FETCH} esbuild@0.28.2`),
      step('npx', 'openapi-typescript', '../openapi.json', '-o', 'api.ts'),
      ...compileTypescript,
    ],
    run: step('node', 'main.mjs'),
  },
  {
    name: 'openapi-generator typescript-fetch',
    versions: `openapi-generator ${OPENAPI_GENERATOR}, TypeScript ${TYPESCRIPT}`,
    needs: ['npm', 'java', 'python3'],
    program: ['typescript-fetch.ts.source', 'main.ts'],
    writes: 'transaction',
    make: [...typescript('esbuild@0.28.2'), generate('typescript-fetch', 'client'), ...compileTypescript],
    run: step('node', 'main.mjs'),
  },
  {
    name: 'openapi-generator python',
    versions: `openapi-generator ${OPENAPI_GENERATOR}`,
    needs: ['java', 'python3'],
    program: ['python.py', 'main.py'],
    writes: 'transaction',
    make: [
      generate('python', 'client'),
      step('python3', '-m', 'venv', 'venv'),
      step('venv/bin/pip', 'install', '--quiet', './client'),
    ],
    run: step('venv/bin/python', 'main.py'),
  },
  {
    name: 'openapi-generator java',
    versions: `openapi-generator ${OPENAPI_GENERATOR}, library native`,
    needs: ['java', 'mvn', 'python3'],
    program: ['java.java', 'src/main/java/Main.java'],
    writes: 'transaction',
    make: [
      generate('java', '.', '--additional-properties=library=native'),
      step(
        'mvn',
        '-q',
        '-B',
        '-DskipTests',
        'compile',
        'dependency:build-classpath',
        '-Dmdep.outputFile=classpath.txt',
      ),
    ],
    run: step('sh', '-c', 'java -cp "target/classes:$(cat classpath.txt)" Main'),
  },
  {
    name: 'openapi-generator go',
    versions: `openapi-generator ${OPENAPI_GENERATOR}`,
    needs: ['java', 'go', 'python3'],
    program: ['go.go', 'main.go'],
    files: { 'go.mod': 'module example.com/hearsay\n\ngo 1.23\n' },
    writes: 'transaction',
    make: [
      generate(
        'go',
        'client',
        '--additional-properties=withGoMod=false',
        '--global-property=apiTests=false,modelTests=false,apiDocs=false,modelDocs=false',
      ),
      step('go', 'mod', 'tidy'),
      step('go', 'vet', './client'),
      step('go', 'build', '-o', 'program', '.'),
    ],
    run: step('./program'),
  },
  {
    name: 'openapi-generator rust',
    versions: `openapi-generator ${OPENAPI_GENERATOR}`,
    needs: ['java', 'cargo', 'python3'],
    program: ['rust.rs', 'src/main.rs'],
    files: {
      'Cargo.toml':
        '[package]\nname = "program"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nopenapi = { path = "client", default-features = false }\nserde_json = "1"\ntokio = { version = "1", features = ["macros", "rt"] }\n',
    },
    writes: 'transaction',
    make: [generate('rust', 'client'), step('cargo', 'build', '--quiet')],
    run: step('target/debug/program'),
  },
  {
    name: 'oapi-codegen',
    versions: `oapi-codegen ${OAPI_CODEGEN}`,
    needs: ['go'],
    program: ['oapi-codegen.go', 'main.go'],
    files: { 'go.mod': 'module example.com/hearsay\n\ngo 1.23\n' },
    writes: 'transaction',
    make: [
      step('mkdir', '-p', 'api'),
      step(
        'go',
        'run',
        `github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@${OAPI_CODEGEN}`,
        '-package',
        'api',
        '-generate',
        'types,client',
        '-o',
        'api/api.go',
        '../openapi.json',
      ),
      step('go', 'mod', 'tidy'),
      step('go', 'vet', './...'),
      step('go', 'build', '-o', 'program', '.'),
    ],
    run: step('./program'),
  },
  {
    name: 'ogen',
    versions: `ogen ${OGEN}`,
    needs: ['go'],
    program: ['ogen.go', 'main.go'],
    files: { 'go.mod': 'module example.com/hearsay\n\ngo 1.23\n' },
    writes: 'transaction',
    make: [
      // It refuses what it does not know: nothing is left out.
      step(
        'go',
        'run',
        `github.com/ogen-go/ogen/cmd/ogen@${OGEN}`,
        '--target',
        'api',
        '--package',
        'api',
        '--clean',
        '../openapi.json',
      ),
      step('go', 'mod', 'tidy'),
      step('go', 'vet', './...'),
      step('go', 'build', '-o', 'program', '.'),
    ],
    run: step('./program'),
  },
  {
    name: 'openapi-python-client',
    versions: `openapi-python-client ${OPENAPI_PYTHON_CLIENT}`,
    needs: ['python3'],
    program: ['openapi-python-client.py', 'main.py'],
    writes: 'tag',
    make: [
      step(
        `${TOOLS}/openapi-python-client`,
        'generate',
        '--path',
        '../openapi.json',
        '--output-path',
        'client',
        '--overwrite',
      ),
      step('python3', '-m', 'venv', 'venv'),
      within('.', 'venv/bin/pip', 'install', '--quiet', './client'),
    ],
    run: step('venv/bin/python', 'main.py'),
    fault: {
      says: "broken submit_transaction (name 'Unset' is not defined)",
      finding: 'findings/openapi-python-client-several-bodies.sh',
    },
  },
]
