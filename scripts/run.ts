// `node scripts/run.ts NAME …`: starts an experiment of the table. Each is a program: it reads its own arguments
// (`--help` says which), prints lines of JSON or a table on stdout and progress on stderr, and ends with 0 only where
// everything held. Without a name, or with --help: what there is.
import { nearestWord } from '../src/lib/suggest.ts'
import { EXPERIMENTS, fileOf } from './experiments.ts'

const [name] = process.argv.slice(2)
const all = EXPERIMENTS.flatMap(({ experiments }) => experiments)
const found = all.find((experiment) => experiment.name === name)

if (found !== undefined) {
  // An experiment reads the arguments that follow its name.
  process.argv.splice(2, 1)
  await import(`./${fileOf(found)}`)
} else if (name === undefined || name === '--help' || name === '-h') {
  console.log(list())
} else {
  const nearest = nearestWord(
    name,
    all.map((experiment) => experiment.name),
  )
  const hint = nearest === null ? 'node scripts/run.ts says what there is' : `did you mean ${nearest}?`
  console.error(`there is no experiment "${name}"; ${hint}`)
  process.exitCode = 2
}

function list(): string {
  const groups = EXPERIMENTS.map(({ title, experiments }) =>
    [`${title}:`, ...experiments.map(({ name, about }) => `  ${name.padEnd(16)} ${about}`)].join('\n'),
  )
  return [
    'usage: node scripts/run.ts NAME [options], or npm run NAME -- [options]; --help after a name',
    ...groups,
  ].join('\n\n')
}
