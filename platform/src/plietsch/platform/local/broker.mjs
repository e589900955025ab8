// The demo's MQTT broker: aedes on the loopback, ended by the end of standard input, so that it never outlives the
// process that started it. With a folder it keeps there what it has acknowledged; without one, in memory.
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { Aedes } from 'aedes'
import { Store } from './broker_store.mjs'

const PUBLISHED = Symbol('it was published before it is acknowledged')

const [host, port, folder] = process.argv.slice(2)

const say = (answer, then) => process.stdout.write(JSON.stringify(answer) + '\n', then)
const refuse = (error) => say({ error: error.cause?.message ?? error.message }, () => process.exit(1))

// aedes acknowledges a message of QoS 1 and then puts it into the queues: a kill between the two loses it. So it is
// published when aedes asks whether it may be, and not again when aedes would.
function publishBeforeAcknowledging (broker) {
  const permit = promisify(broker.authorizePublish)
  const publish = broker.publish.bind(broker)

  async function permitAndPublish (client, packet) {
    await permit(client, packet)
    if (packet.qos !== 1) return
    await promisify(publish)(packet, client)
    packet[PUBLISHED] = true
  }
  broker.authorizePublish = (client, packet, done) => {
    permitAndPublish(client, packet).then(() => done(null), done)
  }
  broker.publish = (packet, client, done) => packet[PUBLISHED] ? done() : publish(packet, client, done)
}

async function start () {
  const store = await Store.open(folder)
  const broker = await Aedes.createBroker({ persistence: store })
  publishBeforeAcknowledging(broker)
  const server = createServer(broker.handle)
  server.on('error', refuse)
  server.listen(Number(port), host, () => say({ port: server.address().port }))
  return store
}

process.on('SIGINT', () => {})
const questions = createInterface({ input: process.stdin })
questions.on('close', () => process.exit(0))
try {
  const store = await start()
  // Each line of standard input names a client; the answer is how many messages its session has not acknowledged.
  questions.on('line', (clientId) => say({ pending: store.pending(clientId) }))
} catch (error) {
  refuse(error)
}
