/* The page itself: the theme, the controls, the window over the rows, one user in full, and the address bar. */

const CHOICES = { group: "Group", domain: "Domain", service: "Service", rule: "Rule", certainty: "Certainty" };
const TALLEST = 12e6, PRINTED = 500, LONGEST = 254;
const number = (many) => many.toLocaleString("en-US");
const at = (id) => document.getElementById(id);

function make(name, text, attributes = {}) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/* --- theme and ages ------------------------------------------------------------------------------------------------ */

function setUpTheme() {
  const button = at("theme"), root = document.documentElement, wish = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : wish.matches);
  const label = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  try { root.dataset.theme = localStorage.getItem("calplan-theme") ?? ""; } catch { /* a page may be denied storage */ }
  if (!["light", "dark"].includes(root.dataset.theme)) delete root.dataset.theme;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("calplan-theme", root.dataset.theme); } catch { /* then it holds for this visit */ }
    label();
  });
  wish.addEventListener("change", label);
  label();
  button.hidden = false;
}

function tellAges() {
  for (const time of document.querySelectorAll("time")) {
    const hours = (Date.now() - Date.parse(time.dateTime)) / 36e5;
    if (!(hours >= 0)) continue;
    const age = hours < 48 ? `${Math.floor(hours)} h` : `${Math.floor(hours / 24)} days`;
    time.after(make("span", ` (${age} old when opened)`, { class: "note" }));
  }
}

/* --- the filter and the address bar -------------------------------------------------------------------------------- */

const START = { query: "", group: "", domain: "", service: "", rule: "", certainty: "", sort: "outcome", down: false };

function filterOf(fragment) {
  const asked = new URLSearchParams(fragment), filter = { ...START, outcome: new Set() };
  for (const name of ["query", ...Object.keys(CHOICES)]) filter[name] = asked.get(name) ?? "";
  for (const name of (asked.get("outcome") ?? "").split(",")) if (name) filter.outcome.add(name);
  filter.sort = asked.get("sort") ?? START.sort;
  filter.down = asked.get("down") === "1";
  return filter;
}

function fragmentOf(filter) {
  const said = new URLSearchParams();
  if (filter.query) said.set("query", filter.query);
  if (filter.outcome.size) said.set("outcome", [...filter.outcome].join(","));
  for (const name of Object.keys(CHOICES)) if (filter[name]) said.set(name, filter[name]);
  if (filter.sort !== START.sort || filter.down) said.set("sort", filter.sort);
  if (filter.down) said.set("down", "1");
  return said.toString();
}

/* --- the window over the rows -------------------------------------------------------------------------------------- */

class Window {
  constructor(rows, open) {
    this.rows = rows;
    this.open = open;
    this.frame = at("window");
    this.table = at("table");
    this.body = this.table.tBodies[0];
    this.heads = [...this.table.tHead.rows[0].cells];
    this.columns = this.heads.map((head) => head.dataset.sort);
    this.list = new Uint32Array(0);
    this.active = 0;
    this.pool = [];
    this.body.replaceChildren();
    this.frame.classList.add("live");
    this.setWidths();
    this.frame.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.frame);
    this.body.addEventListener("keydown", (event) => this.key(event));
    this.body.addEventListener("focusin", (event) => { this.active = Number(event.target.dataset.place ?? this.active); });
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("tr");
      if (row && String(getSelection()) === "") this.open(this.list[Number(row.dataset.place)]);
    });
    addEventListener("beforeprint", () => this.print());
    addEventListener("afterprint", () => this.afterPrint());
  }

  /* Addresses are never cut: their column is as wide as the longest one. */
  setWidths() {
    let longest = "";
    for (const address of this.rows.columns.addresses) if (address.length > longest.length) longest = address;
    const probe = make("span", longest.slice(0, LONGEST), { class: "probe" });
    probe.style.cssText = "position:absolute;visibility:hidden;white-space:nowrap";
    document.body.append(probe);
    const wide = Math.ceil(Math.max(probe.offsetWidth * 1.08, 180)) + 28;
    probe.remove();
    const rest = [250, 136, 176, 118, 160, 134, 130], group = make("colgroup");
    for (const width of [wide, ...rest]) {
      const column = make("col");
      column.style.width = `${width}px`;
      group.append(column);
    }
    this.table.querySelector("caption").after(group);
    this.table.style.width = `max(100%, ${wide + rest.reduce((sum, one) => sum + one, 0)}px)`;
  }

  show(list) {
    this.list = list;
    this.active = 0;
    this.frame.scrollTop = 0;
    this.table.setAttribute("aria-rowcount", list.length + 1);
    this.draw();
  }

  get rowHeight() {
    return (this.measured ??= this.pool[0]?.offsetHeight || 34);
  }

  draw() {
    if (this.printing) return;
    const begin = performance.now(), row = this.rowHeight, head = this.table.tHead.offsetHeight || row;
    const visible = Math.max(this.frame.clientHeight - head, row), whole = this.list.length * row;
    const tall = Math.min(whole, TALLEST);
    at("height").style.height = `${tall + head}px`;
    // What is too tall for a browser is scrolled in proportion.
    const room = Math.max(tall - visible, 1), offset = this.frame.scrollTop * (whole > tall ? (whole - visible) / room : 1);
    const first = Math.max(Math.min(Math.floor(offset / row), this.list.length - 1), 0);
    const many = Math.min(Math.ceil(visible / row) + 1, this.list.length - first);
    this.body.style.transform = `translateY(${-Math.min(offset - first * row, row)}px)`;
    this.fill(first, many);
    if (!this.measured && this.pool.length) this.measured = this.pool[0].offsetHeight;
    performance.measure("calplan-draw", { start: begin });
  }

  fill(first, many) {
    while (this.pool.length < many) this.pool.push(this.blank());
    while (this.body.rows.length > many) this.body.lastElementChild.remove();
    const last = first + many - 1, entry = Math.min(Math.max(this.active, first), last);
    for (let n = 0; n < many; n++) {
      const row = this.pool[n], place = first + n;
      this.write(row, this.list[place], place, place === entry);
      if (!row.isConnected) this.body.append(row);
    }
  }

  blank() {
    const row = make("tr"), head = make("th", undefined, { scope: "row" });
    head.append(make("button", "", { type: "button" }));
    row.append(head);
    for (const column of this.columns.slice(1)) {
      const cell = make("td");
      if (column === "outcome") cell.append(make("span", "", { "aria-hidden": "true" }), "");
      if (column === "groups") cell.className = "isolated";
      row.append(cell);
    }
    return row;
  }

  write(row, user, place, entry) {
    const id = this.rows.columns.ids[user], shown = this.rows.shown[id], button = row.cells[0].firstChild;
    row.dataset.place = button.dataset.place = place;
    row.setAttribute("aria-rowindex", place + 2);
    button.textContent = this.rows.columns.addresses[user];
    button.tabIndex = entry ? 0 : -1;
    for (let c = 1; c < this.columns.length; c++) {
      const column = this.columns[c], cell = row.cells[c];
      if (column === "outcome") {
        cell.firstChild.className = `dot ${this.rows.columns.classes[id].outcome}`;
        cell.lastChild.data = shown.outcome;
      } else {
        cell.textContent = shown[column];
      }
      cell.title = shown[column];
    }
  }

  key(event) {
    const page = Math.max(Math.floor(this.frame.clientHeight / this.rowHeight) - 2, 1), last = this.list.length - 1;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -last, End: last };
    if (!(event.key in steps)) return;
    event.preventDefault();
    this.active = Math.min(Math.max(this.active + steps[event.key], 0), last);
    this.reveal(this.active);
    this.pool.find((row) => Number(row.dataset.place) === this.active)?.cells[0].firstChild.focus({ preventScroll: true });
  }

  reveal(place) {
    const row = this.rowHeight, whole = this.list.length * row, visible = this.frame.clientHeight - this.table.tHead.offsetHeight;
    const scale = whole > TALLEST ? (TALLEST - visible) / (whole - visible) : 1, top = this.frame.scrollTop / scale;
    if (place * row < top) this.frame.scrollTop = place * row * scale;
    else if ((place + 1) * row > top + visible) this.frame.scrollTop = ((place + 1) * row - visible) * scale;
    const active = this.active;
    this.draw();
    this.active = active;
  }

  /* On paper there is no window: the first users of the list, and how many more there are. */
  print() {
    this.printing = true;
    this.pool = [];
    this.body.replaceChildren();
    this.fill(0, Math.min(this.list.length, PRINTED));
  }

  afterPrint() {
    this.printing = false;
    this.pool = [];
    this.body.replaceChildren();
    this.draw();
  }
}

/* --- one user in full ---------------------------------------------------------------------------------------------- */

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function openPerson(rows, words, user) {
  const one = rows.columns.classes[rows.columns.ids[user]], address = rows.columns.addresses[user];
  const word = (kind, name) => (Object.hasOwn(words[kind], name) ? words[kind][name] : name);
  const stated = (fact) => (fact === null || fact === "" ? words.unknown : Array.isArray(fact) ? fact.join(", ") || "none" : fact);
  const list = (pairs) => {
    const found = make("dl");
    for (const [name, text] of pairs) found.append(make("dt", name), make("dd", text, { class: "isolated" }));
    return found;
  };
  const service = one.service === "" ? words.not_connected : word("service", stated(one.service));
  const level = (name) => (one[name] === null ? "" : `, ${name} ${one[name]}`);
  const text = at("person-text");
  text.replaceChildren(
    make("p", sentence(`${word("outcome", one.outcome)}. ${word("explained", one.outcome)}`)),
    list([
      ["Connection", word("connection", one.connection)],
      ["Told", word("notice", one.notice)],
      ["Next step", word("next_step", one.next_step)],
      ["Certainty", `${one.certainty}: ${word("certainty", one.certainty)}`],
      ...(one.lost_on_the_way ? [["On the way", "loses the connection between two steps"]] : []),
    ]),
    make("h4", "Why"),
    list(one.rules.map((rule) => [rule, word("rule", rule)])),
    make("h4", "What is known"),
    list([
      ["Service", one.service ? `${service}${level("calendar")}${level("contacts")}` : service],
      ["Signed in by", stated(one.auth)],
      ["Mailbox", `${rows.columns.mailboxes[user] ?? address}, ${one.mailbox_location ?? words.unknown}`],
      ["Groups", stated(one.groups)],
      ...(one.primary_group ? [["Primary group", one.primary_group]] : []),
      ["Clients", stated(one.clients)],
      ["Own Microsoft grant", stated(one.own_grant)],
      ...(one.evidence ? [["Evidence", one.evidence]] : []),
    ]),
  );
  at("person-address").textContent = address;
  at("person").showModal();
}

/* --- all of it together -------------------------------------------------------------------------------------------- */

function setUpControls(rows, words, changed) {
  const outcomes = at("outcomes"), counts = rows.countsOf("outcome");
  for (const name of words.outcomes.filter((one) => counts.get(one))) {
    const button = make("button", undefined, { type: "button", "data-outcome": name, "aria-pressed": "false" });
    button.append(make("span", "", { class: `dot ${name}`, "aria-hidden": "true" }), words.short[name],
                  make("span", number(counts.get(name)), { class: "n" }));
    button.addEventListener("click", () => changed((filter) => {
      if (!filter.outcome.delete(name)) filter.outcome.add(name);
    }));
    outcomes.append(button);
  }
  for (const [name, title] of Object.entries(CHOICES)) {
    const select = make("select", undefined, { id: `choice-${name}` }), label = make("label", title, { for: select.id });
    const found = [...rows.countsOf(name)].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)), span = make("span");
    select.append(make("option", "any", { value: "" }));
    for (const [value, users] of found) select.append(make("option", `${value} (${number(users)})`, { value }));
    select.addEventListener("change", () => changed((filter) => { filter[name] = select.value; }));
    span.append(label, select);
    at("choices").append(span);
  }
  let waiting;
  at("query").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => changed((filter) => { filter.query = at("query").value; }), 60);
  });
  at("controls").addEventListener("submit", (event) => event.preventDefault());
  at("clear").addEventListener("click", () => changed((filter) => {
    Object.assign(filter, { ...START, sort: filter.sort, down: filter.down, outcome: new Set() });
  }));
}

function setUpHeads(window_, changed) {
  for (const head of window_.heads) {
    const button = make("button", head.textContent, { type: "button" }), column = head.dataset.sort;
    head.replaceChildren(button);
    button.addEventListener("click", () => changed((filter) => {
      filter.down = filter.sort === column && !filter.down;
      filter.sort = column;
    }));
  }
}

async function start() {
  setUpTheme();
  tellAges();
  if (!at("table") || typeof DecompressionStream === "undefined") {
    document.documentElement.dataset.ready = "";
    return;
  }
  const words = JSON.parse(at("words").textContent), rows = new Rows(await readColumns(), words);
  const window_ = new Window(rows, (user) => openPerson(rows, words, user));
  let filter = filterOf("");

  const show = () => {
    const begin = performance.now();
    if (!window_.columns.includes(filter.sort)) filter.sort = START.sort;
    window_.show(rows.list(filter));
    for (const button of at("outcomes").querySelectorAll("button")) {
      button.setAttribute("aria-pressed", filter.outcome.has(button.dataset.outcome));
    }
    for (const name of Object.keys(CHOICES)) at(`choice-${name}`).value = filter[name];
    if (at("query").value !== filter.query) at("query").value = filter.query;
    for (const head of window_.heads) {
      head.setAttribute("aria-sort", head.dataset.sort === filter.sort ? (filter.down ? "descending" : "ascending") : "none");
    }
    const many = window_.list.length;
    at("state").textContent = `${number(many)} of ${number(rows.size)} users`;
    at("plain").textContent = many > PRINTED
      ? `The first ${PRINTED} of the ${number(many)} users listed, of ${number(rows.size)}.`
      : `${number(many)} of ${number(rows.size)} users.`;
    at("clear").hidden = many === rows.size;
    performance.measure("calplan-list", { start: begin });
  };
  const changed = (change) => {
    change(filter);
    show();
    history.replaceState(null, "", `#${fragmentOf(filter) || "users"}`);
  };
  const follow = (jump) => {
    const fragment = location.hash.slice(1);
    if (!fragment.includes("=")) return;
    filter = filterOf(fragment);
    show();
    if (jump) at("users").scrollIntoView();
  };

  setUpControls(rows, words, changed);
  setUpHeads(window_, changed);
  show();
  at("controls").hidden = false;
  at("plain").classList.add("paper");
  follow(true);
  addEventListener("hashchange", () => follow(true));
  document.documentElement.dataset.ready = "";
  performance.measure("calplan-ready", { start: 0 });
}

start();
