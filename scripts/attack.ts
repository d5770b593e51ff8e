// `npm run attack -- ID|all [--short] [--seed S]`: hostile peers in a process of their own against real nodes, with honest traffic beside.
// One JSON line each on stdout, progress on stderr; exits 0 only when every attack was withstood.
import { parseArgs } from 'node:util'
import { Arena } from './attack/arena.ts'
import { ATTACKS } from './attack/attacks/all.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { short: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } },
})
const wanted = positionals.includes('all') ? ATTACKS : ATTACKS.filter(({ id }) => positionals.includes(id))
const unknown = positionals.filter((id) => id !== 'all' && !ATTACKS.some((attack) => attack.id === id))

if (wanted.length === 0 || unknown.length > 0) {
  const list = ATTACKS.map(({ id, title }) => `  ${id.padEnd(4)} ${title}`).join('\n')
  console.error(`usage: npm run attack -- ID…|all [--short] [--seed S]\n${list}`)
  process.exitCode = 2
} else {
  let failed = 0
  for (const attack of wanted) {
    console.error(`${attack.id}: ${attack.title}`)
    // A network of its own for each: bans and full pools would speak for the next one.
    const arena = await Arena.open(1, attack.setting)
    try {
      const { id, pass, figures, failures } = await arena.run(
        attack,
        values.short ? 'short' : 'full',
        Number(values.seed),
      )
      if (!pass) failed++
      console.log(JSON.stringify({ id, pass, figures, ...(failures.length > 0 && { failures }) }))
    } finally {
      await arena.close()
    }
  }
  console.error(`${wanted.length - failed} of ${wanted.length} attacks withstood`)
  process.exitCode = failed === 0 ? 0 : 1
}
