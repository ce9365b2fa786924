// What stands beside the map: legend, a node or a code in words and small drawings, the rows that were selected.

// Neighbourhoods of a code, matches of a search, rows of the table that are written out.
const EGOS = 4, MATCHES = 20, TABLE_ROWS = 100;

function drawLegend(holder, look, onName) {
  holder.replaceChildren();
  if (look.kind === "numbers") {
    const stops = look.colours.slice(1).join(", ");
    const bar = element("div", { className: "ramp" });
    bar.style.background = `linear-gradient(to right, ${stops})`;
    holder.append(bar, element("div", { className: "ends" },
      element("span", { textContent: readable(look.low) }), element("span", { textContent: readable(look.high) })));
    if (look.note) holder.append(element("p", { className: "note", textContent: look.note }));
    return;
  }
  if (look.note) holder.append(element("p", { className: "note", textContent: look.note }));
  const list = element("ul");
  for (const { name, colour, count, value } of look.entries) {
    const swatch = element("span", { className: "swatch" });
    swatch.style.background = colour;
    const button = element("button", { type: "button" }, swatch, element("span", { className: "name", textContent: name }),
      element("span", { className: "count", textContent: count.toLocaleString("en") }));
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => onName(button, name, value));
    list.append(element("li", {}, button));
  }
  holder.append(list);
}

// A node and the neighbours that are stored, on a ring; wrong answers have a cross.
function egoDrawing(data, i, look, size = 150) {
  const near = data.neighbours(i);
  const svg = svgElement("svg", { viewBox: "-1.3 -1.3 2.6 2.6", width: size, height: size, role: "img" });
  const wrong = near.filter((row) => data.isWrong(row)).length;
  const told = data.rightColumn ? `, ${wrong} of them answered wrongly` : "";
  svg.setAttribute("aria-label", `node ${data.ids[i]} and ${near.length} neighbours${told}`);
  const places = new Map(near.map((row, at) => {
    const angle = (2 * Math.PI * at) / near.length;
    return [row, [Math.sin(angle), -Math.cos(angle)]];
  }));
  for (const [row, [x, y]] of places) {
    svg.append(svgElement("line", { x1: 0, y1: 0, x2: x, y2: y }));
    for (const other of data.neighbours(row)) {
      if (other <= row || !places.has(other)) continue;
      const [x2, y2] = places.get(other);
      svg.append(svgElement("line", { x1: x, y1: y, x2, y2, class: "between" }));
    }
  }
  const mark = (row, x, y, r) => {
    const circle = svgElement("circle", { cx: x, cy: y, r, fill: look.colours[look.slots[row]] });
    circle.append(svgElement("title", {}, describe(data, row)));
    svg.append(circle);
    if (data.isWrong(row)) svg.append(svgElement("path", { class: "cross", d: `M${x - r} ${y - r}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}` }));
  };
  for (const [row, [x, y]] of places) mark(row, x, y, 0.13);
  mark(i, 0, 0, 0.2);
  return svg;
}

function describe(data, i) {
  const parts = [data.classColumn, data.rightColumn].filter(Boolean).map((column) => data.text(column, i));
  return [String(data.ids[i]), ...new Set(parts)].join(" · "); // of one that is unknown this is said once
}

function terms(pairs) {
  const list = element("dl");
  for (const [name, text] of pairs) {
    list.append(element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: text })));
  }
  return list;
}

function showNode(holder, data, i, look, { onCode, onNode }) {
  const pairs = data.columns.map((column) => [column.name, data.text(column, i)]);
  const features = data.features(i);
  if (features.length) pairs.push(["stands out by", features.join(", ")]);
  holder.replaceChildren(element("h2", { textContent: `Node ${data.ids[i]}` }), terms(pairs));
  if (data.code(i) >= 0) holder.append(linkButton(`Code ${data.code(i)}`, () => onCode(data.code(i))));
  const near = data.neighbours(i);
  if (!data.linkStart) return;
  const degree = data.arrays.degree[i];
  holder.append(element("h3", { textContent: `${degree.toLocaleString("en")} neighbour${degree === 1 ? "" : "s"}` }));
  if (near.length < degree) {
    holder.append(element("p", { className: "note", textContent: `${near.length} of them are shown.` }));
  }
  if (!near.length) return;
  holder.append(egoDrawing(data, i, look, 190), nodeList(data, near, onNode));
}

function showCode(holder, data, code, members, look, { onNode }) {
  const total = data.codes.nodes[code];
  holder.replaceChildren(element("h2", { textContent: `Code ${code}` }));
  const text = data.codes.texts[code];
  if (text) holder.append(element("p", { textContent: text }));
  const seen = members.length < total ? `, ${members.length.toLocaleString("en")} of them shown` : "";
  const pairs = [["nodes", total.toLocaleString("en") + seen]];
  if (data.rightColumn) {
    const known = members.filter((i) => data.nameIndex(data.rightColumn, i) >= 0);
    const wrong = known.filter((i) => data.isWrong(i)).length;
    if (known.length) pairs.push(["right answers", `${Math.round(100 * (1 - wrong / known.length))}%`]);
  }
  const telling = data.tellingFeatures(members);
  if (telling.length) pairs.push(["stands out by", telling.join(", ")]);
  holder.append(terms(pairs), ...shares(data, members));
  if (!data.linkStart || !members.length) return;
  const drawn = members.filter((i) => data.neighbours(i).length).slice(0, EGOS);
  holder.append(element("h3", { textContent: "Neighbourhoods of its most typical nodes" }));
  const cross = data.rightColumn ? " A cross marks a wrong answer." : "";
  holder.append(element("p", { className: "note", textContent: `Each node in the middle, neighbours around it.${cross}` }));
  const grid = element("div", { className: "egos" });
  for (const i of drawn) {
    grid.append(element("figure", {}, egoDrawing(data, i, look),
      element("figcaption", {}, linkButton(describe(data, i), () => onNode(i)))));
  }
  holder.append(grid);
}

// How the nodes of a code spread over classes: bars with names and shares.
function shares(data, members) {
  const column = data.classColumn;
  if (!column || !members.length) return [];
  const count = countOf(members.map((i) => data.text(column, i)));
  const rows = [...count].sort((a, b) => b[1] - a[1]).slice(0, 5).map(([name, number]) => {
    const bar = element("span", { className: "length" });
    bar.style.width = `${(100 * number) / members.length}%`;
    return element("li", {}, element("span", { textContent: name }),
      element("span", { textContent: `${Math.round((100 * number) / members.length)}%` }), bar);
  });
  return [element("h3", { textContent: column.name }), element("ul", { className: "shares" }, ...rows)];
}

function showMatches(holder, data, rows, text, { onNode }) {
  const many = rows.length > MATCHES ? `, the first ${MATCHES} are listed` : "";
  holder.replaceChildren(
    element("h2", { textContent: `${rows.length.toLocaleString("en")} found for “${text}”` }),
    element("p", { className: "note", textContent: rows.length ? `They stand out on the map${many}.` : "No id, text or feature holds it." }),
    nodeList(data, rows.slice(0, MATCHES), onNode));
}

function nodeList(data, rows, onNode) {
  const items = rows.map((i) => element("li", {}, linkButton(describe(data, i), () => onNode(i))));
  return element("ul", { className: "nodes" }, ...items);
}

function linkButton(text, act) {
  const button = element("button", { type: "button", className: "link", textContent: text });
  button.addEventListener("click", act);
  return button;
}

function showTable(holder, data, rows, what, { onClear }) {
  holder.replaceChildren();
  holder.hidden = rows.length === 0;
  if (holder.hidden) return;
  const heading = element("h2", { textContent: `Selected ${counted(rows, what)}` });
  const download = element("button", { type: "button", textContent: "Download as CSV", className: "download" });
  download.addEventListener("click", () => saveText(`${rows.length}-nodes.csv`, data.csv(rows)));
  const clear = element("button", { type: "button", textContent: "Clear the selection" });
  clear.addEventListener("click", onClear);
  const names = ["id", ...(data.codes ? ["code"] : []), ...data.columns.map((column) => column.name)];
  const head = element("tr", {}, ...names.map((name) => {
    const cell = element("th", { textContent: name });
    cell.scope = "col";
    return cell;
  }));
  const line = (i) => {
    const own = element("th", { textContent: String(data.ids[i]) });
    own.scope = "row";
    const code = data.codes ? [element("td", { textContent: data.code(i) < 0 ? "" : String(data.code(i)) })] : [];
    return element("tr", {}, own, ...code,
      ...data.columns.map((column) => element("td", { textContent: data.text(column, i) })));
  };
  const table = element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows.slice(0, TABLE_ROWS).map(line)));
  const scroll = element("div", { className: "scroll", tabIndex: 0 }, table);
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "Selected nodes");
  const rest = rows.length > TABLE_ROWS ? `The first ${TABLE_ROWS} are shown, the file has all.` : "";
  holder.append(heading, element("div", { className: "actions" }, download, clear,
    element("span", { className: "note", textContent: rest })), scroll);
}

function saveText(name, text) {
  const link = element("a", { download: name, href: URL.createObjectURL(new Blob([text], { type: "text/csv" })) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
