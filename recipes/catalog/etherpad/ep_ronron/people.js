'use strict';

// The gateway lets members through and says who they are in two headers, which
// nobody else can send: see accounts in recipe.hcl. Where only members get in it
// says so with each request. Where guests do too, it says so once, at
// /ronron/enter (see guests), and Etherpad's session keeps it for a day.
const authors = require('ep_etherpad-lite/node/db/AuthorManager');
const manager = require('ep_etherpad-lite/node/db/PadManager');
const {membersOnly, withGuests, withoutAccounts} = require('./chosen');

const login = /^[a-z][a-z0-9._-]{0,63}$/;

// The name is UTF-8; Node reads headers as Latin-1.
const text = (header) => Buffer.from(String(header || ''), 'latin1').toString('utf8').trim();

// Whom the gateway names with this very request.
const named = (req) => {
  const username = String(req.headers['remote-user'] || '');
  if (!login.test(username)) return null;
  return {username, displayname: text(req.headers['remote-name']) || username, is_admin: false, canCreate: true, readOnly: false};
};

const same = (a, b) => a != null && b != null && a.username === b.username && a.displayname === b.displayname;

// The member of a session, as far as it still holds.
const memberOf = (req) => {
  const user = req.session && req.session.user;
  if (!user || withoutAccounts()) return null;
  return (withGuests() ? user.until > Date.now() : same(user, named(req))) ? user : null;
};

exports.named = named;
exports.memberOf = memberOf;

// A session that is somebody else's ends here: two members may share a browser.
exports.preAuthorize = async (hookName, {req}) => {
  if (req.session && req.session.user && !memberOf(req)) delete req.session.user;
};

exports.authenticate = async (hookName, {req}) => {
  const user = membersOnly() ? named(req) : null;
  if (user == null) return false;
  req.session.user = user;
  return true;
};

// One author for each member, whatever browser they use, with the colour that
// they chose last. Export and erasure find it under the login.
exports.getAuthorId = async (hookName, {user}) => {
  if (withoutAccounts() || !user || !user.username) return undefined;
  const {authorID} = await authors.createAuthorIfNotExistsFor(user.username);
  return authorID;
};

// Whoever writes is whom the gateway let through, under the name of their account:
// a tab that was left open does not write for the next person at this browser.
// Guests write under the name they like, in pads that members made.
exports.handleMessage = async (hookName, {message, socket, sessionInfo}) => {
  if (withoutAccounts()) return undefined;
  const user = memberOf(socket.client.request);
  if (user == null && membersOnly()) {
    socket.emit('message', {disconnect: 'rejected'});
    socket.disconnect(true);
    return null;
  }
  if (user == null) {
    if (message.type !== 'CLIENT_READY' || await manager.doesPadExist(sessionInfo.padId)) return undefined;
    socket.emit('message', {accessStatus: 'deny'});
    return null;
  }
  if (message.type === 'CLIENT_READY') {
    if (message.userInfo) delete message.userInfo.name;
    await authors.setAuthorName(sessionInfo.authorId, user.displayname);
  } else if (message.type === 'COLLABROOM' && message.data && message.data.type === 'USERINFO_UPDATE' && message.data.userInfo) {
    message.data.userInfo.name = user.displayname;
  }
  return undefined;
};

// The name is there from the first moment.
exports.clientVars = async (hookName, {socket}) => {
  const user = memberOf(socket.client.request);
  return user ? {userName: user.displayname} : {};
};
