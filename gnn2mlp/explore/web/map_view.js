// The drawing: points on a canvas, numbers of codes as buttons over it, links as lines; d3-zoom moves it.

// A point that shares its place on the screen with so many is so opaque: all of a crowd is seen, and each that is alone.
const opacity = (crowd) => Math.max(0.2, 1 / Math.sqrt(crowd));
// What does not stand out stays faintly there; of many nodes each less, as they add up.
const dimmed = (nodes) => (nodes < 5000 ? 0.18 : 0.07);
const RAMP_STEPS = 64;
// CSS pixels within which a pointer finds a point.
const REACH = 9;

class MapView {
  constructor(stage, data, { onHover, onPick, onLasso, onShown }) {
    Object.assign(this, { stage, data, onHover, onPick, onLasso, onShown, away: true });
    this.order = drawingOrder(data.count, data.seed + 1);
    [this.mask, this.picked, this.under, this.lasso] = [null, -1, -1, false];
    this.canvas = stage.querySelector("canvas");
    this.pen = this.canvas.getContext("2d", { alpha: false });
    this.size = data.count < 2000 ? 6 : data.count < 10000 ? 4.6 : 3.4;
    this.box = [extent(data.x), extent(data.y)];
    this.transform = d3.zoomIdentity;
    this.zoomer = d3.zoom().scaleExtent([0.3, 400])
      .filter((event) => !event.button && !(this.lassos(event) && event.type !== "wheel"))
      .on("zoom", ({ transform }) => {
        this.transform = transform;
        this.hover(-1);
        this.ask();
      });
    d3.select(this.canvas).call(this.zoomer).on("dblclick.zoom", null);
    this.makeLabels();
    this.listen();
    this.watcher = new ResizeObserver(() => this.resized());
    this.watcher.observe(stage);
  }

  destroy() {
    this.watcher.disconnect();
    cancelAnimationFrame(this.frame);
    d3.select(this.canvas).on(".zoom", null);
  }

  // Colours: `slots` has for each node the number of its colour in `colours`.
  paint(slots, colours, ground) {
    [this.slots, this.colours, this.ground] = [slots, colours.map(channels), channels(ground)];
    this.ask();
  }

  // Which nodes stand out, a byte for each; null for all. They are drawn after the others.
  highlight(mask) {
    this.mask = mask;
    const order = drawingOrder(this.data.count, this.data.seed + 1);
    this.order = mask ? [...order.filter((i) => !mask[i]), ...order.filter((i) => mask[i])] : order;
    this.ask();
  }

  pick(i) {
    this.picked = i;
    this.ask();
  }

  // One drawing a frame, however much has changed.
  ask() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  draw() {
    if (!this.slots || !this.width) return;
    this.project();
    this.drawPoints();
    this.placeLabels();
    this.drawLinks();
  }

  // Places on the screen, in CSS pixels.
  project() {
    const { k, x, y } = this.transform;
    const { count } = this.data;
    this.left ??= new Float32Array(count);
    this.top ??= new Float32Array(count);
    for (let i = 0; i < count; i++) {
      this.left[i] = x + k * (this.width / 2 + this.data.x[i] * this.base);
      this.top[i] = y + k * (this.height / 2 - this.data.y[i] * this.base);
    }
  }

  place(x, y) {
    return this.transform.apply([this.width / 2 + x * this.base, this.height / 2 - y * this.base]);
  }

  inMap(left, top) {
    const [x, y] = this.transform.invert([left, top]);
    return [(x - this.width / 2) / this.base, (this.height / 2 - y) / this.base];
  }

  // How many points share the cell of each, in cells of a point's size; 0 for one out of sight.
  crowding() {
    const { left, top, width, height, size } = this;
    const across = Math.ceil(width / size) + 2;
    const cells = new Uint16Array(across * (Math.ceil(height / size) + 2));
    this.cell ??= new Int32Array(left.length);
    for (let i = 0; i < left.length; i++) {
      const seen = left[i] > -size && top[i] > -size && left[i] < width + size && top[i] < height + size;
      this.cell[i] = seen ? Math.floor(top[i] / size + 1) * across + Math.floor(left[i] / size + 1) : -1;
      if (seen) cells[this.cell[i]]++;
    }
    return cells;
  }

  drawPoints() {
    const ratio = devicePixelRatio || 1;
    const { width, height } = this.canvas;
    const image = this.pen.createImageData(width, height);
    const pixels = image.data;
    new Uint32Array(pixels.buffer).fill(packed(this.ground));
    const zoomed = Math.min(2, Math.max(1, this.transform.k ** 0.25));
    const disc = discOf(this.size * zoomed * ratio);
    const cells = this.crowding(), faint = dimmed(this.data.count);
    for (const i of this.order) {
      if (this.cell[i] < 0) continue;
      const dim = this.mask && !this.mask[i];
      const strength = dim ? faint : opacity(cells[this.cell[i]]);
      splat(pixels, width, height, Math.round(this.left[i] * ratio), Math.round(this.top[i] * ratio), disc,
        this.colours[this.slots[i]], strength);
    }
    this.pen.putImageData(image, 0, 0);
    for (const i of [this.picked, this.under]) if (i >= 0) this.ring(i, ratio, this.size * zoomed);
  }

  ring(i, ratio, size) {
    this.pen.strokeStyle = css(this.stage, "--ink");
    this.pen.lineWidth = 2 * ratio;
    this.pen.beginPath();
    this.pen.arc(this.left[i] * ratio, this.top[i] * ratio, (size / 2 + 3) * ratio, 0, 2 * Math.PI);
    this.pen.stroke();
  }

  resized() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    // Jupyter draws a cell before it is a part of the page, and takes it out while it is scrolled away.
    const shown = width > 0 && height > 0;
    if (shown && this.away) this.onShown();
    this.away = !shown;
    if (!shown || (width === this.width && height === this.height)) return;
    const centre = this.width ? this.inMap(this.width / 2, this.height / 2) : null;
    [this.width, this.height, this.base] = [width, height, Math.min(width, height) / 2];
    this.canvas.width = Math.round(width * (devicePixelRatio || 1));
    this.canvas.height = Math.round(height * (devicePixelRatio || 1));
    if (centre) this.look(centre, this.transform.k);
    else this.whole();
  }

  // The view that holds all points.
  whole() {
    this.fit(...this.box);
  }

  // The view around these nodes.
  around(rows) {
    this.fit(extent(rows.map((i) => this.data.x[i])), extent(rows.map((i) => this.data.y[i])), 0.15);
  }

  fit([left, right], [bottom, top], least = 0.001) {
    const across = Math.max(least, right - left) * this.base, up = Math.max(least, top - bottom) * this.base;
    this.look([(left + right) / 2, (bottom + top) / 2], 0.9 * Math.min(this.width / across, this.height / up));
  }

  look([x, y], k) {
    const middle = [this.width / 2 + x * this.base, this.height / 2 - y * this.base];
    this.move(d3.zoomIdentity.translate(this.width / 2 - k * middle[0], this.height / 2 - k * middle[1]).scale(k));
  }

  // By fractions of the view.
  pan(dx, dy) {
    const { k } = this.transform;
    this.move(this.transform.translate((-dx * this.width) / k, (dy * this.height) / k));
  }

  zoom(factor) {
    d3.select(this.canvas).call(this.zoomer.scaleBy, factor);
  }

  move(transform) {
    d3.select(this.canvas).call(this.zoomer.transform, transform);
  }

  setLasso(on) {
    this.lasso = on;
    this.stage.classList.toggle("lassoing", on);
  }

  lassos(event) {
    return this.lasso || event.shiftKey;
  }

  // The nearest point, those that stand out first.
  nearest([left, top]) {
    let best = -1, near = Infinity;
    for (let i = 0; i < this.data.count; i++) {
      const apart = Math.hypot(this.left[i] - left, this.top[i] - top) + (this.mask && !this.mask[i] ? REACH : 0);
      if (apart < near && apart < (this.mask ? 2 * REACH : REACH)) [best, near] = [i, apart];
    }
    return best;
  }

  listen() {
    const here = (event) => [event.offsetX, event.offsetY];
    let path = null;
    this.canvas.addEventListener("pointerdown", (event) => {
      if (event.button || !this.lassos(event)) return;
      path = [this.inMap(...here(event))];
      this.canvas.setPointerCapture(event.pointerId);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (path) {
        path.push(this.inMap(...here(event)));
        this.drawPath(path);
      } else if (event.pointerType !== "touch" && !event.buttons) this.hover(this.nearest(here(event)));
    });
    this.canvas.addEventListener("pointerleave", () => this.hover(-1));
    const close = () => {
      if (path && path.length > 2) {
        this.ended = path;
        this.onLasso(this.data.members((i) => inPolygon(this.data.x[i], this.data.y[i], path)));
      }
      path = null;
    };
    this.canvas.addEventListener("pointerup", close);
    this.canvas.addEventListener("pointercancel", () => { path = null; this.ask(); });
    this.canvas.addEventListener("click", (event) => {
      if (this.ended) this.ended = null; // what ends a lasso is no click on a node
      else this.onPick(this.nearest(here(event)));
    });
  }

  hover(i) {
    if (i === this.under) return;
    this.under = i;
    this.onHover(i);
    this.ask();
  }

  makeLabels() {
    const holder = this.stage.querySelector(".codes");
    this.labels = [];
    if (!this.data.codes) return;
    const { points, nodes } = this.data.codes;
    const byNodes = points.map((_, code) => code).filter((code) => nodes[code] > 0);
    byNodes.sort((a, b) => nodes[b] - nodes[a]);
    for (const code of byNodes) {
      // The list of codes above the map is how a keyboard reaches them.
      const button = element("button", { type: "button", tabIndex: -1, textContent: String(code) });
      button.setAttribute("aria-label", `code ${code}, ${nodes[code]} nodes`);
      button.addEventListener("click", () => this.onPick(-1, code));
      button.addEventListener("wheel", (event) => {
        event.preventDefault();
        this.canvas.dispatchEvent(new WheelEvent("wheel", event));
      });
      holder.append(button);
      const [x, y] = points[code].map((step) => (step / 65535) * 2 - 1);
      this.labels.push({ code, button, x, y });
    }
  }

  markCode(code) {
    for (const label of this.labels) label.button.classList.toggle("chosen", label.code === code);
    this.chosenCode = code;
    this.ask();
  }

  // The chosen one, then the fullest; one that would lie on another waits until the map is closer.
  placeLabels() {
    const taken = [];
    const first = this.labels.filter(({ code }) => code === this.chosenCode);
    for (const { button, x, y, code } of [...first, ...this.labels.filter((label) => !first.includes(label))]) {
      const [left, top] = this.place(x, y);
      const half = 6 + 4 * String(code).length;
      const inside = left > 0 && top > 0 && left < this.width && top < this.height;
      const free = taken.every(([l, t, h]) => Math.abs(l - left) > h + half || Math.abs(t - top) > 20);
      button.hidden = !(inside && free);
      if (button.hidden) continue;
      taken.push([left, top, half]);
      button.style.transform = `translate(${left}px, ${top}px) translate(-50%, -50%)`;
    }
  }

  drawLinks() {
    const svg = this.stage.querySelector("svg");
    if (this.picked < 0) return svg.replaceChildren();
    const [x1, y1] = [this.left[this.picked], this.top[this.picked]];
    svg.replaceChildren(...this.data.neighbours(this.picked).map((i) =>
      svgElement("line", { x1, y1, x2: this.left[i], y2: this.top[i] })));
  }

  drawPath(path) {
    const points = path.map(([x, y]) => this.place(x, y).join(",")).join(" ");
    this.stage.querySelector("svg").replaceChildren(svgElement("polygon", { points }));
  }
}

// Pixels of a disc around its middle, and how much of each it covers.
function discOf(size) {
  const radius = size / 2, reach = Math.ceil(radius);
  const found = { dx: [], dy: [], cover: [] };
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const cover = Math.min(1, radius + 0.5 - Math.hypot(dx, dy));
      if (cover < 0.05) continue;
      found.dx.push(dx);
      found.dy.push(dy);
      found.cover.push(cover);
    }
  }
  return { dx: Int32Array.from(found.dx), dy: Int32Array.from(found.dy), cover: Float32Array.from(found.cover) };
}

// Mixes a colour into the pixels of a disc; no objects are made, as this runs for every node and frame.
function splat(pixels, width, height, x, y, disc, colour, strength) {
  const red = colour[0], green = colour[1], blue = colour[2];
  const { dx, dy, cover } = disc;
  for (let k = 0; k < dx.length; k++) {
    const px = x + dx[k], py = y + dy[k];
    if (px < 0 || py < 0 || px >= width || py >= height) continue;
    const at = 4 * (py * width + px), part = cover[k] * strength;
    pixels[at] += (red - pixels[at]) * part;
    pixels[at + 1] += (green - pixels[at + 1]) * part;
    pixels[at + 2] += (blue - pixels[at + 2]) * part;
  }
}

function channels(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function packed([red, green, blue]) {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

function extent(values) {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function inPolygon(x, y, path) {
  let inside = false;
  for (let i = 0, j = path.length - 1; i < path.length; j = i++) {
    const [xi, yi] = path[i], [xj, yj] = path[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

function css(element, name) {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

function element(tag, properties = {}, ...children) {
  const found = Object.assign(document.createElement(tag), properties);
  found.append(...children);
  return found;
}

function svgElement(tag, attributes = {}, ...children) {
  const found = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
  found.append(...children);
  return found;
}
