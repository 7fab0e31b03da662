"use strict";
/* The users as columns, unpacked: addresses in their order, the class of each, and what the classes say. */

const UNKNOWN_GROUPS = "(groups unknown)", NO_GROUP = "(no group)";

async function unpack(id) {
  const element = document.getElementById(id), text = element.textContent;
  element.remove();
  let bytes;
  if (Uint8Array.fromBase64) {
    bytes = Uint8Array.fromBase64(text);
  } else {
    const signs = atob(text);
    bytes = new Uint8Array(signs.length);
    for (let i = 0; i < signs.length; i++) bytes[i] = signs.charCodeAt(i);
  }
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

async function readColumns() {
  const [lines, json, numbers] = await Promise.all(["addresses", "classes", "numbers"].map(unpack));
  const decode = (bytes) => new TextDecoder().decode(bytes);
  const addresses = decode(lines).split("\n"), told = JSON.parse(decode(json)), view = new DataView(numbers);
  addresses.pop();
  const ids = new Uint32Array(addresses.length);
  for (let i = 0; i < ids.length; i++) ids[i] = view.getUint32(4 * i, true);
  const say = (fact) =>
    typeof fact === "number" ? told.words[fact] : Array.isArray(fact) ? fact.map((word) => told.words[word]) : fact;
  const classes = told.classes.map((facts) => Object.fromEntries(told.fields.map((name, i) => [name, say(facts[i])])));
  return { addresses, ids, classes, mailboxes: told.mailboxes, aliases: told.domains };
}

/* Each user's domain as a number, by the text after the last @; made when first asked for. */
function domainsOf(columns) {
  const names = [], known = new Map(), ids = new Uint32Array(columns.addresses.length);
  columns.addresses.forEach((address, i) => {
    const at = address.lastIndexOf("@"), tail = at < 0 ? "" : address.slice(at + 1);
    let id = known.get(tail);
    if (id === undefined) {
      const name = Object.hasOwn(columns.aliases, tail) ? columns.aliases[tail] : tail;
      id = names.indexOf(name);
      if (id < 0) id = names.push(name) - 1;
      known.set(tail, id);
    }
    ids[i] = id;
  });
  return { names, ids };
}

/* What a class shows in each column, in words for people. */
function shownOf(one, words) {
  const word = (kind, name) => (Object.hasOwn(words[kind], name) ? words[kind][name] : name);
  const service = one.service === null || one.service === "unknown" ? words.unknown : one.service;
  return {
    outcome: word("short", one.outcome),
    notice: word("told", one.notice),
    next_step: word("next", one.next_step),
    certainty: one.certainty,
    groups: one.groups === null ? words.unknown : one.groups.join(", "),
    service: service === "" ? words.not_connected : service,
    rules: one.rules.join(" "),
  };
}

function groupsOf(one) {
  return one.groups === null ? [UNKNOWN_GROUPS] : one.groups.length ? one.groups : [NO_GROUP];
}
