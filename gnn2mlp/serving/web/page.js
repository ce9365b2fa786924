// What every page of a server has: it asks, and writes what it is told as text.
"use strict";
const byId = (id) => document.getElementById(id);
let model = null, token = "";

function made(tag, text, parts = {}, ...children) {
  const one = document.createElement(tag);
  if (text !== null && text !== undefined) one.textContent = text;
  Object.assign(one, parts);
  one.append(...children);
  return one;
}

async function asked(path, body) {
  const headers = token ? {authorization: `Bearer ${token}`} : {};
  const options = body === undefined ? {headers} : {method: "POST", headers: {...headers, "content-type": "application/json"}, body};
  for (let tries = 0; ; tries++) {
    let response;
    try { response = await fetch(path, options); } catch { throw new Error("The server does not answer. Is it still there?"); }
    if (response.status === 503 && tries < 5) {
      await new Promise((go) => setTimeout(go, 1000 * Number(response.headers.get("retry-after") || 1)));
      continue;
    }
    const content = await response.json().catch(() => ({}));
    if (response.ok) return content;
    const error = new Error(content.error || `status ${response.status}`);
    error.status = response.status;
    throw error;
  }
}

function complain(error) { byId("trouble").textContent = error.message; byId("trouble").hidden = false; }

async function begin() {
  byId("trouble").hidden = true;
  try {
    model = await asked("model");
  } catch (error) {
    if (error.status === 401) {
      byId("gate").hidden = false;
      byId("facts").textContent = "This server asks for a token.";
      if (token) complain(error);
    } else complain(error);
    return;
  }
  byId("gate").hidden = true;
  byId("all").hidden = false;
  byId("title").textContent = model.title || model.name;
  document.title = `Try ${model.title || model.name}`;
  const columns = `${model.columns.length} column${model.columns.length === 1 ? "" : "s"}`;
  byId("facts").textContent = [model.task || "model", columns, ...opened(), `version ${model.version}`].join(" · ");
}

const FIELDS = 150;
const TYPES = {number: "number", boolean: "yes or no", date: "date", text: "text", list: "words, with commas", vector: "numbers, with commas"};

// A field for each column, filled in with the example.
function columnFields(example) {
  return model.columns.map((column, place) => {
    const id = `field-${place}`;
    const label = made("label", `${column.name} `, {htmlFor: id}, made("small", TYPES[column.kind]));
    label.append(field(column, id, example[column.name]));
    if (column.kind === "vector" || (column.kind === "text" && !column.choices.length)) label.className = "wide";
    return label;
  });
}

function field(column, id, example) {
  const value = written(example);
  if (column.kind === "vector") return made("textarea", null, {id, value, spellcheck: false});
  if (column.kind === "boolean") {
    const choice = made("select", null, {id});
    for (const [text, value] of [["no value", ""], ["yes", "true"], ["no", "false"]]) choice.append(made("option", text, {value}));
    choice.value = String(example);
    return choice;
  }
  const box = made("input", null, {id, type: "text", value, autocomplete: "off", spellcheck: false});
  if (column.kind === "number") box.inputMode = "decimal";
  if (!column.choices.length) return box;
  const list = made("datalist", null, {id: `${id}-known`});
  for (const choice of column.choices) list.append(made("option", null, {value: choice}));
  box.setAttribute("list", list.id);
  const both = document.createDocumentFragment();
  both.append(box, list);
  return both;
}

function written(value) {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

// What a field or a cell of CSV says, in JSON.
function read(text, column) {
  const plain = text.trim();
  if (plain === "") return null;
  if (column.kind === "number") {
    const number = Number(plain);
    return Number.isFinite(number) ? number : plain;
  }
  if (column.kind === "boolean") {
    if (/^(true|yes|1)$/i.test(plain)) return true;
    return /^(false|no|0)$/i.test(plain) ? false : plain;
  }
  if (column.kind === "list" || column.kind === "vector") {
    const parts = plain.replace(/^\[|\]$/g, "").split(/[,;]/).map((part) => part.trim().replace(/^["']|["']$/g, "")).filter(Boolean);
    return column.kind === "vector" ? parts.map(Number) : parts;
  }
  return text;
}

// What the fields of the columns say, in JSON.
function columnsSaid() {
  return Object.fromEntries(model.columns.map((column, place) => [column.name, read(byId(`field-${place}`).value, column)]));
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

function bar(share, className = "bar") {
  const one = made("div", null, {className});
  one.style.width = `${Math.max(0, Math.min(100, 100 * share))}%`;
  return one;
}

function head(...names) {
  return made("thead", null, {}, made("tr", null, {}, ...names.map((name, place) => name === ""
    ? made("td", null) : made("th", name, {scope: "col", className: place > 1 || (place && names.length === 2) ? "number" : ""}))));
}

byId("gate").addEventListener("submit", (event) => { event.preventDefault(); token = byId("token").value; begin(); });
