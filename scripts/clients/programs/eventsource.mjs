import { EventSource } from 'eventsource'

const source = new EventSource(process.env.HEARSAY_STREAM)
for (const name of ['admitted', 'dropped'])
  source.addEventListener(name, ({ type, data }) => {
    console.log(type, data)
  })
