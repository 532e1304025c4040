'use strict';

// When pads were written in, asked of the database without loading them.
const db = require('ep_etherpad-lite/node/db/DB');

// In milliseconds, of the text or of the chat beside it; null where there is no such pad.
exports.lastWritten = async (padID) => {
  const pad = await db.get(`pad:${padID}`);
  if (pad == null || pad.atext == null) return null;
  const text = await db.getSub(`pad:${padID}:revs:${pad.head}`, ['meta', 'timestamp']);
  const chat = pad.chatHead >= 0 ? await db.getSub(`pad:${padID}:chat:${pad.chatHead}`, ['time']) : 0;
  return Math.max(Number(text) || 0, Number(chat) || 0);
};
