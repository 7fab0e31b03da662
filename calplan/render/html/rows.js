/* Which users are listed, and in which order: every pass goes over numbers of classes, and over addresses only to search. */

class Rows {
  constructor(columns, words) {
    this.columns = columns;
    this.size = columns.ids.length;
    this.shown = columns.classes.map((one) => shownOf(one, words));
    this.texts = columns.classes.map((one, k) =>
      [...Object.values(this.shown[k]), one.outcome, ...one.clients, one.primary_group ?? ""].join("\n").toLowerCase());
    this.severity = new Map(words.outcomes.map((name, i) => [name, i]));
    this.ranks = new Map();
    this.orders = new Map();
    this.counts = new Map();
    const sizes = new Uint32Array(columns.classes.length);
    for (const id of columns.ids) sizes[id]++;
    this.sizes = sizes;
  }

  get domains() {
    return (this.found ??= domainsOf(this.columns));
  }

  /* The place of each class in a column's order. */
  ranksOf(column) {
    if (!this.ranks.has(column)) {
      const values = column === "outcome"
        ? this.columns.classes.map((one) => this.severity.get(one.outcome))
        : this.shown.map((one) => one[column]);
      const sorted = [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      const places = new Map(sorted.map((value, i) => [value, i]));
      this.ranks.set(column, { of: Uint32Array.from(values, (value) => places.get(value)), most: sorted.length });
    }
    return this.ranks.get(column);
  }

  /* Users by a column; within equal ones by address, which is the order they come in. */
  order(column, down) {
    const key = `${column} ${down}`;
    if (this.orders.has(key)) return this.orders.get(key);
    const order = new Uint32Array(this.size);
    if (column === "address") {
      for (let i = 0; i < this.size; i++) order[i] = down ? this.size - 1 - i : i;
    } else {
      const { of, most } = this.ranksOf(column), ids = this.columns.ids, starts = new Uint32Array(most + 1);
      const place = (i) => (down ? most - 1 - of[ids[i]] : of[ids[i]]);
      for (let i = 0; i < this.size; i++) starts[place(i) + 1]++;
      for (let r = 1; r <= most; r++) starts[r] += starts[r - 1];
      for (let i = 0; i < this.size; i++) order[starts[place(i)]++] = i;
    }
    this.orders.set(key, order);
    return order;
  }

  /* The users that a filter lets through, in the order it asks for. */
  list(filter) {
    const order = this.order(filter.sort, filter.down), { ids, addresses, mailboxes } = this.columns;
    const open = this.openClasses(filter), words = filter.query.toLowerCase().split(/\s+/).filter(Boolean);
    const domain = filter.domain === "" ? -1 : this.domains.names.indexOf(filter.domain);
    if (filter.domain !== "" && domain < 0) return new Uint32Array(0);
    const said = words.map((word) => Uint8Array.from(this.texts, (text) => (text.includes(word) ? 1 : 0)));
    const found = new Uint32Array(this.size);
    let many = 0;
    next: for (let n = 0; n < order.length; n++) {
      const user = order[n], id = ids[user];
      if (!open[id] || (domain >= 0 && this.domains.ids[user] !== domain)) continue;
      for (let w = 0; w < words.length; w++) {
        if (!said[w][id] && !addresses[user].includes(words[w]) && !mailboxes[user]?.includes(words[w])) continue next;
      }
      found[many++] = user;
    }
    return found.subarray(0, many);
  }

  openClasses(filter) {
    return Uint8Array.from(this.columns.classes, (one, k) =>
      (!filter.outcome.size || filter.outcome.has(one.outcome)) &&
      (filter.group === "" || groupsOf(one).includes(filter.group)) &&
      (filter.service === "" || this.shown[k].service === filter.service) &&
      (filter.rule === "" || one.rules.includes(filter.rule)) &&
      (filter.certainty === "" || one.certainty === filter.certainty) ? 1 : 0);
  }

  /* How many users have each value of a choice. */
  countsOf(choice) {
    const counts = new Map(), add = (name, users) => counts.set(name, (counts.get(name) ?? 0) + users);
    if (choice === "domain") {
      const users = new Uint32Array(this.domains.names.length);
      for (const id of this.domains.ids) users[id]++;
      this.domains.names.forEach((name, i) => add(name, users[i]));
      return counts;
    }
    this.columns.classes.forEach((one, k) => {
      const values = { outcome: [one.outcome], group: groupsOf(one), service: [this.shown[k].service], rule: one.rules,
                       certainty: [one.certainty] }[choice];
      for (const value of values) add(value, this.sizes[k]);
    });
    return counts;
  }
}
