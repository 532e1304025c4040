'use strict';

// The gateway lets members through and says who they are in two headers, which
// nobody else can send: see accounts in recipe.hcl. Where a pad is open to whoever
// has its address there are no headers, and nobody is asked.
const authors = require('ep_etherpad-lite/node/db/AuthorManager');
const {membersOnly} = require('./chosen');

const login = /^[a-z][a-z0-9._-]{0,63}$/;

// The name is UTF-8; Node reads headers as Latin-1.
const text = (header) => Buffer.from(String(header || ''), 'latin1').toString('utf8').trim();

const member = (req) => {
  const username = String(req.headers['remote-user'] || '');
  if (!membersOnly() || !login.test(username)) return null;
  return {username, displayname: text(req.headers['remote-name']) || username, is_admin: false, canCreate: true, readOnly: false};
};

const same = (a, b) => a != null && b != null && a.username === b.username && a.displayname === b.displayname;

// A session that is somebody else's ends here: two members may share a browser.
exports.preAuthorize = async (hookName, {req}) => {
  if (req.session && req.session.user && !same(req.session.user, member(req))) delete req.session.user;
};

exports.authenticate = async (hookName, {req}) => {
  const user = member(req);
  if (user == null) return false;
  req.session.user = user;
  return true;
};

// One author for each member, whatever browser they use, with the colour that
// they chose last. Export and erasure find it under the login.
exports.getAuthorId = async (hookName, {user}) => {
  if (!membersOnly() || !user || !user.username) return undefined;
  const {authorID} = await authors.createAuthorIfNotExistsFor(user.username);
  return authorID;
};

// Whoever writes is whom the gateway let through, under the name of their account:
// a tab that was left open does not write for the next person at this browser.
exports.handleMessage = async (hookName, {message, socket, sessionInfo}) => {
  if (!membersOnly()) return undefined;
  const request = socket.client.request;
  const user = request.session && request.session.user;
  if (!same(user, member(request))) {
    socket.emit('message', {disconnect: 'rejected'});
    socket.disconnect(true);
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
  const {session: {user} = {}} = socket.client.request;
  return membersOnly() && user ? {userName: user.displayname} : {};
};
