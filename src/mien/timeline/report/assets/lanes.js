// Draws what is in view: the ruler, the overview, and for each lane its segments and curves.

const BAR = 18, CAPTION = 14, CURVE = 84, TOP = 8, PAD = 4, EDGE = 6; // pixels
const DASHES = [[], [6, 3], [2, 3]];
let lanes = [];
let colours = {};

function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["ink", "soft", "line", "seen", "card", "at"]) colours[name] = style.getPropertyValue(`--${name}`);
  colours.set = [0, 1, 2, 3, 4, 5, 6].map((i) => style.getPropertyValue(`--c${i}`));
}

// A number for each label of a layer: that of the measure of its name where there is one, else as they first come.
const measureOf = new Map(data.groups.flatMap((group) => group.names.map((name, i) => [name, i])));
const shades = new Map();
data.segments.label.forEach((label, i) => {
  const key = `${data.segments.layer[i]} ${label}`;
  if (!shades.has(key)) shades.set(key, measureOf.get(data.segments.texts[label]) ?? shades.size);
});
const colourOf = (i) => colours.set[shades.get(`${data.segments.layer[i]} ${data.segments.label[i]}`) % colours.set.length];

// The lanes of the medium in view, each with its layers: where they lie, and which segments are theirs.
function layOut() {
  const { media, lane, layer, row } = data.segments;
  const here = data.lanes.filter((one) => one.tracks.some(([medium]) => medium === view.medium));
  lanes = [...here, { lane: -1, name: "The whole", said: "", tracks: [[view.medium, 0, whole]], portrait: null }].map((one) => ({ ...one, layers: [] }));
  const by = new Map(lanes.map((one) => [one.lane, one]));
  for (let i = 0; i < media.length; i++) {
    if (media[i] !== view.medium || view.hidden.has(layer[i])) continue;
    const { layers } = by.get(lane[i]);
    let place = layers.find((one) => one.layer === layer[i]);
    if (!place) layers.push((place = { layer: layer[i], rows: 0, items: [], starts: [] }));
    place.items.push(i);
    place.starts.push(data.segments.start[i]);
    place.rows = Math.max(place.rows, row[i] + 1);
  }
  for (const one of lanes) {
    one.series = seriesOf(one);
    one.layers.sort((a, b) => a.layer - b.layer);
    let y = TOP;
    for (const place of one.layers) { place.y = y + CAPTION; y += CAPTION + place.rows * (BAR + 2) + PAD; }
    one.curves = y;
    one.height = y + (one.series ? CURVE : 0) + PAD;
  }
  lanes = lanes.filter((one) => one.lane >= 0 || one.layers.length || one.series);
  place();
}

// The elements of the lanes, in place of those that are there.
function place() {
  for (const old of byId("lanes").querySelectorAll(".lane")) old.remove();
  for (const one of lanes) {
    one.canvas = make("canvas", { "aria-hidden": "true" });
    one.canvas.style.height = `${one.height}px`;
    const who = make("span", {}, one.name, make("small", {}, one.said));
    const head = make("div", { class: "who", title: one.why ?? "" }, who);
    if (one.portrait) head.prepend(make("img", { src: `data:image/jpeg;base64,${one.portrait}`, alt: "" }));
    one.element = make("div", { class: "lane" }, head, one.canvas);
    one.element.style.minHeight = "62px";
    byId("lanes").append(one.element);
  }
}

const xOf = (time) => ((time - view.from) / (view.to - view.from)) * view.width;
const timeAt = (x) => view.from + (x / view.width) * (view.to - view.from);

// A canvas of as many pixels as the screen has for it, cleared.
function fresh(canvas) {
  const box = canvas.getBoundingClientRect(), dense = devicePixelRatio || 1;
  const width = Math.round(box.width * dense), height = Math.round(box.height * dense);
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
  const ctx = canvas.getContext("2d");
  ctx.setTransform(dense, 0, 0, dense, 0, 0);
  ctx.clearRect(0, 0, box.width, box.height);
  ctx.font = "11px system-ui, sans-serif";
  ctx.textBaseline = "middle";
  return [ctx, box.width, box.height];
}

function drawRuler() {
  const [ctx, width, height] = fresh(byId("ruler"));
  view.width = width;
  const [step, digits] = stepOf((view.to - view.from) / (width / 90));
  ctx.fillStyle = colours.soft;
  ctx.strokeStyle = colours.line;
  for (let time = Math.ceil(view.from / step) * step; time <= view.to + 1e-9; time += step) {
    const x = xOf(time);
    ctx.strokeRect(x, height - 6, 0, 6);
    ctx.textAlign = x < 16 ? "left" : x > width - 16 ? "right" : "center";
    ctx.fillText(clock(time, digits), Math.min(Math.max(x, 0), width), 10);
  }
}

// The next length that is round in minutes and seconds, and how many digits of a second it needs.
function stepOf(least) {
  for (const step of [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800])
    if (step >= least) return [step, step < 0.1 ? 2 : step < 1 ? 1 : 0];
  return [3600 * Math.ceil(least / 3600), 0];
}

function drawOverview() {
  const [ctx, width, height] = fresh(byId("overview")), { media, start, end, lane } = data.segments;
  const at = (time) => (time / whole) * width, slot = height / Math.max(lanes.length, 1);
  const rows = new Map(lanes.map((one, i) => [one.lane, i]));
  for (const one of lanes) for (const [medium, from, to] of one.tracks) {
    ctx.fillStyle = colours.seen;
    if (medium === view.medium) ctx.fillRect(at(from), rows.get(one.lane) * slot, Math.max(at(to) - at(from), 1), Math.max(slot - 1, 1));
  }
  for (let i = 0; i < media.length; i++) {
    if (media[i] !== view.medium || view.hidden.has(data.segments.layer[i])) continue;
    ctx.fillStyle = colourOf(i);
    ctx.globalAlpha = 0.6;
    ctx.fillRect(at(start[i]), rows.get(lane[i]) * slot, Math.max(at(end[i]) - at(start[i]), 1), Math.max(slot - 1, 1));
  }
  ctx.globalAlpha = 1;
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = 2;
  ctx.strokeRect(at(view.from) + 1, 1, Math.max(at(view.to) - at(view.from) - 2, 2), height - 2);
}

// Draws a lane; what is not on the screen waits until it is scrolled to.
function drawLane(one) {
  const box = one.element.getBoundingClientRect();
  if (box.bottom < -200 || box.top > innerHeight + 200) return;
  const [ctx, width, height] = fresh(one.canvas);
  ctx.fillStyle = colours.seen;
  for (const [medium, from, to] of one.tracks)
    if (medium === view.medium && to >= view.from && from <= view.to) ctx.fillRect(xOf(from), 0, Math.max(xOf(to) - xOf(from), 1), height);
  for (const layer of one.layers) drawLayer(ctx, layer, width);
  if (one.series) drawCurves(ctx, one, width);
}

function drawLayer(ctx, layer, width) {
  const { start, end, row } = data.segments, beyond = search(layer.starts, view.to);
  ctx.textAlign = "left";
  ctx.fillStyle = colours.soft;
  ctx.fillText(data.segments.texts[layer.layer], 4, layer.y - CAPTION / 2);
  for (const i of layer.items.slice(0, beyond)) {
    if (end[i] < view.from) continue;
    const x = Math.max(xOf(start[i]), -2), right = Math.min(xOf(end[i]), width + 2), y = layer.y + row[i] * (BAR + 2);
    drawBar(ctx, i, x, y, Math.max(right - x, 1.5));
  }
}

function drawBar(ctx, i, x, y, width) {
  ctx.fillStyle = ctx.strokeStyle = colourOf(i);
  ctx.globalAlpha = 0.3;
  ctx.fillRect(x, y, width, BAR);
  ctx.globalAlpha = 1;
  ctx.fillRect(x, y, Math.min(width, 3), BAR);
  if (text("source", i) === "annotator" && width > 8) {
    ctx.setLineDash([3, 2]);
    ctx.lineWidth = 1;
    ctx.strokeRect(x + 0.5, y + 0.5, width - 1, BAR - 1);
    ctx.setLineDash([]);
  }
  if (width < 24) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, width - 2, BAR);
  ctx.clip();
  ctx.fillStyle = colours.ink;
  ctx.fillText(text("label", i), Math.max(x, 0) + 7, y + BAR / 2 + 1);
  ctx.restore();
}

function drawCurves(ctx, one, width) {
  const group = groupOf(one), top = one.curves + EDGE, tall = CURVE - 2 * EDGE, span = group.high - group.low || 1;
  const y = (value) => top + tall * (1 - (value - group.low) / span);
  ctx.strokeStyle = colours.line;
  ctx.lineWidth = 1;
  for (const edge of [top, top + tall / 2, top + tall]) { ctx.beginPath(); ctx.moveTo(0, edge); ctx.lineTo(width, edge); ctx.stroke(); }
  group.names.forEach((name, i) => {
    const curve = one.read?.get(name);
    if (!group.shown[i] || !curve) return;
    ctx.strokeStyle = colours.set[i % colours.set.length];
    ctx.setLineDash(DASHES[Math.floor(i / colours.set.length) % DASHES.length]);
    ctx.lineWidth = 1.5;
    ctx.lineJoin = "bevel";
    ctx.lineCap = "round"; // so that a point alone is a dot
    trace(ctx, curve, y, width);
    ctx.setLineDash([]);
  });
  ctx.textAlign = "right";
  haloed(ctx, `${short(group.high)} ${group.unit}`, width - 4, top + 7);
  haloed(ctx, `${short(group.low)} ${group.unit}`, width - 4, top + tall - 6);
}

// A text that stays readable over curves.
function haloed(ctx, told, x, y) {
  ctx.lineWidth = 4;
  ctx.strokeStyle = colours.card;
  ctx.strokeText(told, x, y);
  ctx.fillStyle = colours.soft;
  ctx.fillText(told, x, y);
}

// A curve: a line through its samples where they are few, else their mean in each pixel over a band of their extent.
function trace(ctx, curve, y, width) {
  const { times, levels, every } = curve, values = levels[0].low, line = pen();
  let first = Math.max(search(times, view.from) - 1, 0);
  const end = Math.min(search(times, view.to) + 2, times.length), sparse = end - first < 2 * width;
  const stretch = (x, right, low, high) => ctx.fillRect(x, y(high) - 0.5, Math.max(right - x, 1), y(low) - y(high) + 1);
  ctx.fillStyle = ctx.strokeStyle;
  ctx.globalAlpha = every > 1 ? 0.55 : 0.22;
  if (sparse && every === 1) {
    for (let i = first; i < end; i++) if (Number.isNaN(values[i])) line.lift(); else line.to(xOf(times[i]), y(values[i]));
  } else if (sparse) { // pairs: the lowest and the highest from one time to the next pair's
    for (let i = first - (first % 2); i + 1 < end; i += 2)
      if (!Number.isNaN(values[i])) stretch(xOf(times[i]), xOf(times[i + 2] ?? times[i + 1]), values[i], values[i + 1]);
  } else {
    for (let x = 0; x < width && first < end; x++) {
      const next = Math.min(search(times, timeAt(x + 1), first), end), found = extent(levels, first, next);
      if (found) {
        stretch(x, x + 1, found.low, found.high);
        line.to(x + 0.5, y(found.mean));
      }
      if (Number.isNaN(values[next - 1])) line.lift();
      first = next;
    }
  }
  ctx.globalAlpha = 1;
  if (every === 1) ctx.stroke(line.path); // of extremes alone there is no mean
}

// Draws from point to point until it is lifted; a point alone is a dot.
function pen() {
  const path = new Path2D();
  let down = false;
  return {
    path,
    lift: () => { down = false; },
    to: (x, y) => { if (down) path.lineTo(x, y); else { path.moveTo(x, y); path.lineTo(x + 0.01, y); down = true; } },
  };
}

// A number in at most four digits.
const short = (value) => (value === 0 ? "0" : String(Number(value.toPrecision(3))));
