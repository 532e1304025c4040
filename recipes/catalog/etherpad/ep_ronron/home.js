'use strict';

// The first page says how to make a pad. Here it also lists the pads that the
// member wrote in, from whatever browser, and says what becomes of pads.
const authors = require('ep_etherpad-lite/node/db/AuthorManager');
const db = require('ep_etherpad-lite/node/db/DB');
const {forget, membersOnly, withGuests} = require('./chosen');
const {lastWritten} = require('./pads');
const {memberOf} = require('./people');

const most = 200;

const padsOf = async (user) => {
  const authorID = await db.get(`mapper2author:${user.username}`);
  if (!authorID) return [];
  const {padIDs} = await authors.listPadsOfAuthor(authorID);
  const pads = [];
  for (const name of padIDs) {
    const at = await lastWritten(name);
    if (at != null) pads.push({name, at});
  }
  return pads.sort((a, b) => b.at - a.at).slice(0, most);
};

exports.expressConfigure = async (hookName, {app}) => {
  app.get('/ronron/home', (req, res, next) => {
    const user = memberOf(req);
    const said = {forget: forget(), enter: withGuests() && !user};
    res.set('Cache-Control', 'no-store');
    if (!user) return res.json(said);
    padsOf(user).then((pads) => res.json({...said, name: user.displayname, pads})).catch(next);
  });
};

const own = 'static/plugins/ep_ronron/static';

exports.eejsBlock_indexCustomStyles = (hookName, args) => {
  args.content += `<link href="${own}/css/home.css" rel="stylesheet">`;
  if (membersOnly()) args.content += `<link href="${own}/css/members.css" rel="stylesheet">`;
};

exports.eejsBlock_indexWrapper = (hookName, args) => {
  args.content += '<div id="own-pads" hidden></div>';
};

exports.eejsBlock_indexCustomScripts = (hookName, args) => {
  args.content += `<script src="${own}/js/home.js"></script>`;
};

exports.eejsBlock_scripts = (hookName, args) => {
  if (memberOf(args.renderContext.req)) args.content += `<script src="../${own}/js/pad.js"></script>`;
};
