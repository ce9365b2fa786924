// What is there of the model, once it is known.
function opened() {
  for (const coverage of model.coverages)
    byId("coverage").append(made("option", `${Math.round(1000 * coverage) / 10} % of rows`, {value: coverage}));
  byId("covers").hidden = !model.coverages.length;
  byId("tables").hidden = ofGraphs();
  if (ofGraphs()) byId("one").textContent = "One graph";
  fields();
  return [model.classes ? `${model.classes.length} classes` : "numbers"];
}

const ofGraphs = () => model.columns.some((column) => column.kind === "nodes");
const asJson = () => model.columns.length > FIELDS || ofGraphs();

function fields() {
  byId("fields").replaceChildren();
  if (asJson()) {
    byId("told").textContent = `${ofGraphs() ? "The graph, a list of its nodes, as JSON" : "The row as JSON"}; an example is filled in.`;
    const area = made("textarea", null, {id: "json", value: ofGraphs() ? JSON.stringify(model.example, null, 2) : JSON.stringify(model.example), spellcheck: false});
    byId("fields").append(made("label", ofGraphs() ? "Graph " : "Row ", {className: "wide", htmlFor: "json"}, area));
    return;
  }
  byId("told").textContent = `An example is filled in. ${model.gaps ? "Leave a field empty where there is no value." : "The model needs a number in each place."}`;
  byId("fields").append(...columnFields(model.example));
}

function row() {
  return asJson() ? JSON.parse(byId("json").value) : columnsSaid();
}

const query = () => model.coverages.length ? `?coverage=${encodeURIComponent(byId("coverage").value)}` : "";

async function answer(event) {
  event.preventDefault();
  byId("ask").disabled = true;
  try {
    const body = JSON.stringify(row());
    const told = await asked(`predict${query()}`, body);
    const parts = shown(told.predictions[0]);
    const why = await asked("explain", body).catch((error) => error);
    parts.push(...(why instanceof Error ? [made("p", why.message, {className: "note"})] : drove(why)));
    byId("said").replaceChildren(...parts);
  } catch (error) {
    const message = error instanceof SyntaxError ? `This is no JSON: ${error.message}` : error.message;
    byId("said").replaceChildren(made("p", message, {className: "fault"}));
  }
  byId("ask").disabled = false;
}

function labelOf(one) {
  if ("label" in one) return String(one.label);
  if ("labels" in one) return one.labels.length ? one.labels.join(", ") : "none of the labels";
  return "value" in one ? String(one.value) : one.values.map((value) => value.toPrecision(6)).join(", ");
}

function shown(one) {
  const parts = [made("p", labelOf(one), {className: "label", id: "label"})];
  if ("confidence" in one) parts.push(made("p", `with a probability of ${percent(one.confidence)}`, {className: "note"}));
  if (one.outlier) parts.push(made("p", "This row is more foreign to the model than 95 % of the rows it was checked with: trust the answer less.", {className: "fault"}));
  if (one.answered_by) parts.push(made("p", `Answered by the ${one.answered_by}${one.teacher ? ` (${one.teacher})` : ""}.`, {className: "note"}));
  if (one.set) {
    const held = `${Math.round(1000 * Number(byId("coverage").value)) / 10} %`;
    const names = one.set.length ? one.set.join(", ") : "no class: none is likely enough";
    parts.push(made("h3", "Classes that it may be"), made("p", names, {id: "set"}),
      made("p", `Of rows like those the model was checked with, such sets hold the true class in ${held}.`, {className: "note"}));
  }
  if (one.probabilities) parts.push(made("h3", "Probabilities"), probabilities(one.probabilities));
  return parts;
}

function probabilities(shares) {
  const rows = Object.entries(shares).sort((a, b) => b[1] - a[1]).slice(0, 12);
  const body = made("tbody", null, {id: "shares"}, ...rows.map(([name, share]) => made("tr", null, {},
    made("th", name, {scope: "row"}), made("td", null, {className: "bars"}, bar(share)), made("td", percent(share), {className: "number"}))));
  const more = Object.keys(shares).length - rows.length;
  const caption = more > 0 ? `The likeliest; ${more} more are not shown` : "Of each class";
  return made("table", null, {}, made("caption", caption), head("class", "", "probability"), body);
}

function drove(why) {
  const sum = why.columns.reduce((all, one) => all + one.contribution, 0).toFixed(2);
  const told = `Each column was left blank (${why.blank}) by itself, the others as they are, and the answer's score compared. ` + (why.exact
    ? `The bars are exact: they add up to ${sum}, which is what all columns do together.`
    : `The bars add up to ${sum}, while all columns together do ${why.together.toFixed(2)}: the rest is what columns do with each other, and belongs to no bar.`);
  const columns = why.columns.slice(0, 15);
  if (!columns.length) return [made("h3", "What drove it"), made("p", "Every column is blank.", {className: "note"})];
  const most = Math.max(...columns.map((one) => Math.abs(one.contribution)), 1e-9);
  const body = made("tbody", null, {id: "drove"}, ...columns.map((one) => {
    const against = one.contribution < 0;
    const both = made("div", null, {className: "two"}, bar(Math.abs(one.contribution) / most, against ? "bar against" : "bar"));
    const without = "probability" in one ? percent(one.probability) : "";
    return made("tr", null, {}, made("th", one.name, {scope: "row"}), made("td", null, {className: "bars"}, both),
      made("td", one.contribution.toFixed(2), {className: "number"}), made("td", without, {className: "number"}));
  }));
  const more = why.columns.length - columns.length;
  const of = why.of === null ? (why.several ? "the first value" : "the value") : `“${why.of}”`;
  const caption = `For ${of} (right) or against it (left)${more > 0 ? `; ${more} smaller ones are not shown` : ""}`;
  const last = "probability" in columns[0] ? ["without it"] : [];
  return [made("h3", "What drove it"), made("p", told, {className: "note"}),
    made("table", null, {}, made("caption", caption), head("column", "", why.of === null ? "change" : "score", ...last), body)];
}

// CSV as RFC 4180 has it: quotes, doubled within; any of the usual separators.
function parsed(text) {
  const first = text.slice(0, text.search(/\r|\n|$/));
  const separator = [",", ";", "\t"].sort((a, b) => first.split(b).length - first.split(a).length)[0];
  const rows = [];
  let cells = [], cell = "", quoted = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') { cell += '"'; at++; } else quoted = false;
    } else if (letter === '"' && cell === "") quoted = true;
    else if (letter === separator) { cells.push(cell); cell = ""; }
    else if (letter === "\n" || letter === "\r") {
      if (letter === "\r" && text[at + 1] === "\n") at++;
      cells.push(cell);
      if (cells.length > 1 || cell !== "") rows.push(cells);
      cells = []; cell = "";
    } else cell += letter;
  }
  cells.push(cell);
  if (cells.length > 1 || cell !== "") rows.push(cells);
  return rows;
}

const BYTES = 500000;

async function table(file) {
  const out = byId("rows");
  const status = made("p", `Reading ${file.name} ...`, {className: "note"});
  out.replaceChildren(status);
  try {
    const [names, ...lines] = parsed((await file.text()).replace(/^\uFEFF/, ""));
    if (!lines.length) throw new Error("Expected a line of column names and rows below it, got no rows.");
    const missing = model.columns.filter((column) => !names.includes(column.name)).map((column) => column.name);
    if (missing.length) throw new Error(`The table lacks ${missing.length} columns that the model reads: ${missing.slice(0, 5).join(", ")}${missing.length > 5 ? ", ..." : ""}.`);
    const places = new Map(names.map((name, place) => [name, place]));
    const rows = lines.map((line) => Object.fromEntries(model.columns.map((column) => [column.name, read(line[places.get(column.name)] ?? "", column)])));
    const found = [];
    for (let start = 0; start < rows.length;) {
      let end = start, size = 0;
      const texts = [];
      while (end < rows.length && texts.length < model.most_rows && size < BYTES) {
        texts.push(JSON.stringify(rows[end++]));
        size += texts[texts.length - 1].length;
      }
      const joiner = query() ? "&" : "?";
      try {
        found.push(...(await asked(`predict${query()}${joiner}probabilities=false`, `[${texts.join(",")}]`)).predictions);
      } catch (error) { throw new Error(`Rows ${start + 1} to ${end} (rows count from 0 below): ${error.message}`); }
      start = end;
      status.textContent = `${found.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows answered`;
    }
    listed(file, names, lines, found, out);
  } catch (error) { out.replaceChildren(made("p", error.message, {className: "fault"})); }
}

function listed(file, names, lines, found, out) {
  const keys = ["label" in found[0] || "labels" in found[0] ? "label" : "value", ...["confidence", "set", "outlier", "answered_by"].filter((key) => key in found[0])];
  const cells = (one) => keys.map((key, place) => place === 0 ? labelOf(one)
    : key === "set" ? (one.set ?? []).join("; ") : key === "outlier" ? (one.outlier ? "yes" : "no") : one[key]);
  const counts = new Map();
  for (const one of found) counts.set(labelOf(one), (counts.get(labelOf(one)) ?? 0) + 1);
  const parts = [made("p", `${found.length.toLocaleString("en")} rows answered.`)];
  if (keys[0] === "label") {
    const common = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 8).map(([name, count]) => `${name}: ${count}`).join(" · ");
    parts[0].append(` ${common}`);
  }
  const save = made("button", "Save all answers as CSV", {type: "button", className: "quiet"});
  save.addEventListener("click", () => saved(file, names, lines, keys, found.map(cells)));
  const few = found.slice(0, 50);
  const body = made("tbody", null, {id: "answers"}, ...few.map((one, number) => made("tr", null, {},
    made("th", `${lines[number][0]}`, {scope: "row"}), ...cells(one).map((value) => made("td", value)))));
  const top = made("thead", null, {}, made("tr", null, {}, ...[names[0], ...keys].map((name) => made("th", name, {scope: "col"}))));
  const scroll = made("div", null, {className: "scroll", tabIndex: 0}, made("table", null, {},
    made("caption", found.length > few.length ? `The first ${few.length} rows` : "All rows"), top, body));
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "Answers");
  out.replaceChildren(...parts, save, scroll);
}

function saved(file, names, lines, keys, cells) {
  const quote = (value) => { const text = String(value ?? ""); return /[",\r\n;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text; };
  const all = [[...names, ...keys], ...lines.map((line, number) => [...names.map((_, place) => line[place] ?? ""), ...cells[number]])];
  const url = URL.createObjectURL(new Blob([all.map((line) => line.map(quote).join(",")).join("\r\n") + "\r\n"], {type: "text/csv"}));
  const link = made("a", null, {href: url, download: file.name.replace(/\.csv$/i, "") + ".answers.csv"});
  link.click();
  URL.revokeObjectURL(url);
}

byId("form").addEventListener("submit", answer);
byId("again").addEventListener("click", fields);
byId("file").addEventListener("change", (event) => { if (event.target.files.length) table(event.target.files[0]); event.target.value = ""; });
const drop = byId("drop");
for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.remove("over"); });
drop.addEventListener("drop", (event) => { if (event.dataTransfer.files.length) table(event.dataTransfer.files[0]); });
begin();
