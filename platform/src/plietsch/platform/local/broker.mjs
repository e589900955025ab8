// The demo's MQTT broker: aedes on the loopback, sessions in memory, ended by the end of standard input,
// so that it never outlives the process that started it.
import { createServer } from 'node:net'
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

process.on('SIGINT', () => {})
process.stdin.on('close', () => process.exit(0)).resume()
