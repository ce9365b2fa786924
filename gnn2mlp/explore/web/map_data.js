// What the page holds: unpacking, neighbours, search, rows as CSV. Nothing here touches the document.

async function unpackMap(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const raw = new Uint8Array(await new Response(stream).arrayBuffer());
  const size = new DataView(raw.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(raw.subarray(4, 4 + size)));
  const arrays = {};
  for (const [name, place] of Object.entries(header.arrays)) {
    arrays[name] = readArray(raw.subarray(4 + size + place.at), place);
  }
  return new MapData(header, arrays);
}

// Bytes of one significance lie together; of a float the lowest are left out.
function readArray(bytes, { kind, width, count }) {
  const words = new Uint32Array(count);
  const left = kind === "float" ? 8 * (4 - width) : 0;
  for (let plane = 0; plane < width; plane++) {
    const shift = 8 * plane + left;
    for (let i = 0, at = plane * count; i < count; i++, at++) words[i] |= bytes[at] << shift;
  }
  return kind === "float" ? new Float32Array(words.buffer) : words;
}

// A number that a person reads: four significant digits, whole numbers in full.
function readable(value) {
  if (Number.isNaN(value)) return "unknown";
  if (Number.isInteger(value)) return value.toLocaleString("en");
  return Number(value.toPrecision(4)).toLocaleString("en", { maximumSignificantDigits: 4 });
}

class MapData {
  constructor(header, arrays) {
    for (const name of ["title", "notes", "total", "seed", "ids", "columns", "codes"]) this[name] = header[name];
    this.arrays = arrays;
    this.count = this.ids.length;
    this.x = Float32Array.from(arrays.x, (step) => (step / 65535) * 2 - 1);
    this.y = Float32Array.from(arrays.y, (step) => (step / 65535) * 2 - 1);
    this.classColumn = this.columns.find((column) => column.kind === "names" && !isJudgement(column));
    this.rightColumn = this.columns.find(isJudgement);
    this.linkStart = arrays.links ? this.linkStarts() : null;
    this.featureNames = header.features?.names;
    this.featureStart = arrays.features ? sums(arrays.features) : null;
  }

  // Of a column at a node, as text.
  text(column, i) {
    if (column.kind === "texts") return column.texts[i];
    const value = this.arrays[column.key][i];
    if (column.kind === "numbers") return readable(value);
    return value === 0 ? "unknown" : column.names[value - 1];
  }

  // Which of a column's names a node has; -1 where unknown.
  nameIndex(column, i) {
    return this.arrays[column.key][i] - 1;
  }

  code(i) {
    return this.codes ? this.arrays.code[i] - 1 : -1;
  }

  isWrong(i) {
    const column = this.rightColumn;
    return column !== undefined && this.text(column, i) === "wrong";
  }

  features(i) {
    if (!this.featureStart) return [];
    const found = [];
    for (let at = this.featureStart[i]; at < this.featureStart[i + 1]; at++) {
      const name = this.featureNames[this.arrays.feature[at]];
      found.push(this.arrays.value ? `${name} = ${readable(this.arrays.value[at])}` : name);
    }
    return found;
  }

  linkStarts() {
    const bytes = this.arrays.links;
    const starts = new Uint32Array(this.count);
    let at = 0;
    for (let i = 0; i < this.count; i++) {
      starts[i] = at;
      let left;
      [left, at] = readVarint(bytes, at);
      for (; left > 0; left--) [, at] = readVarint(bytes, at);
    }
    return starts;
  }

  // Neighbours that are stored.
  neighbours(i) {
    if (!this.linkStart) return [];
    const bytes = this.arrays.links;
    let [left, at] = readVarint(bytes, this.linkStart[i]);
    const found = [];
    for (let row = i; left > 0; left--) {
      let step;
      [step, at] = readVarint(bytes, at);
      row += step % 2 ? -(step + 1) / 2 : step / 2;
      found.push(row);
    }
    return found;
  }

  members(test) {
    const found = [];
    for (let i = 0; i < this.count; i++) if (test(i)) found.push(i);
    return found;
  }

  // The nodes of a code, the most typical first.
  ofCode(code) {
    const found = this.members((i) => this.code(i) === code);
    const [cx, cy] = this.codes.points[code].map((step) => (step / 65535) * 2 - 1);
    const typical = this.arrays.typical;
    const rank = typical ? (i) => -typical[i] : (i) => Math.hypot(this.x[i] - cx, this.y[i] - cy);
    return found.sort((a, b) => rank(a) - rank(b));
  }

  // Features that stand out at these nodes more often than at all, most telling first.
  tellingFeatures(rows, most = 8) {
    if (!this.featureStart) return [];
    this.featureCount ??= countOf(this.arrays.feature);
    const own = new Map();
    for (const i of rows) {
      for (let at = this.featureStart[i]; at < this.featureStart[i + 1]; at++) {
        own.set(this.arrays.feature[at], (own.get(this.arrays.feature[at]) ?? 0) + 1);
      }
    }
    const share = rows.length / this.count;
    const telling = ([feature, count]) => count * Math.log(count / (this.featureCount.get(feature) * share));
    const sorted = [...own].filter(([, count]) => count > 1).sort((a, b) => telling(b) - telling(a));
    return sorted.slice(0, most).map(([feature]) => this.featureNames[feature]);
  }

  // Nodes whose id, texts, names or features hold the words; an id that is the very text comes first.
  search(text) {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return null;
    const names = this.columns.filter((column) => column.kind === "names").map((column) => {
      const hit = column.names.map((name) => name.toLowerCase().includes(wanted));
      return (i) => hit[this.nameIndex(column, i)] === true;
    });
    const texts = this.columns.filter((column) => column.kind === "texts");
    const features = new Set();
    this.featureNames?.forEach((name, at) => name.toLowerCase().includes(wanted) && features.add(at));
    const hasFeature = (i) => {
      for (let at = this.featureStart[i]; at < this.featureStart[i + 1]; at++) {
        if (features.has(this.arrays.feature[at])) return true;
      }
      return false;
    };
    const exact = this.members((i) => String(this.ids[i]).toLowerCase() === wanted);
    if (exact.length) return exact;
    return this.members((i) =>
      String(this.ids[i]).toLowerCase().includes(wanted) ||
      texts.some((column) => column.texts[i].toLowerCase().includes(wanted)) ||
      names.some((test) => test(i)) ||
      (features.size > 0 && hasFeature(i)));
  }

  csv(rows) {
    const quoted = (value) => (/[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
    const plain = (column, i) => {
      if (column.kind !== "numbers") return this.text(column, i);
      const value = this.arrays[column.key][i];
      return Number.isNaN(value) ? "" : String(Number(value.toPrecision(5)));
    };
    const head = ["id", ...(this.codes ? ["code"] : []), ...this.columns.map((column) => column.name)];
    const line = (i) => [
      String(this.ids[i]), ...(this.codes ? [this.code(i) < 0 ? "" : String(this.code(i))] : []),
      ...this.columns.map((column) => plain(column, i)),
    ];
    return [head, ...rows.map(line)].map((cells) => cells.map(quoted).join(",")).join("\n") + "\n";
  }
}

function isJudgement(column) {
  return column.kind === "names" && column.names.every((name) => name === "right" || name === "wrong");
}

function readVarint(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value, at];
  }
}

function sums(counts) {
  const found = new Uint32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) found[i + 1] = found[i] + counts[i];
  return found;
}

function countOf(values) {
  const found = new Map();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return found;
}

// An order of drawing in which no class lies on the others: Fisher and Yates' shuffle, the same for the same seed.
function drawingOrder(count, seed) {
  let state = seed >>> 0;
  const random = () => { // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
