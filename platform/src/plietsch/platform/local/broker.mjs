// The demo's MQTT broker: aedes on the loopback, sessions in memory, ended by the end of standard input,
// so that it never outlives the process that started it.
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { Aedes } from 'aedes'

const [host, port] = process.argv.slice(2)
const broker = await Aedes.createBroker()
const server = createServer(broker.handle)

server.on('error', (error) => {
  process.stdout.write(JSON.stringify({ error: error.message }) + '\n', () => process.exit(1))
})
server.listen(Number(port), host, () => {
  process.stdout.write(JSON.stringify({ port: server.address().port }) + '\n')
})

// Each line of standard input names a client; the answer is how many messages its session has not acknowledged.
async function pending (clientId) {
  let count = 0
  for await (const _packet of broker.persistence.outgoingStream({ id: clientId })) count++
  return count
}

process.on('SIGINT', () => {})
const questions = createInterface({ input: process.stdin })
questions.on('line', async (clientId) => {
  process.stdout.write(JSON.stringify({ pending: await pending(clientId) }) + '\n')
})
questions.on('close', () => process.exit(0))
