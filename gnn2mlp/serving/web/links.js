// What is there of the model, once it is known.
function opened() {
  byId("tops").hidden = !model.nodes;
  ends();
  if (!model.nodes) return ["no nodes that have ids"];
  fields();
  byId("k").value = Math.min(10, model.candidates);
  const counts = [`${plain(model.nodes)} nodes`];
  if (model.candidates !== model.nodes) counts.push(`${plain(model.candidates)} candidates`);
  if (model.recall) counts.push(`${percent(model.recall.mean)} of the ${model.recall.k} best are found`);
  return counts;
}

const plain = (number) => number.toLocaleString("en");
const asJson = () => model.columns.length > FIELDS;

function fields() {
  const known = byId("by-id").checked, box = byId("fields");
  byId("told").textContent = known ? "It is no candidate of its own, and links that are known are left out."
    : "Only these columns are read: nothing else of it has to be known.";
  if (known) box.replaceChildren(made("label", `${model.id} `, {htmlFor: "id"}, idBox("id", model.known_node)));
  else if (asJson()) box.replaceChildren(jsonBox("Columns ", "json", model.new_node));
  else box.replaceChildren(...columnFields(model.new_node));
}

function idBox(id, node) {
  return made("input", null, {id, type: "text", value: String(node[model.id]), autocomplete: "off", spellcheck: false});
}

function jsonBox(name, id, value) {
  const area = made("textarea", null, {id, value: JSON.stringify(value, null, asJson() ? 0 : 2), spellcheck: false});
  return made("label", name, {className: "wide", htmlFor: id}, area);
}

// Both ends of a pair: by their ids where the server has nodes, else as JSON.
function ends() {
  if (!model.nodes) return byId("ends").replaceChildren(jsonBox("A pair, as JSON ", "json-pair", model.example));
  byId("ends").replaceChildren(...["source", "target"].map((end) =>
    made("label", `${end}, ${model.id} `, {htmlFor: end}, idBox(end, model.known_node))));
}

// An id as the server's table has it: a number, or a text.
function idSaid(place) {
  const text = byId(place).value.trim();
  return typeof model.known_node[model.id] === "number" && text !== "" && Number.isSafeInteger(Number(text)) ? Number(text) : text;
}

function node() {
  if (byId("by-id").checked) return {[model.id]: idSaid("id")};
  return asJson() ? JSON.parse(byId("json").value) : columnsSaid();
}

async function told(button, place, ask) {
  byId(button).disabled = true;
  try {
    byId(place).replaceChildren(...await ask());
  } catch (error) {
    const message = error instanceof SyntaxError ? `This is no JSON: ${error.message}` : error.message;
    byId(place).replaceChildren(made("p", message, {className: "fault"}));
  }
  byId(button).disabled = false;
}

function find(event) {
  event.preventDefault();
  return told("ask", "said", async () => {
    const answer = await asked(`top?k=${encodeURIComponent(byId("k").value.trim())}`, JSON.stringify(node()));
    return listed(answer.candidates[0]);
  });
}

function listed(found) {
  if (!found.length) return [made("p", "There is no candidate whose link is not known already.", {className: "note"})];
  const rows = found.map((one, place) => {
    const name = made("button", String(one[model.id]), {type: "button", className: "name", title: "Whom does this one link to?"});
    name.addEventListener("click", () => follow(one[model.id]));
    return made("tr", null, {}, made("td", place + 1, {className: "number rank"}), made("th", null, {scope: "row"}, name),
      made("td", null, {className: "bars"}, bar(one.score)), made("td", one.score.toPrecision(3), {className: "number"}));
  });
  const note = "A score is the probability of a link among as many linked pairs as others: it ranks.";
  return [made("table", null, {}, made("caption", note), head("", model.id, "", "score"), made("tbody", null, {id: "found"}, ...rows))];
}

function follow(id) {
  byId("by-id").checked = true;
  fields();
  byId("id").value = String(id);
  byId("form").requestSubmit();
}

function score(event) {
  event.preventDefault();
  return told("score", "scored", async () => {
    const pair = model.nodes ? {source: idSaid("source"), target: idSaid("target")} : JSON.parse(byId("json-pair").value);
    const answer = await asked("predict", JSON.stringify(pair));
    return answer.predictions.slice(0, 1).map((one) => made("p", one.score.toPrecision(3), {className: "label", id: "label"}));
  });
}

byId("form").addEventListener("submit", find);
byId("pair").addEventListener("submit", score);
byId("again").addEventListener("click", fields);
for (const way of ["by-id", "by-columns"]) byId(way).addEventListener("change", fields);
begin();
