// The map as a whole: builds its parts, and lets each tell the others what a person chose.

const PARTS = `
<div class="bar">
  <label>Colour by <select class="by"></select></label>
  <label class="for-codes">Code <select class="code"><option value="">none</option></select></label>
  <label>Search <input type="search" class="find" placeholder="id or word" autocomplete="off" spellcheck="false"></label>
  <button type="button" class="lasso" aria-pressed="false">Lasso</button>
  <span class="zoom"><button type="button" class="in" aria-label="Zoom in">+</button><button type="button" class="out"
    aria-label="Zoom out">−</button><button type="button" class="all">Whole map</button></span>
  <output aria-live="polite"></output>
</div>
<div class="body">
  <div class="stage" tabindex="0" role="group" aria-label="Map of nodes. Arrow keys move it, plus and minus zoom, 0 shows all of it. Colour, code and search above reach every node.">
    <canvas aria-hidden="true"></canvas><svg aria-hidden="true"></svg><div class="codes"></div><div class="tip" hidden></div>
  </div>
  <div class="side">
    <section class="legend" aria-label="Legend"></section>
    <section class="details" aria-live="polite" aria-label="What was chosen"></section>
  </div>
</div>
<section class="table" aria-label="Selection" hidden></section>`;

async function mountMap(root, bytes, { onSelect = () => {} } = {}) {
  root.classList.add("gnn2mlp-map");
  root.innerHTML = PARTS;
  const map = new InteractiveMap(root, await unpackMap(bytes), onSelect);
  map.start();
  root.map = map; // for whoever looks at the page from its console
  return map;
}

class InteractiveMap {
  constructor(root, data, onSelect) {
    [this.root, this.data, this.onSelect] = [root, data, onSelect];
    this.part = (name) => root.querySelector(name);
    this.selected = [];
    this.act = { onNode: (i) => this.chooseNode(i, true), onCode: (code) => this.chooseCode(code) };
  }

  start() {
    this.fillChoices();
    this.view = new MapView(this.part(".stage"), this.data, {
      onHover: (i) => this.hover(i),
      onPick: (i, code) => (code !== undefined ? this.chooseCode(code) : i < 0 ? this.clear() : this.chooseNode(i)),
      onLasso: (rows) => this.select(rows, "inside the lasso"),
      onShown: () => this.recolour(),
    });
    this.listen();
    this.view.resized();
    this.view.draw();
    this.root.dataset.ready = "yes";
  }

  destroy() {
    this.dark.removeEventListener("change", this.onDark);
    this.theme.disconnect();
    this.view.destroy();
  }

  fillChoices() {
    const { columns, codes } = this.data;
    const by = this.part(".by");
    columns.forEach((column, at) => {
      if (column.kind !== "texts") by.append(element("option", { value: String(at), textContent: column.name }));
    });
    if (codes) by.append(element("option", { value: "code", textContent: "code" }));
    if (!by.options.length) by.append(element("option", { value: "", textContent: "nothing" }));
    const first = columns.findIndex((column) => column === this.data.classColumn);
    if (first >= 0) by.value = String(first);
    if (!codes) this.part(".for-codes").hidden = true;
    else codes.nodes.forEach((nodes, code) => {
      if (nodes) this.part(".code").append(element("option", { value: String(code), textContent: `${code} (${nodes.toLocaleString("en")} nodes)` }));
    });
  }

  listen() {
    this.part(".by").addEventListener("change", () => this.recolour());
    this.part(".code").addEventListener("change", (event) => (event.target.value ? this.chooseCode(Number(event.target.value)) : this.clear()));
    this.part(".find").addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.search(this.part(".find").value), 150);
    });
    this.part(".lasso").addEventListener("click", (event) => {
      const on = event.target.getAttribute("aria-pressed") !== "true";
      event.target.setAttribute("aria-pressed", String(on));
      this.view.setLasso(on);
    });
    this.part(".in").addEventListener("click", () => this.view.zoom(1.5));
    this.part(".out").addEventListener("click", () => this.view.zoom(1 / 1.5));
    this.part(".all").addEventListener("click", () => this.view.whole());
    this.part(".stage").addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("keydown", (event) => event.key === "Escape" && this.clear());
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    // Colours can be read only of what is a part of the page; what is not is coloured when it is shown again.
    this.onDark = () => this.view.away || this.recolour();
    this.dark.addEventListener("change", this.onDark);
    this.theme = new MutationObserver(this.onDark);
    this.theme.observe(document.body, { attributeFilter: ["data-jp-theme-light", "class"] });
    this.theme.observe(document.documentElement, { attributeFilter: ["theme"] });
  }

  key(event) {
    const step = { ArrowLeft: [-0.2, 0], ArrowRight: [0.2, 0], ArrowUp: [0, 0.2], ArrowDown: [0, -0.2] }[event.key];
    if (event.target !== this.part(".stage") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (step) this.view.pan(...step);
    else if (event.key === "+" || event.key === "=") this.view.zoom(1.5);
    else if (event.key === "-") this.view.zoom(1 / 1.5);
    else if (event.key === "0") this.view.whole();
    else return;
    event.preventDefault();
  }

  // Colours by a column or by code: a slot for each node, colours of the slots, and the legend.
  recolour() {
    const chosen = this.part(".by").value;
    const colour = (name) => css(this.root, name);
    this.look = chosen === "code" ? lookOfCodes(this.data, colour)
      : chosen === "" ? { kind: "names", entries: [], colours: [colour("--class-0")], slots: new Float32Array(this.data.count) }
      : lookOfColumn(this.data, this.data.columns[Number(chosen)], colour);
    const { classColumn } = this.data;
    this.classLook = classColumn ? lookOfColumn(this.data, classColumn, colour) : this.look;
    drawLegend(this.part(".legend"), this.look, (button, name, value) => this.chooseName(button, name, value));
    this.view.paint(this.look.slots, this.look.colours, colour("--card"));
  }

  hover(i) {
    const tip = this.part(".tip");
    tip.hidden = i < 0;
    if (i < 0) return;
    const { data } = this;
    const shown = data.columns.slice(0, 6).map((column) => `${column.name}: ${data.text(column, i)}`);
    if (data.code(i) >= 0) shown.push(`code: ${data.code(i)}`);
    const features = data.features(i);
    tip.replaceChildren(element("strong", { textContent: String(data.ids[i]) }),
      ...shown.map((text) => element("span", { textContent: text })),
      ...(features.length ? [element("em", { textContent: features.join(", ") })] : []));
    const [left, top] = [this.view.left[i], this.view.top[i]];
    const stage = this.part(".stage");
    tip.style.left = `${Math.max(4, Math.min(left + 12, stage.clientWidth - tip.offsetWidth - 4))}px`;
    tip.style.top = `${top + 14 + tip.offsetHeight > stage.clientHeight ? top - tip.offsetHeight - 10 : top + 14}px`;
  }

  chooseNode(i, move = false) {
    this.select([i], String(this.data.ids[i]), false);
    this.view.pick(i);
    if (move) this.view.around([i, ...this.data.neighbours(i)]);
    showNode(this.part(".details"), this.data, i, this.classLook, this.act);
  }

  chooseCode(code) {
    const members = this.data.ofCode(code);
    this.select(members, `code ${code}`);
    this.part(".code").value = String(code);
    this.view.markCode(code);
    showCode(this.part(".details"), this.data, code, members, this.classLook, this.act);
  }

  chooseName(button, name, value) {
    const on = button.getAttribute("aria-pressed") !== "true";
    this.clear();
    if (!on) return;
    button.setAttribute("aria-pressed", "true");
    this.select(this.data.members((i) => this.look.value(i) === value), `${this.look.name}: ${name}`);
  }

  search(text) {
    const rows = this.data.search(text);
    if (rows === null) return this.clear();
    this.select(rows, `found for “${text}”`);
    showMatches(this.part(".details"), this.data, rows, text, this.act);
    if (rows.length === 1) this.chooseNode(rows[0], true);
  }

  // The rows that stand out, are written out below the map, and are handed to Python.
  select(rows, what, dim = true) {
    this.reset();
    this.selected = rows;
    this.part("output").textContent = counted(rows, what);
    showTable(this.part(".table"), this.data, rows, what, { onClear: () => this.clear() });
    if (dim) {
      const mask = new Uint8Array(this.data.count);
      for (const i of rows) mask[i] = 1;
      this.view.highlight(mask);
    }
    this.onSelect(rows);
  }

  reset() {
    this.part(".details").replaceChildren();
    this.part(".code").value = "";
    for (const button of this.root.querySelectorAll(".legend button")) button.setAttribute("aria-pressed", "false");
    this.view.pick(-1);
    this.view.markCode(undefined);
    if (this.view.mask) this.view.highlight(null);
  }

  clear() {
    this.reset();
    this.selected = [];
    this.part("output").textContent = "";
    showTable(this.part(".table"), this.data, [], "", {});
    this.onSelect([]);
  }
}

function counted(rows, what) {
  return `${rows.length.toLocaleString("en")} node${rows.length === 1 ? "" : "s"}: ${what}`;
}

// As many names as there are colours have one each; of more, the most frequent do, and the others share a grey.
function lookOfColumn(data, column, colour) {
  const values = data.arrays[column.key];
  if (column.kind === "numbers") return lookOfNumbers(column, values, colour);
  const count = new Uint32Array(column.names.length + 1);
  for (const value of values) count[value]++;
  const palette = Array.from({ length: 10 }, (_, at) => colour(`--class-${at}`));
  const slot = new Map();
  if (isJudgement(column)) column.names.forEach((name, at) => { palette[at] = colour(`--${name}`); slot.set(at + 1, at + 1); });
  else if (column.names.length <= palette.length) column.names.forEach((_, at) => slot.set(at + 1, at + 1));
  else {
    const byCount = column.names.map((_, at) => at + 1).sort((a, b) => count[b] - count[a]);
    byCount.slice(0, palette.length).forEach((value, at) => slot.set(value, at + 1));
  }
  const colours = [colour("--unknown"), ...palette];
  const entries = [...column.names.keys()].map((at) => at + 1).filter((value) => count[value])
    .map((value) => ({ name: column.names[value - 1], colour: colours[slot.get(value) ?? 0], count: count[value], value }));
  if (column.names.length > palette.length) entries.sort((a, b) => b.count - a.count);
  if (count[0]) entries.push({ name: "unknown", colour: colours[0], count: count[0], value: 0 });
  const grey = column.names.length - slot.size;
  const note = grey > 0 ? `The ${slot.size} most frequent have a colour each, the other ${grey} are grey; a click brings one out.` : "";
  const slots = Float32Array.from(values, (value) => slot.get(value) ?? 0);
  return { kind: "names", name: column.name, entries, note, colours, slots, value: (i) => values[i] };
}

function lookOfNumbers(column, values, colour) {
  const stops = Array.from({ length: 7 }, (_, at) => colour(`--ramp-${at}`));
  const colours = [colour("--unknown"), ...Array.from({ length: RAMP_STEPS }, (_, at) => between(stops, at / (RAMP_STEPS - 1)))];
  const { low, high } = column;
  const range = high - low || 1;
  let beyond = 0;
  const slots = Float32Array.from(values, (value) => {
    if (Number.isNaN(value)) return 0;
    if (value < low || value > high) beyond++;
    const share = Math.min(1, Math.max(0, (value - low) / range));
    return 1 + Math.min(RAMP_STEPS - 1, Math.floor(share * RAMP_STEPS));
  });
  const note = beyond ? "The outermost 2% at either end have the colour of the end." : "";
  return { kind: "numbers", name: column.name, low, high, colours, slots, note };
}

// Eight colours part neighbours, as on a map of countries; they name no code.
function lookOfCodes(data, colour) {
  const colours = [colour("--unknown"), ...Array.from({ length: 8 }, (_, at) => colour(`--class-${at}`))];
  const slots = Float32Array.from(data.arrays.code, (value) => (value ? data.codes.groups[value - 1] + 1 : 0));
  const few = data.codes.nodes.filter((nodes) => nodes).length <= 8;
  const entries = few ? data.codes.nodes.map((count, code) => ({ name: `code ${code}`, colour: colours[data.codes.groups[code] + 1], count, value: code })).filter(({ count }) => count) : [];
  const note = few ? "" : "Colours part neighbouring codes and mean nothing else: the number on the map names a code. A click on it brings out its nodes.";
  return { kind: "names", name: "code", entries, note, colours, slots, value: (i) => data.code(i) };
}

function between(stops, share) {
  const at = Math.min(stops.length - 2, Math.floor(share * (stops.length - 1)));
  const part = share * (stops.length - 1) - at;
  const channel = (hex, from) => parseInt(hex.slice(from, from + 2), 16);
  const mix = (from) => Math.round(channel(stops[at], from) * (1 - part) + channel(stops[at + 1], from) * part);
  return `#${[1, 3, 5].map((from) => mix(from).toString(16).padStart(2, "0")).join("")}`;
}
