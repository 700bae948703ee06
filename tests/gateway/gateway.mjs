// The official wechaty gateway (PuppetServer) on the official pretend puppet, driven over stdin and stdout.
//
//   node gateway.mjs PORT TOKEN null|{"key": PEM, "cert": PEM}
//
// In: one JSON object a line, {n, do, ...}; `do` names a function of `orders` below, first `world`, then `serve`.
// Out: {n} or {n, error} for each order, {said: {id, to, text, mentions}} for everything the bot says, in the order it
// was said (with {forward: id of the message} or {file: {name, size, md5}} instead of a text), and {stream: true} whenever a bot begins to listen.

import { createHash } from 'node:crypto'
import readline from 'node:readline'

import { PuppetServer } from 'wechaty-puppet-service'
import { PuppetMock } from 'wechaty-puppet-mock'
import * as PUPPET from 'wechaty-puppet'

PUPPET.log.level('silent')

const [port, token, tls] = process.argv.slice(2)
const tell = what => process.stdout.write(JSON.stringify(what) + '\n')
const nextTick = () => new Promise(resolve => setImmediate(resolve))

let account = ''
let muted = false      // the stream stays open, and nothing comes out of it
let misbehave = []     // what the next calls of messageSendText, messageForward and messageSendFile do
let refused = 0        // so many look-ups of messages fail
let stalled = null     // while a promise, look-ups of messages wait for it
let aliases = {}       // "room contact" -> name in the room
let said = 0
let lag = 0            // so many ms a send takes, while its echo is told before or after

class Puppet extends PuppetMock {
  // Logs in by itself when started, like a puppet with a saved session.
  async onStart() {
    await super.onStart()
    if (account) setImmediate(() => this.isLoggedIn || this.login(account))
  }

  ding(data) {
    setTimeout(() => this.emit('dong', { data: data ?? '' }), 20)
  }

  emit(event, ...args) {
    return muted && event !== 'start' && event !== 'stop' ? true : super.emit(event, ...args)
  }

  async messageRawPayload(id) {
    await stalled?.promise
    if (refused > 0) {
      refused -= 1
      throw new Error('no payload found for id ' + id)
    }
    return super.messageRawPayload(id)
  }

  // People whose id begins with crowd- exist without having been named.
  async contactRawPayload(id) {
    if (id.startsWith('crowd-')) return { id, name: '邻居' + id.slice(6), type: 1, gender: 0, avatar: '', phone: [] }
    return super.contactRawPayload(id)
  }

  async roomMemberRawPayload(roomId, contactId) {
    const payload = await super.roomMemberRawPayload(roomId, contactId)
    return { ...payload, roomAlias: aliases[`${roomId} ${contactId}`] }
  }

  async messageSendText(to, text, mentions) {
    return this.speak(to, { text, mentions: mentions ?? [] }, PUPPET.types.Message.Text)
  }

  // Pictures and files are sent on as what they are; a message it does not hold cannot be.
  async messageForward(to, messageId) {
    const { type } = await this.messagePayload(messageId)
    return this.speak(to, { text: '', mentions: [], forward: messageId }, type)
  }

  async messageSendFile(to, box) {
    const content = await box.toBuffer()
    const md5 = createHash('md5').update(content).digest('hex')
    const file = { name: box.name, size: content.length, md5 }
    return this.speak(to, { text: '', mentions: [], file }, PUPPET.types.Message.Image)
  }

  async speak(to, what, type) {
    const how = misbehave.shift()
    if (how === 'hang') return new Promise(() => {})
    if (how && how !== 'die') throw new Error(how)
    if (!this.isLoggedIn) throw new Error('not logged in')
    if (to.includes('@')) {
      if (!this.mocker.roomPayload(to).memberIdList.includes(account)) throw new Error('you are not in the room ' + to)
    } else this.mocker.contactPayload(to)
    const id = `said-${process.pid}-${++said}`
    tell({ said: { id, to, ...what } })
    if (how === 'die') {
      await nextTick()
      process.kill(process.pid, 'SIGKILL')
    }
    if (lag && said % 2) await new Promise(resolve => setTimeout(resolve, lag))
    hold({ id, type, talkerId: account, text: what.text, ...(to.includes('@') ? { roomId: to } : { listenerId: to }) })
    this.emit('message', { messageId: id })
    if (lag && said % 2 === 0) await new Promise(resolve => setTimeout(resolve, lag))
    return id
  }
}

const puppet = new Puppet()
const mocker = puppet.mocker
const keys = JSON.parse(tls)
const server = new PuppetServer({
  endpoint: `127.0.0.1:${port}`,
  token,
  puppet,
  tls: keys ? { serverKey: keys.key, serverCert: keys.cert } : { disable: true },
})

function hold(message) {
  const payload = { type: PUPPET.types.Message.Text, timestamp: Date.now(), text: '', ...message }
  mocker.cacheMessagePayload.set(payload.id, payload)
}

function contact({ id, name, type }) {
  mocker.contactPayload(id, { id, name, type: type ?? 1, gender: 0, avatar: '', phone: [] })
}

function room({ id, topic, members }) {
  const payload = { id, topic, avatar: '', adminIdList: [], memberIdList: [account] }
  for (const [memberId, name] of Object.entries(members)) {
    contact({ id: memberId, name })
    payload.memberIdList.push(memberId)
  }
  mocker.roomPayload(id, payload)
}

const orders = {
  // The account, its rooms and contacts, and the messages it holds without telling: {account,
  // rooms: [{id, topic, members: {id: name}}], contacts: [{id, name, type}], messages: as in say}
  async world({ account: me, rooms, contacts, messages }) {
    account = me
    contact({ id: me, name: '小巷' })
    rooms.forEach(room)
    contacts.forEach(contact)
    messages.forEach(hold)
  },

  async serve() { await startServer() },

  // Somebody says things: [{id, talkerId, roomId | listenerId, text, type, mentionIdList}], all at once.
  async say({ messages }) {
    messages.forEach(hold)
    for (const { id } of messages) puppet.emit('message', { messageId: id })
  },

  // The gateway announces ids, whatever it holds of them.
  async announce({ ids }) { for (const messageId of ids) puppet.emit('message', { messageId }) },

  async topic({ roomId, topic }) {
    const payload = mocker.roomPayload(roomId)
    const oldTopic = payload.topic
    mocker.roomPayload(roomId, { ...payload, topic })
    await puppet.dirtyPayload(PUPPET.types.Dirty.Room, roomId)
    puppet.emit('room-topic', { changerId: account, newTopic: topic, oldTopic, roomId, timestamp: Date.now() })
  },

  async join({ room: newcomer }) {
    room(newcomer)
    puppet.emit('room-join', { inviteeIdList: [account], inviterId: '', roomId: newcomer.id, timestamp: Date.now() })
  },

  // Somebody takes the account (or others) out of a room.
  async leave({ roomId, ids }) {
    const payload = mocker.roomPayload(roomId)
    const memberIdList = payload.memberIdList.filter(id => !ids.includes(id))
    mocker.roomPayload(roomId, { ...payload, memberIdList })
    await puppet.dirtyPayload(PUPPET.types.Dirty.Room, roomId)
    puppet.emit('room-leave', { removeeIdList: ids, removerId: 'crowd-owner', roomId, timestamp: Date.now() })
  },

  async alias({ roomId, contactId, name }) {
    aliases[`${roomId} ${contactId}`] = name
    await puppet.dirtyPayload(PUPPET.types.Dirty.RoomMember, roomId)
  },

  async misbehave({ how }) { misbehave = how },
  async refuse({ times }) { refused = times },
  async slow({ ms }) { lag = ms },
  async stall() {
    stalled = {}
    stalled.promise = new Promise(resolve => { stalled.resolve = resolve })
  },
  async unstall() { stalled.resolve() },
  async mute({ on }) { muted = on },
  async logout() { await puppet.logout('test') },
  async login() { puppet.login(account) },

  // The event stream ends the way an orderly server ends it; the server lives on.
  async end() { endStream() },
}

// PuppetServer keeps its one event stream to itself; this remembers it when gRPC hands it over.
let endStream = () => {}
async function startServer() {
  await server.start()
  const event = server.grpcServer.handlers.get('/wechaty.Puppet/Event')
  const original = event.func
  event.func = call => {
    endStream = () => call.end()
    original(call)
    tell({ stream: true })
  }
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { n, do: order, ...arguments_ } = JSON.parse(line)
  try {
    tell({ n, ...await orders[order](arguments_) })
  } catch (error) {
    tell({ n, error: String(error.stack ?? error) })
  }
}
process.exit(0)
