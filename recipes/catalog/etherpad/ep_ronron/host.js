'use strict';

// What a host does with pads. Only programs in the container get here (see doors),
// and only with the key that lies in a file there.
const {createHash, timingSafeEqual} = require('node:crypto');
const {readFileSync} = require('node:fs');
const authors = require('ep_etherpad-lite/node/db/AuthorManager');
const db = require('ep_etherpad-lite/node/db/DB');
const handler = require('ep_etherpad-lite/node/handler/PadMessageHandler');
const manager = require('ep_etherpad-lite/node/db/PadManager');
const {forget} = require('./chosen');
const {lastWritten} = require('./pads');

const login = /^[a-z][a-z0-9._-]{0,63}$/;
const day = 24 * 60 * 60 * 1000;

const authorOf = async (member) => {
  if (!login.test(member || '')) throw new Error('MEMBER is not a login');
  return db.get(`mapper2author:${member}`);
};

const all = async () => (await manager.listAllPads()).padIDs;

// Those in which nothing was written for so many days, and where nobody is now.
const old = async (days) => {
  if (!Number.isInteger(days) || days < 1) throw new Error('DAYS is a whole number, 1 or more');
  const before = Date.now() - days * day;
  const found = [];
  for (const name of await all()) {
    const at = await lastWritten(name);
    if (at == null || at === 0 || at >= before) continue;
    if (handler.padUsersCount(name).padUsersCount > 0) continue;
    found.push({name, at});
  }
  return found;
};

const remove = async (name) => {
  if (!await manager.doesPadExist(name)) throw new Error('There is no pad of this name.');
  await (await manager.getPad(name)).remove();
};

// What was said in the chat of a pad by one author.
const chatOf = async (pad, authorID) => {
  const said = [];
  for (let i = 0; i <= pad.chatHead; i++) {
    const line = await db.get(`pad:${pad.id}:chat:${i}`);
    if (line && line.authorId === authorID) said.push({at: new Date(line.time).toISOString(), text: line.text});
  }
  return said;
};

// Who is signed in is kept for a day; whose data goes has no session either.
const endSessions = async (member) => {
  for (const key of await db.findKeys('sessionstorage:*', null)) {
    const session = await db.get(key);
    if (session && session.user && session.user.username === member) await db.remove(key);
  }
};

const verbs = {
  list: async () => ({names: await all()}),
  count: async () => ({count: (await all()).length}),
  delete: async ({name}) => { await remove(name || ''); return {}; },
  old: async ({days}) => ({pads: await old(Number(days))}),
  make: async ({name}) => {
    const id = await manager.sanitizePadId(name || '');
    if (!manager.isValidPadId(id)) throw new Error('No pad can have this name.');
    if (await manager.doesPadExist(id)) throw new Error('There is a pad of this name.');
    await manager.getPad(id);
    return {};
  },
  forget: async () => {
    const pads = forget() > 0 ? await old(forget()) : [];
    for (const {name} of pads) await remove(name);
    return {count: pads.length};
  },
  export: async ({member}) => {
    const authorID = await authorOf(member);
    if (!authorID) return {author: null, pads: []};
    const {name, colorId, timestamp, padIDs} = await authors.getAuthor(authorID);
    const pads = [];
    for (const id of Object.keys(padIDs || {})) {
      if (!await manager.doesPadExist(id)) continue;
      const pad = await manager.getPad(id);
      pads.push({name: id, text: pad.text(), chat: await chatOf(pad, authorID)});
    }
    return {author: {login: member, name, colour: colorId, seen: timestamp ? new Date(timestamp).toISOString() : null}, pads};
  },
  erase: async ({member}) => {
    const authorID = await authorOf(member);
    if (authorID) await authors.anonymizeAuthor(authorID);
    await endSessions(member);
    return {};
  },
};

const digest = (words) => createHash('sha256').update(words).digest();

exports.expressPreSession = async (hookName, {app}) => {
  const key = digest(`Bearer ${readFileSync('/etc/ronron/api.key', 'utf8').trim()}`);
  app.post('/ronron/host/:verb', (req, res) => {
    if (!timingSafeEqual(key, digest(req.headers.authorization || ''))) return res.status(403).end();
    if (!Object.hasOwn(verbs, req.params.verb)) return res.status(404).end();
    verbs[req.params.verb](req.query)
        .then((said) => res.json(said))
        .catch((problem) => res.status(500).json({problem: problem.message}));
  });
};
