import { connect } from '../../../src/client/connect.ts'
import type { Reader } from './readers.ts'

/** `client.events()` of this library, beside the readers that others wrote. */
export const ownReader: Reader = {
  name: 'client.events() of this library',
  start: (url) => {
    let said = ''
    let isRunning = true
    const closing = new AbortController()
    const { origin } = new URL(url)
    const client = connect(origin)
    const reading = (async () => {
      for await (const item of client.events({ topics: ['transactions'], signal: closing.signal }))
        said += `${item.kind} ${JSON.stringify(item)}\n`
    })().finally(() => {
      isRunning = false
    })
    return {
      said: () => said,
      running: () => isRunning,
      stop: async () => {
        closing.abort()
        await reading
        client.close()
      },
    }
  },
}
