// What the demo's broker must not forget when it is killed: subscriptions, each session's queue, retained messages. All
// of it is held in memory, as aedes' own persistence does, and written through to a LevelDB in the order in which it
// happened. A write is handed to the operating system, not forced to the medium: it survives the end of the process,
// not of the machine. Wills and half-finished exchanges of QoS 2 live in memory only.
import { deserialize, serialize } from 'node:v8'
import { Readable } from 'node:stream'
import { ClassicLevel } from 'classic-level'
import Packet from 'aedes-packet'
import MemoryPersistence from 'aedes-persistence/asyncPersistence.js'

const LARGEST_ID = 65_535 // MQTT's packet identifiers have 16 bits
const DIGITS = 16 // of Number.MAX_SAFE_INTEGER: padded, numbers sort as text

const queueKey = (clientId, counter) =>
  `queue!${encodeURIComponent(clientId)}!${String(counter).padStart(DIGITS, '0')}`
const sessionKey = (clientId) => `session!${encodeURIComponent(clientId)}`
const clientOf = (key) => decodeURIComponent(key.split('!')[1])
const put = (key, value) => ({ type: 'put', key, value: serialize({ ...value }) })
const del = (key) => ({ type: 'del', key })

// Writes in the order in which it was asked; what is asked for during a write goes together into the next one.
class Log {
  #db
  #next = []
  #turn = null
  #last = Promise.resolve()

  constructor (db) {
    this.#db = db
  }

  async write (...operations) {
    if (!this.#db) return
    this.#next.push(...operations)
    this.#turn ??= this.#flush(this.#last)
    return this.#turn
  }

  async #flush (before) {
    await before.catch(() => {}) // whoever asked for it has heard of its failure
    const operations = this.#next
    this.#last = this.#turn
    this.#next = []
    this.#turn = null
    await this.#db.batch(operations)
  }
}

// What a session has not acknowledged. Packets keep their identifier when they are sent again (MQTT-4.4.0-1); a new one
// that is still in use is replaced by a free one, so that no acknowledgement is taken for another packet's.
class Queue {
  packets = new Map() // by the broker's counter, in order
  #counters = new Map() // by packet identifier

  identify (packet) {
    const stored = this.packets.get(packet.brokerCounter ?? this.#counters.get(packet.messageId))
    if (!stored) return // acknowledged in the meantime, after an earlier sending
    if (packet.cmd === 'pubrel') stored.cmd = packet.cmd
    if (stored.messageId === undefined) {
      stored.messageId = this.#free(packet.messageId)
      this.#counters.set(stored.messageId, stored.brokerCounter)
    }
    packet.messageId = stored.messageId
  }

  take (messageId) {
    const packet = this.packets.get(this.#counters.get(messageId))
    this.#counters.delete(messageId)
    if (packet) this.packets.delete(packet.brokerCounter)
    return packet
  }

  #free (messageId) {
    if (this.#counters.size >= LARGEST_ID) throw new Error('every packet identifier is in use')
    while (this.#counters.has(messageId)) messageId = messageId % LARGEST_ID + 1
    return messageId
  }
}

// The persistence that aedes asks for; without a folder nothing is written.
export class Store extends MemoryPersistence {
  #db
  #log
  #queues = new Map() // by client id

  static async open (folder) {
    const db = folder ? new ClassicLevel(folder, { valueEncoding: 'buffer' }) : null
    await db?.open()
    return new Store(db)
  }

  constructor (db) {
    super()
    this.#db = db
    this.#log = new Log(db)
  }

  async setup (broker) {
    await super.setup(broker)
    for await (const [, packet] of this.#read('retained!')) await super.storeRetained(packet)
    for await (const [key, subs] of this.#read('session!')) {
      await super.addSubscriptions({ id: clientOf(key) }, Object.values(subs))
    }
    for await (const [key, packet] of this.#read('queue!')) {
      packet.brokerId = broker.id
      packet.messageId = undefined
      this.#queue(clientOf(key)).packets.set(packet.brokerCounter, packet)
      broker.counter = Math.max(broker.counter, packet.brokerCounter)
    }
  }

  // How many messages a client has not acknowledged.
  pending (clientId) {
    return this.#queues.get(clientId)?.packets.size ?? 0
  }

  async storeRetained (packet) {
    await super.storeRetained(packet)
    const key = `retained!${packet.topic}`
    await this.#log.write(packet.payload.length === 0 ? del(key) : put(key, packet))
  }

  async addSubscriptions (client, subs) {
    await super.addSubscriptions(client, subs)
    await this.#writeSession(client)
  }

  async removeSubscriptions (client, topics) {
    await super.removeSubscriptions(client, topics)
    await this.#writeSession(client)
  }

  async cleanSubscriptions (client) {
    await super.cleanSubscriptions(client)
    await this.#writeSession(client)
  }

  async outgoingEnqueue (sub, packet) {
    await this.outgoingEnqueueCombi([sub], packet)
  }

  async outgoingEnqueueCombi (subs, packet) {
    const operations = []
    for (const { clientId } of subs) {
      this.#queue(clientId).packets.set(packet.brokerCounter, new Packet(packet))
      operations.push(put(queueKey(clientId, packet.brokerCounter), packet))
    }
    await this.#log.write(...operations)
  }

  async outgoingUpdate (client, packet) {
    this.#queue(client.id).identify(packet)
  }

  async outgoingClearMessageId (client, { messageId }) {
    const packet = this.#queue(client.id).take(messageId)
    if (packet) await this.#log.write(del(queueKey(client.id, packet.brokerCounter)))
    return packet
  }

  outgoingStream (client) {
    return Readable.from([...this.#queue(client.id).packets.values()])
  }

  #queue (clientId) {
    if (!this.#queues.has(clientId)) this.#queues.set(clientId, new Queue())
    return this.#queues.get(clientId)
  }

  async #writeSession (client) {
    const key = sessionKey(client.id)
    const subs = await super.subscriptionsByClient(client)
    await this.#log.write(subs.length > 0 ? put(key, subs) : del(key))
  }

  async * #read (prefix) {
    if (!this.#db) return
    const range = { gte: prefix, lt: prefix.slice(0, -1) + '"' } // the character after "!"
    for await (const [key, value] of this.#db.iterator(range)) yield [key, deserialize(value)]
  }
}
